"""Sign-on without redirects (`response_mode=pi.flow`): two requests, and no browser."""

import json
import re
from typing import Any

import pytest

from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.client import PKCE
from ostiary.core.model.policy import End, Policy, StepInstance, StepNode
from ostiary.core.model.session import SessionPolicy
from tests.support.app import PINGFEDERATE_HOST
from tests.support.asgi import Answer
from tests.support.browsing import (
    CALLBACK,
    CHALLENGE,
    FLOWS,
    PASSWORD,
    PI_FLOW,
    XSRF,
    Browsing,
    make_redirectless_client,
    make_sign_on_app,
    make_sign_on_client,
    returned,
    set_cookies,
)

FLAGS = (
    "showRememberMyUsername",
    "showThisIsMyDevice",
    "thisIsMyDeviceSelected",
    "showCaptcha",
    "rememberMyUsernameSelected",
)


async def begin(browsing: Browsing, **changed: str | None) -> dict[str, Any]:
    """Begin a flow that waits for somebody, and return its first state."""
    return members(await browsing.authorize(PI_FLOW, **changed))


def members(answer: Answer) -> dict[str, Any]:
    """Return the members of a state, or of an error."""
    found = answer.json()
    assert isinstance(found, dict)
    assert ("status" in found) is (answer.status == 200), "errors have no status, states have one"
    return found


async def test_S3_10_S3_12_S3_14_S3_15_S3_16_the_first_state_is_the_sample() -> None:
    browsing = Browsing(make_sign_on_app())
    state = await begin(browsing)
    link = {"href": f"https://{PINGFEDERATE_HOST}{FLOWS}{state['id']}"}
    sample = {
        "id": state["id"],
        "pluginTypeId": "7RmQNDWaOnBoudTufx2sEw",
        "status": "USERNAME_PASSWORD_REQUIRED",
        **dict.fromkeys(FLAGS, False),
        "_links": {"self": link, "checkUsernamePassword": link},
    }
    assert json.dumps(state) == json.dumps(sample)


async def test_S3_1_S3_13_S3_20_the_second_request_completes_the_flow() -> None:
    browsing = Browsing(make_sign_on_app())
    first = await begin(browsing)
    state = members(await browsing.sign_on_by_api(first["id"]))
    answer = state.pop("authorizeResponse")
    assert state == {
        "id": first["id"],
        "pluginTypeId": first["pluginTypeId"],
        "status": "COMPLETED",
        "_links": {"self": first["_links"]["self"]},
    }
    assert re.fullmatch(r"0001[0-9A-Za-z]{31}", answer.pop("access_token"))
    assert answer == {
        "token_type": "Bearer",
        "expires_in": 7199,
        "scope": "openid",
        "iss": f"https://{PINGFEDERATE_HOST}",
    }


@pytest.mark.parametrize("response_mode", ["pi.flow", "fragment"])
async def test_without_a_scope_the_answer_names_none(response_mode: str) -> None:
    client = make_sign_on_client(
        "scopeless", is_redirectless=True, default_scopes=ScopeSet(), pkce=PKCE.OPTIONAL
    )
    browsing = Browsing(make_sign_on_app(clients=[client]))
    first = await browsing.authorize(
        PI_FLOW, client_id="scopeless", response_mode=response_mode, redirect_uri=CALLBACK
    )
    if response_mode == "pi.flow":
        last = await browsing.sign_on_by_api(members(first)["id"])
        answer = members(last)["authorizeResponse"]
    else:
        last = await browsing.press(first, pf_username="joe", pf_pass=PASSWORD)
        answer = returned(last)
    assert answer.keys() == {"access_token", "token_type", "expires_in", "iss"}


async def test_S3_10_the_first_request_may_be_a_post() -> None:
    answer = await Browsing(make_sign_on_app()).post_form("/as/authorization.oauth2", PI_FLOW)
    assert members(answer)["status"] == "USERNAME_PASSWORD_REQUIRED"


