"""PingOne's sign-on with redirects: authorize, the flow, and resume."""

import re

import pytest

from ostiary.core.base.ids import is_uuid
from ostiary.core.model.authentication_application import AuthenticationApplication
from ostiary.core.model.policy import Policy, StepInstance, StepNode
from ostiary.core.model.session import SessionPolicy
from tests.support import jose
from tests.support.browsing import CALLBACK, make_sign_on_client, returned, set_cookies
from tests.support.html import parse_elements, parse_form
from tests.support.pingone_browsing import (
    BASE,
    PAGE_ORIGIN,
    RIGHT,
    WEB,
    PingOneBrowsing,
    flow_of,
    make_pingone_sign_on_app,
)
from tests.support.tenants import secret_of

LOGIN = AuthenticationApplication("own", f"{PAGE_ORIGIN}/signon", (PAGE_ORIGIN,))


async def begin(browsing: PingOneBrowsing, **changed: str | None) -> str:
    """Begin a sign-on, and return the id of its flow."""
    return flow_of((await browsing.authorize(WEB, **changed)).header("location") or "")


async def test_S4_4_a_browser_is_sent_to_the_sign_on_page_of_its_flow() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    answer = await browsing.authorize(WEB)
    flow_id = flow_of(answer.header("location") or "")
    assert is_uuid(flow_id)
    expected = f"/{browsing.env.id}/signon/?environmentId={browsing.env.id}&flowId={flow_id}"
    assert (answer.status, answer.header("location")) == (302, expected)


async def test_S4_12_an_applications_own_page_gets_the_same_two_parameters() -> None:
    client = make_sign_on_client("custom", application=LOGIN)
    browsing = PingOneBrowsing(make_pingone_sign_on_app(clients=[client], applications=(LOGIN,)))
    location = (await browsing.authorize(WEB, client_id="custom")).header("location") or ""
    start = f"{PAGE_ORIGIN}/signon?environmentId={browsing.env.id}&flowId="
    assert re.fullmatch(re.escape(start) + r"[0-9a-f-]{36}", location)


async def test_S4_11_a_page_signs_its_user_on_by_the_flow_resource() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app(), origin=PAGE_ORIGIN)
    flow_id = await begin(browsing)
    url = f"{BASE}{browsing.path_of_flow(flow_id)}"
    flow = (await browsing.flow(flow_id)).json()
    assert flow["status"] == "USERNAME_PASSWORD_REQUIRED"
    assert flow["_links"] == {
        name: {"href": url} for name in ("self", "usernamePassword.check", "session.reset")
    }
    assert flow["id"] == flow_id
    assert flow["environment"] == {"id": browsing.env.id}
    assert flow["resumeUrl"] == f"{BASE}/{browsing.env.id}/as/resume?flowId={flow_id}"
    assert flow["_embedded"]["application"] == {"id": "web", "name": "Web"}
    assert re.fullmatch(r"2025-06-15T15:06:40\.400Z", flow["createdAt"])
    assert flow["expiresAt"] == "2025-06-15T15:21:40.400Z"


async def test_S4_5_a_completed_flow_is_resumed_to_the_application() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app(), origin=PAGE_ORIGIN)
    flow_id = await begin(browsing)
    done = (await browsing.check_password(flow_id)).json()
    assert done["status"] == "COMPLETED"
    assert set(done["_links"]) == {"self"}
    assert "authorizeResponse" not in done
    assert is_uuid(done["session"]["id"])
    assert done["_embedded"]["user"]["username"] == "joe"
    answer = await browsing.get(done["resumeUrl"])
    assert answer.status == 302
    assert (answer.header("location") or "").startswith(f"{CALLBACK}?")
    assert set(returned(answer)) == {"code", "state", "iss"}


