"""Sign-on in a browser: our own pages, and how the answer gets to the application."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from ostiary.core.model.policy import Policy, StepInstance, StepNode
from tests.support.asgi import Answer
from tests.support.browsing import (
    CALLBACK,
    PASSWORD,
    VERIFIER,
    WEB,
    Browsing,
    make_sign_on_app,
    make_sign_on_client,
    returned,
    set_cookies,
)
from tests.support.html import parse_elements, parse_form, visible_text
from tests.support.tenants import secret_of
from tests.support.users import make_user

RESUME = re.compile(r"/as/[A-Za-z0-9]{22}/resume/as/authorization\.ping")
PAGE = "text/html; charset=utf-8"


async def sign_on(browsing: Browsing, page: Answer) -> Answer:
    """Send the right username and password."""
    return await browsing.press(page, pf_username="joe", pf_pass=PASSWORD)


async def test_the_form_has_the_names_that_scripts_know() -> None:
    page = await Browsing(make_sign_on_app()).authorize(WEB)
    assert (page.status, page.header("content-type")) == (200, PAGE)
    form = parse_form(page.body)
    assert RESUME.fullmatch(form.action)
    assert form.fields == {"pf.adapterId": "form", "pf.username": "", "pf.pass": ""}
    assert form.buttons == (("pf.ok", "clicked"), ("pf.cancel", "clicked"))


async def test_the_page_says_which_application_it_leads_to() -> None:
    client = make_sign_on_client("named", name="Web <b>application</b>")
    app = make_sign_on_app(clients=[client])
    page = await Browsing(app).authorize(WEB, client_id="named")
    assert "to go on to Web <b>application</b>" in visible_text(page.body)
    assert not [element for element in parse_elements(page.body) if element.tag == "b"]


async def test_success_sends_the_browser_to_the_application() -> None:
    browsing = Browsing(make_sign_on_app())
    answer = await sign_on(browsing, await browsing.authorize(WEB))
    assert answer.status == 303
    assert (answer.header("location") or "").startswith(f"{CALLBACK}?code=")
    assert list(returned(answer)) == ["code", "state", "iss"]
    assert returned(answer)["state"] == WEB["state"]


async def test_the_code_is_good_for_tokens() -> None:
    app = make_sign_on_app()
    browsing = Browsing(app)
    answer = await sign_on(browsing, await browsing.authorize(WEB))
    exchanged = await app.pingfederate.post_form(
        "/as/token.oauth2",
        {
            "grant_type": "authorization_code",
            "code": returned(answer)["code"],
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        },
        basic=("web", secret_of("web")),
    )
    assert exchanged.status == 200
    assert {"access_token", "refresh_token", "id_token"} <= exchanged.json().keys()


async def test_a_wrong_password_gets_the_page_again() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(WEB)
    again = await browsing.press(page, pf_username="joe", pf_pass="Password2")
    assert again.status == 200
    assert "The username or the password is not right." in visible_text(again.body)
    form = parse_form(again.body)
    assert form.fields["pf.username"] == "joe"
    assert form.fields["pf.pass"] == ""
    assert b"Password2" not in again.body
    assert (await sign_on(browsing, again)).status == 303


async def test_a_missing_field_is_marked() -> None:
    browsing = Browsing(make_sign_on_app())
    again = await browsing.press(await browsing.authorize(WEB), pf_username="joe")
    assert again.status == 200
    (wrong,) = [e for e in parse_elements(again.body) if "aria-invalid" in e.attributes]
    assert wrong.attributes["name"] == "pf.pass"


async def test_cancel_tells_the_application() -> None:
    browsing = Browsing(make_sign_on_app())
    answer = await browsing.press(await browsing.authorize(WEB), "pf.cancel")
    assert returned(answer)["error"] == "access_denied"
    assert returned(answer)["state"] == WEB["state"]


@pytest.mark.parametrize("pressed", [{}, {"pf.ok": "clicked"}, {"pf.ok": "clicked", "submit": "x"}])
async def test_a_script_may_send_the_fields_alone(pressed: dict[str, str]) -> None:
    browsing = Browsing(make_sign_on_app())
    form = parse_form((await browsing.authorize(WEB)).body)
    sent = {"pf.username": "joe", "pf.pass": PASSWORD, "pf.cancel": "", **pressed}
    assert "code" in returned(await browsing.post_form(form.action, sent))


async def test_the_resume_path_shows_the_page_again() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(WEB)
    again = await browsing.get(parse_form(page.body).action)
    assert (again.status, again.body) == (200, page.body)


async def test_an_empty_post_shows_the_page_again() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(WEB)
    again = await browsing.request("POST", parse_form(page.body).action)
    assert (again.status, again.body) == (200, page.body)


async def test_a_finished_sign_on_cannot_be_resumed() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(WEB)
    await sign_on(browsing, page)
    answer = await browsing.get(parse_form(page.body).action)
    assert (answer.status, answer.header("content-type")) == (404, PAGE)


async def test_whoever_sends_the_last_form_twice_is_told_that_it_is_done() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(WEB)
    await sign_on(browsing, page)
    for again in (await sign_on(browsing, page), await browsing.get(parse_form(page.body).action)):
        assert (again.status, again.header("content-type")) == (404, PAGE)
        assert "You are signed on" in visible_text(again.body)
        assert set_cookies(again) == {}


async def test_whoever_approves_twice_is_told_that_it_is_done() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await sign_on(browsing, await browsing.authorize(WEB, client_id="asking"))
    await browsing.press(page, "allow")
    again = await browsing.press(page, "allow")
    assert again.status == 404
    assert "You are signed on" in visible_text(again.body)


async def test_a_sign_on_that_is_done_looks_to_its_person_like_one_that_never_was() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(WEB)
    await sign_on(browsing, page)
    done = await browsing.get(parse_form(page.body).action)
    unknown = await browsing.get(f"/as/{'A' * 22}/resume/as/authorization.ping")
    assert (unknown.status, unknown.body) == (done.status, done.body)


@pytest.mark.parametrize("who", ["a stranger", "somebody who signed off"])
async def test_nobody_else_is_told_that_a_sign_on_is_done(who: str) -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(WEB)
    await sign_on(browsing, page)
    if who == "a stranger":
        browsing.cookies.clear()
    else:
        env = browsing.app.environment("default")
        assert await browsing.app.store.sessions.end_of_user(env, make_user(1).id)
    answer = await browsing.get(parse_form(page.body).action)
    assert answer.status == 404
    assert "There is no such sign-on here any more" in visible_text(answer.body)
    assert "signed on" not in visible_text(answer.body)


async def test_a_sign_on_without_redirects_has_no_page() -> None:
    browsing = Browsing(make_sign_on_app())
    asked = {"client_id": "im_client", "response_type": "token", "response_mode": "pi.flow"}
    state = (await browsing.authorize(asked)).json()
    answer = await browsing.get(f"/as/{state['id']}/resume/as/authorization.ping")
    assert (answer.status, answer.header("content-type")) == (404, PAGE)


async def test_whoever_has_signed_on_is_sent_on_at_once() -> None:
    browsing = Browsing(make_sign_on_app())
    await sign_on(browsing, await browsing.authorize(WEB))
    answer = await browsing.authorize(WEB)
    assert answer.status == 302
    assert "code" in returned(answer)


async def test_a_hint_fills_in_the_name() -> None:
    page = await Browsing(make_sign_on_app()).authorize(WEB, login_hint="joe@example.com")
    assert parse_form(page.body).fields["pf.username"] == "joe@example.com"


async def test_the_approval_page_says_who_wants_what() -> None:
    app = make_sign_on_app(scope_descriptions={"profile": "Read your profile"})
    browsing = Browsing(app)
    page = await sign_on(browsing, await browsing.authorize(WEB, client_id="asking"))
    assert page.status == 200
    assert "Asking" in visible_text(page.body)
    assert "Read your profile" in visible_text(page.body)
    names = {("pf.oauth.authz.consent", "allow"), ("pf.oauth.authz.consent", "deny")}
    assert set(parse_form(page.body).buttons) == names


@pytest.mark.parametrize(("button", "expected"), [("allow", "code"), ("deny", "error")])
async def test_approval_decides(button: str, expected: str) -> None:
    browsing = Browsing(make_sign_on_app())
    page = await sign_on(browsing, await browsing.authorize(WEB, client_id="asking"))
    assert expected in returned(await browsing.press(page, button))


async def test_approval_that_is_remembered_is_not_asked_for_again() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await sign_on(browsing, await browsing.authorize(WEB, client_id="asking"))
    await browsing.press(page, "allow", pf_rememberMyDecision="true")
    assert "code" in returned(await browsing.authorize(WEB, client_id="asking"))


async def test_the_approval_page_leads_to_what_the_client_says_of_itself() -> None:
    client = make_sign_on_client(
        "open",
        bypasses_approval=False,
        policy_uri="https://app.example.com/privacy",
        tos_uri="https://app.example.com/terms",
        logo_uri="https://app.example.com/logo.png",
    )
    browsing = Browsing(make_sign_on_app(clients=[client]))
    page = await browsing.authorize(WEB, client_id="open")
    elements = parse_elements(page.body)
    links = [each.attributes["href"] for each in elements if each.tag == "a"]
    assert links == ["https://app.example.com/privacy", "https://app.example.com/terms"]
    (logo,) = [each.attributes["src"] for each in elements if each.tag == "img"]
    assert logo == "https://app.example.com/logo.png"


async def test_a_form_of_an_earlier_page_gets_the_page_that_is_due() -> None:
    steps = {
        "who": StepInstance("who", "identifier_first"),
        "form": StepInstance("form", "username_password"),
    }
    policy = Policy("default", StepNode("who", success=StepNode("form")))
    browsing = Browsing(make_sign_on_app(steps=steps, policies={"default": policy}))
    first = await browsing.authorize(WEB)
    second = await browsing.press(first, subject="joe")
    assert parse_form(second.body).fields["pf.adapterId"] == "form"
    again = await browsing.press(first, subject="joe")
    assert (again.status, again.body) == (200, second.body)
    assert (await browsing.press(second, pf_pass=PASSWORD)).status == 303


@pytest.mark.parametrize(
    ("response_mode", "response_type", "separator"),
    [("query", "code", "?"), ("fragment", "code", "#"), (None, "token", "#")],
)
async def test_the_answer_goes_where_its_mode_says(
    response_mode: str | None, response_type: str, separator: str
) -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(WEB, response_mode=response_mode, response_type=response_type)
    location = (await sign_on(browsing, page)).header("location") or ""
    assert location.startswith(CALLBACK + separator)


async def test_an_answer_is_posted_by_a_page() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(WEB, response_mode="form_post")
    answer = await sign_on(browsing, page)
    form = parse_form(answer.body)
    assert form.action == CALLBACK
    assert list(form.fields) == ["code", "state", "iss"]


async def test_a_refusal_is_posted_by_a_page_too() -> None:
    answer = await Browsing(make_sign_on_app()).authorize(
        WEB, response_mode="form_post", prompt="none"
    )
    form = parse_form(answer.body)
    assert (form.action, form.fields["error"]) == (CALLBACK, "login_required")


async def test_an_answer_keeps_the_query_of_the_redirect_uri() -> None:
    uri = "https://app.example.com/callback?tenant=1"
    client = make_sign_on_client("tenants", redirect_uris=(uri,))
    browsing = Browsing(make_sign_on_app(clients=[client]))
    page = await browsing.authorize(WEB, client_id="tenants", redirect_uri=uri)
    assert returned(await sign_on(browsing, page))["tenant"] == "1"


async def test_S2_16_a_code_goes_to_an_application_with_a_scheme_of_its_own() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(
        WEB, client_id="app_client", redirect_uri="myinteract://ssosignedin"
    )
    location = (await sign_on(browsing, page)).header("location") or ""
    assert location.startswith("myinteract://ssosignedin?code=")


async def test_S2_13_S2_14_code_and_state_come_back_in_the_query() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(
        WEB, client_id="app_client", redirect_uri="myinteract://ssosignedin", code_challenge=None,
        code_challenge_method=None, state="internal state/1",
    )  # fmt: skip
    answer = returned(await sign_on(browsing, page))
    assert answer["state"] == "internal state/1"
    assert re.fullmatch(r"[0-9A-Za-z]{49}", answer["code"])


async def test_S2_13_a_failure_comes_back_as_error_and_description() -> None:
    browsing = Browsing(make_sign_on_app())
    answer = returned(await browsing.press(await browsing.authorize(WEB), "pf.cancel"))
    assert list(answer) == ["error", "error_description", "state", "iss"]


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": None, "client_id": "im_client"},
    ],
)
async def test_a_request_that_nobody_vouches_for_gets_a_page(
    changed: dict[str, str | None],
) -> None:
    answer = await Browsing(make_sign_on_app()).authorize(WEB, **changed)
    assert (answer.status, answer.header("content-type")) == (400, PAGE)
    assert answer.header("location") is None
    assert set_cookies(answer) == {}
    assert b"evil" not in answer.body


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "nonsense"}, "unsupported_response_type"),
        ({"scope": "openid nonsense"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
        ({"code_challenge": None}, "invalid_request"),
        ({"request": "eyJ.eyJ."}, "request_not_supported"),
        ({"pfidpadapterid": "nonsense"}, "invalid_request"),
        ({"idp": "https://partner.example"}, "invalid_request"),
        ({"access_token_manager_id": "nonsense"}, "invalid_target"),
    ],
)
async def test_other_refusals_are_told_the_application(
    changed: dict[str, str | None], error: str
) -> None:
    answer = await Browsing(make_sign_on_app()).authorize(WEB, **changed)
    assert answer.status == 302
    assert returned(answer)["error"] == error
    assert returned(answer)["state"] == WEB["state"]


@pytest.mark.parametrize("name", ["pfidpadapterid", "IdpAdapterId"])
async def test_a_request_may_name_an_adapter_that_is_asked_anyway(name: str) -> None:
    steps = {
        "form": StepInstance("form", "username_password"),
        "other": StepInstance("other", "username_password"),
    }
    browsing = Browsing(make_sign_on_app(steps=steps))
    page = await browsing.authorize({**WEB, name: "form"})
    assert parse_form(page.body).fields["pf.adapterId"] == "form"
    refused = await browsing.authorize({**WEB, name: "other"})
    assert returned(refused)["error"] == "invalid_request"


async def test_a_cross_site_post_is_brought_to_its_cookies() -> None:
    """Browsers leave SameSite=Lax cookies out of a POST from another site, not out of a GET."""
    browsing = Browsing(make_sign_on_app())
    await sign_on(browsing, await browsing.authorize(WEB))
    stranger = Browsing(browsing.app)
    crossing = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]
    answer = await stranger.post_form("/as/authorization.oauth2", WEB, crossing)
    assert answer.status == 303
    assert set_cookies(answer) == {}
    location = urlsplit(answer.header("location") or "")
    assert location.netloc == ""
    assert "code" in returned(await browsing.get(location.geturl()))


async def test_the_metadata_names_the_endpoints() -> None:
    answer = await make_sign_on_app().pingfederate.get("/.well-known/openid-configuration")
    document: dict[str, Any] = json.loads(answer.body)
    assert document["authorization_endpoint"].endswith("/as/authorization.oauth2")
    assert document["userinfo_endpoint"].endswith("/idp/userinfo.openid")


REMEMBERING: dict[str, Any] = {
    "form": StepInstance(
        "form", "username_password", {"remember_my_username": True, "this_is_my_device": True}
    )
}


async def test_a_name_is_remembered_where_the_person_says_so() -> None:
    browsing = Browsing(make_sign_on_app(steps=REMEMBERING))
    page = await browsing.authorize(WEB)
    boxes = [
        e.attributes for e in parse_elements(page.body) if e.attributes.get("type") == "checkbox"
    ]
    assert [box["name"] for box in boxes] == ["pf.rememberUsername", "pf.thisIsMyDevice"]
    await browsing.press(page, pf_username="joe", pf_pass=PASSWORD, pf_rememberUsername="true")
    again = await browsing.authorize(WEB, prompt="login")
    form = parse_form(again.body)
    assert (form.fields["pf.username"], form.fields["pf.rememberUsername"]) == ("joe", "true")
    assert "__Host-ostiary-device" not in browsing.cookies


async def test_a_name_is_forgotten_where_the_person_takes_the_mark_away() -> None:
    browsing = Browsing(make_sign_on_app(steps=REMEMBERING))
    form = parse_form((await browsing.authorize(WEB)).body)
    named = {**form.fields, "pf.username": "joe", "pf.pass": PASSWORD}
    await browsing.post_form(form.action, {**named, "pf.rememberUsername": "true"})
    form = parse_form((await browsing.authorize(WEB, prompt="login")).body)
    unmarked = {name: value for name, value in form.fields.items() if "remember" not in name}
    await browsing.post_form(form.action, {**unmarked, "pf.pass": PASSWORD})
    assert "__Host-ostiary-username" not in browsing.cookies
    again = await browsing.authorize(WEB, prompt="login")
    assert parse_form(again.body).fields["pf.username"] == ""


async def test_a_mark_that_was_set_stays_when_the_password_was_wrong() -> None:
    browsing = Browsing(make_sign_on_app(steps=REMEMBERING))
    page = await browsing.authorize(WEB)
    again = await browsing.press(page, pf_username="joe", pf_pass="wrong", pf_thisIsMyDevice="true")
    form = parse_form(again.body)
    assert form.fields["pf.thisIsMyDevice"] == "true"
    assert "pf.rememberUsername" not in form.fields


@pytest.mark.parametrize("value", ["%zz", "%ff", "a%00b", "%0d%0aSet-Cookie:%20x", "x" * 800, "é"])
async def test_a_name_that_no_page_of_ours_remembers_is_passed_over(value: str) -> None:
    browsing = Browsing(make_sign_on_app(steps=REMEMBERING), {"__Host-ostiary-username": value})
    page = await browsing.authorize(WEB)
    assert parse_form(page.body).fields["pf.username"] in {"", "%zz"}