@pytest.mark.parametrize(
    ("response_type", "expected"),
    [
        ("code", {"code"}),
        ("token", {"access_token"}),
        ("id_token", {"id_token"}),
        ("token id_token", {"access_token", "id_token"}),
        ("code id_token", {"code", "id_token"}),
        ("code token", {"code", "access_token"}),
        ("code id_token token", {"code", "access_token", "id_token"}),
        ("none", set()),
    ],
)
async def test_S3_2_every_response_type_ends_in_its_members(
    response_type: str, expected: set[str]
) -> None:
    browsing = Browsing(make_sign_on_app())
    state = await begin(browsing, response_type=response_type, nonce="n-0S6_WzA2Mj", state="s")
    answer = members(await browsing.sign_on_by_api(state["id"]))["authorizeResponse"]
    assert answer.keys() & {"code", "access_token", "id_token"} == expected
    assert answer["state"] == "s"


async def test_S3_12_what_came_with_the_request_goes_back() -> None:
    browsing = Browsing(make_sign_on_app())
    state = await begin(
        browsing, response_type="code", state="a b&c=d", code_challenge=CHALLENGE, scope="openid",
        code_challenge_method="S256",
    )  # fmt: skip
    answer = members(await browsing.sign_on_by_api(state["id"]))["authorizeResponse"]
    assert list(answer) == ["code", "state", "iss"]
    assert answer["state"] == "a b&c=d"


async def test_S3_17_get_tells_the_state_again() -> None:
    browsing = Browsing(make_sign_on_app())
    first = await browsing.authorize(PI_FLOW)
    again = await browsing.state(first.json()["id"])
    assert (again.status, again.body) == (200, first.body)


async def test_S3_17_an_unknown_flow_is_not_found() -> None:
    answer = await Browsing(make_sign_on_app()).state("PyH5g")
    assert (answer.status, members(answer)["code"]) == (404, "RESOURCE_NOT_FOUND")


async def test_S3_18_a_session_completes_the_first_request() -> None:
    browsing = Browsing(make_sign_on_app())
    state = await begin(browsing)
    await browsing.sign_on_by_api(state["id"])
    again = members(await browsing.authorize(PI_FLOW))
    assert list(again) == ["id", "pluginTypeId", "status", "authorizeResponse", "_links"]
    assert again["status"] == "COMPLETED"
    assert again["pluginTypeId"] == state["pluginTypeId"]
    assert again["authorizeResponse"]["token_type"] == "Bearer"


async def test_S3_18_a_session_is_not_used_where_the_request_says_so() -> None:
    browsing = Browsing(make_sign_on_app())
    await browsing.sign_on_by_api((await begin(browsing))["id"])
    state = await begin(browsing, prompt="login")
    assert state["status"] == "USERNAME_PASSWORD_REQUIRED"


async def test_S3_23_a_wrong_password_leaves_the_state_as_it_was() -> None:
    browsing = Browsing(make_sign_on_app())
    state = await begin(browsing)
    answer = await browsing.sign_on_by_api(state["id"], password="Password2")
    assert answer.status == 400
    assert members(answer) == {
        "code": "VALIDATION_ERROR",
        "message": "The action was not taken; see details.",
        "details": [
            {
                "code": "CREDENTIAL_VALIDATION_FAILED",
                "message": "The credentials are not valid.",
                "userMessage": "The username or the password is not right.",
            }
        ],
    }
    assert members(await browsing.state(state["id"])) == state
    assert members(await browsing.sign_on_by_api(state["id"]))["status"] == "COMPLETED"


async def test_S3_24_another_cookie_jar_has_no_such_flow() -> None:
    app = make_sign_on_app()
    state = await begin(Browsing(app))
    answer = await Browsing(app, {"PF": "8PgutwFizNS7EoaiB0qVsa"}).sign_on_by_api(state["id"])
    assert (answer.status, members(answer)["code"]) == (404, "RESOURCE_NOT_FOUND")


async def test_S3_8_the_cookie_is_given_with_the_first_answer_and_renewed_with_the_last() -> None:
    browsing = Browsing(make_sign_on_app())
    first = await browsing.authorize(PI_FLOW)
    value, attributes = set_cookies(first)["PF"]
    assert re.fullmatch(r"[0-9A-Za-z]{22}", value)
    assert attributes == ("Path=/", "Secure", "HttpOnly", "SameSite=Lax")
    renewed, _ = set_cookies(await browsing.sign_on_by_api(first.json()["id"]))["PF"]
    assert renewed != value