async def test_our_own_page_signs_its_user_on() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    page = await browsing.get((await browsing.authorize(WEB)).header("location") or "")
    assert page.status == 200
    labels = [each.text for each in parse_elements(page.body) if each.tag in {"label", "button"}]
    assert labels == ["Username", "Password", "Sign on", "Cancel"]
    assert set(returned(await browsing.press(page, **RIGHT))) == {"code", "state", "iss"}


async def test_a_wrong_password_is_told_on_our_page() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    page = await browsing.get((await browsing.authorize(WEB)).header("location") or "")
    again = await browsing.press(page, username="joe", password="wrong")
    assert again.status == 200
    assert parse_form(again.body).fields["username"] == "joe"
    assert b"is not right" in again.body


async def test_S4_14_whoever_is_signed_on_is_sent_back_at_once() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    await browsing.sign_on()
    answer = await browsing.authorize(WEB)
    assert set(returned(answer)) == {"code", "state", "iss"}


async def test_nobody_is_asked_where_the_application_forbids_it() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    assert returned(await browsing.authorize(WEB, prompt="none"))["error"] == "login_required"


async def test_a_cancelled_sign_on_is_resumed_to_an_error() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    page = await browsing.get((await browsing.authorize(WEB)).header("location") or "")
    assert returned(await browsing.press(page, "_cancel"))["error"] == "access_denied"


async def test_approval_is_asked_for_on_our_page_when_the_flow_is_resumed() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app(), origin=None)
    flow_id = await begin(browsing, client_id="asking")
    done = (await browsing.check_password(flow_id)).json()
    assert done["status"] == "COMPLETED"
    sent = await browsing.get(done["resumeUrl"])
    assert sent.header("location") == (
        f"/{browsing.env.id}/signon/?environmentId={browsing.env.id}&flowId={flow_id}"
    )
    page = await browsing.get(sent.header("location") or "")
    assert "code" in returned(await browsing.press(page, "true"))


async def test_denied_approval_goes_back_as_an_error() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    asked = await browsing.authorize(WEB, client_id="asking")
    page = await browsing.get(asked.header("location") or "")
    consent = await browsing.press(page, **RIGHT)
    assert returned(await browsing.press(consent, "false"))["error"] == "access_denied"


async def test_a_flow_is_resumed_once() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    flow_id = await begin(browsing)
    done = (await browsing.check_password(flow_id)).json()
    assert (await browsing.get(done["resumeUrl"])).status == 302
    assert (await browsing.get(done["resumeUrl"])).status == 404


async def test_a_flow_that_waits_is_resumed_to_its_page() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    flow_id = await begin(browsing)
    answer = await browsing.get(f"{browsing.issuer_path}/resume?flowId={flow_id}")
    assert flow_of(answer.header("location") or "") == flow_id


async def test_identifier_first_asks_for_the_name_and_then_for_the_password() -> None:
    steps = {
        "name": StepInstance("name", "identifier_first"),
        "form": StepInstance("form", "username_password"),
    }
    policy = Policy("Single_Factor", StepNode("name", success=StepNode("form")), "Single_Factor")
    app = make_pingone_sign_on_app(steps=steps, policies={policy.key: policy})
    browsing = PingOneBrowsing(app)
    flow_id = await begin(browsing)
    first = (await browsing.flow(flow_id)).json()
    assert first["status"] == "SIGN_ON_REQUIRED"
    assert set(first["_links"]) == {"self", "user.lookup", "session.reset"}
    second = (await browsing.act(flow_id, "user.lookup", {"username": "joe"})).json()
    assert second["status"] == "PASSWORD_REQUIRED"
    assert set(second["_links"]) == {"self", "usernamePassword.check", "session.reset"}
    assert second["_embedded"]["user"] == {"username": "joe"}
    reset = (await browsing.act(flow_id, "session.reset", {})).json()
    assert reset["status"] == "SIGN_ON_REQUIRED"
    await browsing.act(flow_id, "user.lookup", {"username": "joe"})
    done = await browsing.check_password(flow_id, {"password": RIGHT["password"]})
    assert done.json()["status"] == "COMPLETED"


async def test_a_reset_of_a_flow_at_its_beginning_changes_nothing() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    flow_id = await begin(browsing)
    before = (await browsing.flow(flow_id)).json()
    assert (await browsing.act(flow_id, "session.reset", {})).json() == before


async def test_S4_13_the_session_is_shown_by_a_cookie_of_the_environments_paths() -> None:
    sessions = SessionPolicy(is_cross_site=True)
    browsing = PingOneBrowsing(make_pingone_sign_on_app(sessions=sessions))
    anonymous = set_cookies(await browsing.authorize(WEB))
    path = f"Path=/{browsing.env.id}"
    assert anonymous["ST"][1] == (path, "Secure", "HttpOnly", "SameSite=None")
    assert anonymous["ST-NO-SS"] == (anonymous["ST"][0], (path, "Secure", "HttpOnly"))
    flow_id = await begin(browsing)
    signed_on = set_cookies(await browsing.check_password(flow_id))
    assert signed_on["ST"][0] != anonymous["ST"][0]
    assert signed_on["ST-NO-SS"][0] == signed_on["ST"][0]


async def test_a_browser_that_has_only_the_twin_is_recognised() -> None:
    sessions = SessionPolicy(is_cross_site=True)
    browsing = PingOneBrowsing(make_pingone_sign_on_app(sessions=sessions))
    await browsing.sign_on()
    del browsing.jar[f"/{browsing.env.id}", "ST"]
    assert "code" in returned(await browsing.authorize(WEB))


async def test_a_session_may_outlive_the_browser() -> None:
    sessions = SessionPolicy(idle_seconds=2_592_000.0, max_seconds=2_592_000.0, is_persistent=True)
    browsing = PingOneBrowsing(make_pingone_sign_on_app(sessions=sessions))
    kept = set_cookies(await browsing.authorize(WEB))
    assert "Max-Age=2592000" in kept["ST"][1]
    assert set(kept) == {"ST"}


async def test_parameters_may_be_posted_in_the_query() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app(), origin=PAGE_ORIGIN)
    query = "client_id=spa&response_type=code&response_mode=pi.flow&scope=openid"
    target = f"{browsing.issuer_path}/authorize?{query}"
    answer = await browsing.request("POST", target, [("accept", "application/json")])
    assert answer.status == 200
    assert answer.json()["status"] == "USERNAME_PASSWORD_REQUIRED"


async def test_S4_21_S4_23_the_access_token_says_where_it_is_from() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    tokens = await browsing.tokens(await browsing.sign_on())
    header, claims = jose.parts(tokens["access_token"])
    env = browsing.env
    assert header["alg"] == "RS256"
    assert claims["iss"] == f"{BASE}/{env.id}/as"
    assert isinstance(claims["aud"], list)
    assert claims["scope"] == "openid profile"
    assert (claims["env"], claims["org"]) == (env.id, env.organization_id)
    assert (claims["acr"], claims["client_id"]) == ("Single_Factor", "web")
    assert is_uuid(claims["sid"])
    assert "p1.rid" not in claims
    assert claims["auth_time"] == claims["iat"]


async def test_the_id_token_says_where_it_is_from() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    tokens = await browsing.tokens(await browsing.sign_on())
    _, claims = jose.parts(tokens["id_token"])
    env = browsing.env
    assert claims["aud"] == "web"
    assert claims["nonce"] == WEB["nonce"]
    assert (claims["acr"], claims["amr"]) == ("Single_Factor", ["pwd"])
    assert (claims["env"], claims["org"], claims["p1.region"]) == (
        env.id,
        env.organization_id,
        "NA",
    )
    assert "pi.sri" not in claims


@pytest.mark.parametrize(
    ("scope", "is_given"), [("openid", False), ("openid offline_access", True)]
)
async def test_S4_33_who_may_ask_for_offline_access_gets_refresh_tokens_by_asking(
    scope: str, is_given: bool
) -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    response = await browsing.sign_on(client_id="offline", scope=scope)
    assert ("refresh_token" in await browsing.tokens(response, "offline")) is is_given