async def test_S3_8_no_lasting_cookie_unless_it_is_configured() -> None:
    browsing = Browsing(make_sign_on_app())
    await browsing.sign_on_by_api((await begin(browsing))["id"])
    assert "PF.PERSISTENT" not in browsing.cookies


async def test_S3_8_S3_29_the_lasting_cookie_signs_on_when_the_other_is_gone() -> None:
    browsing = Browsing(make_sign_on_app(sessions=SessionPolicy(is_persistent=True)))
    last = await browsing.sign_on_by_api((await begin(browsing))["id"])
    value, attributes = set_cookies(last)["PF.PERSISTENT"]
    assert re.fullmatch(r"[0-9A-Za-z]{32}", value)
    assert "Max-Age=94608000" in attributes
    del browsing.cookies["PF"]
    assert members(await browsing.authorize(PI_FLOW))["status"] == "COMPLETED"
    assert "PF" in browsing.cookies


async def test_S3_4_a_client_that_may_not_is_refused() -> None:
    app = make_sign_on_app(clients=[make_sign_on_client("plain")])
    answer = await Browsing(app).authorize(PI_FLOW, client_id="plain", response_type="code")
    assert answer.status == 400
    refusal = members(answer)
    assert refusal["code"] == "INVALID_REQUEST"
    assert refusal["authorizeResponse"]["error"] == "unauthorized_client"
    assert "its setting for the mode without redirects is off" in refusal["message"]


async def test_S3_4_the_switch_counts_at_the_end_too() -> None:
    app = make_sign_on_app()
    browsing = Browsing(app)
    state = await begin(browsing)
    app.change_client("im_client", is_redirectless=False)
    last = members(await browsing.sign_on_by_api(state["id"]))
    assert (last["status"], last["code"]) == ("FAILED", "UNAUTHORIZED_CLIENT")
    assert last["authorizeResponse"]["error"] == "unauthorized_client"


async def test_S3_5_a_browser_cannot_use_a_client_without_redirect_uri() -> None:
    answer = await Browsing(make_sign_on_app()).authorize(PI_FLOW, response_mode=None)
    assert answer.status == 400
    assert answer.header("content-type") == "text/html; charset=utf-8"


async def test_S3_6_nobody_is_asked_for_approval() -> None:
    client = make_redirectless_client("strict", bypasses_approval=False)
    browsing = Browsing(make_sign_on_app(clients=[client]))
    state = await begin(browsing, client_id="strict")
    assert members(await browsing.sign_on_by_api(state["id"]))["status"] == "COMPLETED"


async def test_S3_11_without_the_response_mode_it_is_a_page() -> None:
    asked = {"client_id": "web", "response_mode": None, "response_type": "code"}
    answer = await Browsing(make_sign_on_app()).authorize(
        PI_FLOW, **asked, code_challenge=CHALLENGE, code_challenge_method="S256",
        redirect_uri="https://app.example.com/callback",
    )  # fmt: skip
    assert answer.status == 200
    assert answer.header("content-type") == "text/html; charset=utf-8"


@pytest.mark.parametrize("value", ["PingFederate", "custom-app", "ostiary", "0"])
async def test_S3_21_any_value_of_the_header_will_do(value: str) -> None:
    browsing = Browsing(make_sign_on_app())
    state = await begin(browsing)
    answer = await browsing.get(FLOWS + state["id"], [("X-XSRF-Header", value)])
    assert answer.status == 200