async def test_who_may_not_ask_for_offline_access_gets_refresh_tokens_all_the_same() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    assert "refresh_token" in await browsing.tokens(await browsing.sign_on())


async def test_S4_6_userinfo_names_the_user_and_the_environment() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    tokens = await browsing.tokens(await browsing.sign_on())
    _, id_token = jose.parts(tokens["id_token"])
    bearer = ("authorization", f"Bearer {tokens['access_token']}")
    claims = (await browsing.get(f"{browsing.issuer_path}/userinfo", [bearer])).json()
    assert claims["sub"] == id_token["sub"]
    assert claims["given_name"] == "Joe"
    assert (claims["env"], claims["p1.region"]) == (browsing.env.id, "NA")


async def test_userinfo_refuses_in_both_vocabularies() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    answer = await browsing.get(
        f"{browsing.issuer_path}/userinfo", [("authorization", "Bearer nothing")]
    )
    assert answer.status == 401
    members = answer.json()
    assert members["error"] == "invalid_token"
    detail = members["details"][0]
    assert (detail["code"], "Access token expired" in detail["message"]) == ("INVALID_VALUE", True)


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [("Other", "Other"), ("Third Other", "Other"), ("Third", "Single_Factor")],
)
async def test_a_policy_is_chosen_by_its_name_among_those_of_the_application(
    asked: str, chosen: str
) -> None:
    named = {
        name: Policy(name, StepNode("form"), name) for name in ("Single_Factor", "Other", "Third")
    }
    client = make_sign_on_client("choosing", policy="Single_Factor", policies=("Other",))
    app = make_pingone_sign_on_app(clients=[client], policies=named)
    browsing = PingOneBrowsing(app)
    response = await browsing.sign_on(client_id="choosing", scope="openid", acr_values=asked)
    _, claims = jose.parts((await browsing.tokens(response, "choosing"))["id_token"])
    assert claims["acr"] == chosen


@pytest.mark.parametrize("cookie", [None, "0123456789abcdefABCDEF", "x"])
async def test_S4_14_a_flow_is_gone_on_with_by_the_sessions_current_token_alone(
    cookie: str | None,
) -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    flow_id = await begin(browsing)
    browsing.jar.clear()
    if cookie is not None:
        browsing.jar[f"/{browsing.env.id}", "ST"] = cookie
    assert (await browsing.flow(flow_id)).status == 404
    assert (await browsing.check_password(flow_id)).status == 404


async def test_S4_24_tokens_may_come_through_the_browser() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    response = await browsing.sign_on(response_type="token id_token")
    assert {"access_token", "id_token", "expires_in", "token_type"} <= set(response)


async def test_S4_25_a_refresh_token_brings_the_next_access_token() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    tokens = await browsing.tokens(await browsing.sign_on())
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = await browsing.app.pingone.post_form(
        f"{browsing.issuer_path}/token", form, basic=("web", secret_of("web"))
    )
    _, claims = jose.parts(answer.json()["access_token"])
    assert (claims["acr"], claims["env"]) == ("Single_Factor", browsing.env.id)


async def test_S4_28_a_request_says_what_it_wants_back() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    answer = returned(await browsing.authorize(WEB, response_type=None))
    assert answer["error"] == "invalid_request"


async def test_S4_31_an_id_token_through_the_browser_needs_a_nonce() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    answer = returned(await browsing.authorize(WEB, response_type="id_token", nonce=None))
    assert answer["error"] == "invalid_request"


async def test_response_type_none_tells_whether_somebody_is_signed_on() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    asked = {"response_type": "none", "prompt": "none"}
    assert returned(await browsing.authorize(WEB, **asked))["error"] == "login_required"
    await browsing.sign_on()
    assert set(returned(await browsing.authorize(WEB, **asked))) == {"state", "iss"}