@pytest.mark.parametrize(
    ("query", "media_type"),
    [
        ("", "application/vnd.pingidentity.checkUsernamePassword+json"),
        ("", "application/vnd.pingidentity.checkusernamepassword+json;charset=UTF-8"),
        ("?action=checkUsernamePassword", "application/json"),
        ("?action=checkUsernamePassword", "application/json; charset=utf-8"),
        (
            "?action=checkUsernamePassword",
            "application/vnd.pingidentity.checkUsernamePassword+json",
        ),
    ],
)
async def test_S3_22_the_action_is_named_by_media_type_or_by_parameter(
    query: str, media_type: str
) -> None:
    browsing = Browsing(make_sign_on_app())
    state = await begin(browsing)
    body = b'{ "username": "joe", "password": "Password1" }'
    sent = [XSRF, ("content-type", media_type)]
    answer = await browsing.request("POST", FLOWS + state["id"] + query, sent, body)
    assert members(answer)["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("query", "media_type", "status", "code"),
    [
        ("", "application/json", 400, "INVALID_ACTION_ID"),
        ("?action=submitIdentifier", "application/json", 400, "INVALID_ACTION_ID"),
        ("", "application/vnd.pingidentity.checkOtp+json", 400, "INVALID_ACTION_ID"),
        ("", "application/vnd.pingidentity.cancel+json", 400, "INVALID_ACTION_ID"),
        ("", "application/vnd.example.checkUsernamePassword+json", 400, "INVALID_REQUEST"),
        ("?action=x", "application/vnd.pingidentity.checkOtp+json", 400, "INVALID_REQUEST"),
        ("?action=a&action=b", "application/json", 400, "INVALID_REQUEST"),
        ("", "text/plain", 415, "INVALID_REQUEST"),
        ("", "application/x-www-form-urlencoded", 415, "INVALID_REQUEST"),
        ("", "", 415, "INVALID_REQUEST"),
    ],
)
async def test_S3_22_another_action_than_those_offered_is_refused(
    query: str, media_type: str, status: int, code: str
) -> None:
    browsing = Browsing(make_sign_on_app())
    state = await begin(browsing)
    headers = [XSRF, *([("content-type", media_type)] if media_type else [])]
    answer = await browsing.request("POST", FLOWS + state["id"] + query, headers, b"{}")
    assert (answer.status, members(answer)["code"]) == (status, code)
    assert members(await browsing.state(state["id"])) == state


async def test_S3_22_a_wrong_content_type_is_explained_for_the_widget() -> None:
    browsing = Browsing(make_sign_on_app())
    state = await begin(browsing)
    sent = [XSRF, ("content-type", "text/plain")]
    answer = await browsing.request("POST", FLOWS + state["id"], sent, b"{}")
    (detail,) = members(answer)["details"]
    assert detail["code"] == "INVALID_CONTENT_TYPE"
    assert detail["userMessage"]
    assert "application/vnd.pingidentity.ACTION+json" in detail["message"]
    assert members(answer)["message"] == detail["message"]


async def test_S3_22_who_names_no_action_is_told_how_to_name_one() -> None:
    browsing = Browsing(make_sign_on_app())
    state = await begin(browsing)
    sent = [XSRF, ("content-type", "application/json")]
    answer = await browsing.request("POST", FLOWS + state["id"], sent, b"{}")
    assert members(answer)["message"] == (
        "No action is named; name one by the media type "
        "application/vnd.pingidentity.ACTION+json or by the parameter action."
    )


@pytest.mark.parametrize("host", ["localhost:443", "127.0.0.1:9031", "LOCALHOST", "[::1]:8443"])
async def test_S3_25_links_begin_with_the_host_that_was_asked(host: str) -> None:
    browsing = Browsing(make_sign_on_app())
    answer = await browsing.get(
        "/as/authorization.oauth2?client_id=im_client&response_type=token&response_mode=pi.flow",
        [("host", host)],
    )
    state = members(answer)
    assert state["_links"]["self"]["href"] == f"https://{host.lower()}{FLOWS}{state['id']}"


async def test_S3_25_a_host_that_is_not_ours_gets_no_links() -> None:
    browsing = Browsing(make_sign_on_app())
    answer = await browsing.get(f"{FLOWS}PyH5g", [XSRF, ("host", "evil.example")])
    assert answer.status == 421
    assert b"evil" not in answer.body


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({}, set()),
        ({"remember_my_username": True}, {"showRememberMyUsername"}),
        ({"this_is_my_device": True}, {"showThisIsMyDevice"}),
    ],
)
async def test_S3_27_each_setting_has_its_flag(settings: dict[str, Any], shown: set[str]) -> None:
    steps = {"form": StepInstance("form", "username_password", settings)}
    state = await begin(Browsing(make_sign_on_app(steps=steps)))
    assert {flag for flag in FLAGS if state[flag] is True} == shown
    assert {flag for flag in FLAGS if state[flag] is False} == set(FLAGS) - shown


async def test_S3_27_a_remembered_name_is_filled_in_the_next_time() -> None:
    steps = {"form": StepInstance("form", "username_password", {"remember_my_username": True})}
    browsing = Browsing(make_sign_on_app(steps=steps))
    state = await begin(browsing)
    inputs = {"username": "joe", "password": "Password1", "rememberMyUsername": "true"}
    await browsing.act(state["id"], "checkUsernamePassword", inputs)
    again = await begin(browsing, prompt="login")
    assert (again["username"], again["rememberMyUsernameSelected"]) == ("joe", True)


async def test_S3_28_the_plugin_type_is_the_same_every_time() -> None:
    states = [await begin(Browsing(make_sign_on_app())) for _ in range(2)]
    assert {state["pluginTypeId"] for state in states} == {"7RmQNDWaOnBoudTufx2sEw"}
    assert len({state["id"] for state in states}) == 2


async def test_a_flow_without_cookies_goes_by_its_state() -> None:
    app = make_sign_on_app()
    browsing = Browsing(app)
    answer = await browsing.authorize(PI_FLOW, client_id="jar-less")
    first = members(answer)
    assert set_cookies(answer) == {}
    browsing.api_state = first["_pf_authn_api_state"]
    last = await browsing.sign_on_by_api(first["id"])
    assert members(last)["status"] == "COMPLETED"
    assert set_cookies(last) == {}


@pytest.mark.parametrize("api_state", [None, "undefined", "8PgutwFizNS7EoaiB0qVsa"])
async def test_a_flow_without_cookies_is_closed_to_another_state(api_state: str | None) -> None:
    browsing = Browsing(make_sign_on_app())
    first = members(await browsing.authorize(PI_FLOW, client_id="jar-less"))
    browsing.api_state = api_state
    answer = await browsing.sign_on_by_api(first["id"])
    assert (answer.status, members(answer)["code"]) == (404, "RESOURCE_NOT_FOUND")


async def test_an_error_of_a_flow_without_cookies_carries_its_state() -> None:
    browsing = Browsing(make_sign_on_app())
    first = members(await browsing.authorize(PI_FLOW, client_id="jar-less"))
    browsing.api_state = first["_pf_authn_api_state"]
    refusal = members(await browsing.sign_on_by_api(first["id"], password="wrong"))
    assert refusal["code"] == "VALIDATION_ERROR"
    assert refusal["_pf_authn_api_state"] == first["_pf_authn_api_state"]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "nobody"}, "invalid_request"),
        ({"client_id": None}, "invalid_request"),
        ({"response_type": "nonsense"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"scope": "openid nonsense"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
        ({"redirect_uri": "https://evil.example"}, "invalid_request"),
    ],
)
async def test_what_is_wrong_before_there_is_a_flow_is_an_error_in_json(
    changed: dict[str, str | None], error: str
) -> None:
    answer = await Browsing(make_sign_on_app()).authorize(PI_FLOW, **changed)
    assert answer.status == 400
    refusal = members(answer)
    assert refusal["code"] == "INVALID_REQUEST"
    assert refusal["authorizeResponse"]["error"] == error
    assert refusal["message"] == refusal["authorizeResponse"]["error_description"]


async def test_a_flow_that_ends_badly_is_a_state() -> None:
    nobody = Policy("default", StepNode("form", success=End.FAIL))
    browsing = Browsing(make_sign_on_app(policies={"default": nobody}))
    state = await begin(browsing, state="s")
    answer = members(await browsing.sign_on_by_api(state["id"]))
    assert list(answer)[:6] == ["id", "pluginTypeId", "status", "code", "message", "userMessage"]
    assert (answer["status"], answer["code"]) == ("FAILED", "ACCESS_DENIED")
    assert answer["authorizeResponse"]["error"] == "access_denied"
    assert answer["authorizeResponse"]["state"] == "s"
