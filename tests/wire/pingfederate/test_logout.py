"""Signing off: `/idp/init_logout.openid`."""

from urllib.parse import urlencode

import pytest

from tests.support.app import App
from tests.support.asgi import Answer
from tests.support.browsing import (
    CALLBACK,
    PASSWORD,
    WEB,
    Browsing,
    make_sign_on_app,
    make_sign_on_client,
    returned,
    set_cookies,
)
from tests.support.html import parse_form, visible_text

LOGOUT = "/idp/init_logout.openid"
BACK = "https://app.example.com/signed-off"
CROSSING = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]


def make_logout_app() -> App:
    """Start a server with a client that takes browsers back."""
    client = make_sign_on_client("leaving", post_logout_redirect_uris=(BACK,))
    return make_sign_on_app(clients=[client])


async def sign_on(browsing: Browsing) -> str:
    """Sign on by pages, and return the ID token."""
    asked = {"response_type": "id_token", "nonce": "n-0S6_WzA2Mj", "scope": "openid"}
    page = await browsing.authorize(WEB, client_id="leaving", **asked)
    answer = await browsing.press(page, pf_username="joe", pf_pass=PASSWORD)
    return returned(answer)["id_token"]


async def is_signed_on(browsing: Browsing) -> bool:
    """Tell whether the browser is known."""
    answer = await browsing.authorize(WEB, prompt="none")
    return "code" in returned(answer)


async def ask(browsing: Browsing, **parameters: str) -> Answer:
    """Ask to be signed off."""
    return await browsing.get(f"{LOGOUT}?{urlencode(parameters)}")


async def test_an_application_signs_its_user_off_and_takes_the_browser_back() -> None:
    browsing = Browsing(make_logout_app())
    hint = await sign_on(browsing)
    answer = await ask(browsing, id_token_hint=hint, post_logout_redirect_uri=BACK, state="a b")
    assert (answer.status, answer.header("location")) == (302, f"{BACK}?state=a%20b")
    assert "PF" not in browsing.cookies
    assert not await is_signed_on(browsing)


async def test_the_cookie_of_the_session_is_forgotten_as_it_was_set() -> None:
    browsing = Browsing(make_logout_app())
    hint = await sign_on(browsing)
    value, attributes = set_cookies(await ask(browsing, id_token_hint=hint))["PF"]
    assert value == ""
    assert {"Path=/", "Max-Age=0", "Secure", "HttpOnly", "SameSite=Lax"} <= set(attributes)


async def test_without_anywhere_to_go_there_is_a_page() -> None:
    browsing = Browsing(make_logout_app())
    answer = await ask(browsing, id_token_hint=await sign_on(browsing))
    assert "You are signed off" in visible_text(answer.body)
    assert not await is_signed_on(browsing)


async def test_SEC_133_without_proof_the_person_is_asked() -> None:
    browsing = Browsing(make_logout_app())
    await sign_on(browsing)
    page = await ask(browsing, client_id="leaving")
    assert "Do you want to sign off?" in visible_text(page.body)
    assert await is_signed_on(browsing)
    done = await browsing.press(page, "pf.ok")
    assert "You are signed off" in visible_text(done.body)
    assert not await is_signed_on(browsing)


async def test_SEC_133_whoever_says_no_stays_signed_on() -> None:
    browsing = Browsing(make_logout_app())
    await sign_on(browsing)
    answer = await browsing.press(await ask(browsing), "pf.cancel")
    assert "You are still signed on" in visible_text(answer.body)
    assert await is_signed_on(browsing)


async def test_SEC_133_no_other_site_presses_the_button() -> None:
    browsing = Browsing(make_logout_app())
    await sign_on(browsing)
    form = parse_form((await ask(browsing)).body)
    answer = await browsing.post_form(LOGOUT, form.fields, [("sec-fetch-site", "cross-site")])
    assert answer.status == 403
    assert await is_signed_on(browsing)


@pytest.mark.parametrize("confirmation", ["", "x", "é"])
async def test_SEC_133_a_made_up_confirmation_asks_again(confirmation: str) -> None:
    browsing = Browsing(make_logout_app())
    await sign_on(browsing)
    answer = await browsing.post_form(LOGOUT, {"confirmation": confirmation, "pf.ok": "clicked"})
    assert "Do you want to sign off?" in visible_text(answer.body)
    assert await is_signed_on(browsing)


async def test_SEC_133_the_confirmation_of_another_browser_asks_again() -> None:
    app = make_logout_app()
    attacker, victim = Browsing(app), Browsing(app)
    await sign_on(attacker)
    await sign_on(victim)
    form = parse_form((await ask(attacker)).body)
    answer = await victim.post_form(LOGOUT, form.fields)
    assert "Do you want to sign off?" in visible_text(answer.body)
    assert await is_signed_on(victim)


@pytest.mark.parametrize(
    "target",
    [CALLBACK, f"{BACK}/", "https://evil.example", "//evil.example", "javascript:alert(1)"],
)
async def test_SEC_133_the_browser_goes_only_where_it_is_registered(target: str) -> None:
    browsing = Browsing(make_logout_app())
    hint = await sign_on(browsing)
    answer = await ask(browsing, id_token_hint=hint, post_logout_redirect_uri=target)
    assert answer.status == 400
    assert answer.header("location") is None
    assert answer.header("content-type") == "text/html; charset=utf-8"


async def test_a_post_of_the_application_is_brought_to_its_cookies() -> None:
    browsing = Browsing(make_logout_app())
    hint = await sign_on(browsing)
    stranger = Browsing(browsing.app)
    answer = await stranger.post_form(LOGOUT, {"id_token_hint": hint}, CROSSING)
    assert answer.status == 303
    assert set_cookies(answer) == {}
    await browsing.get(answer.header("location") or "")
    assert not await is_signed_on(browsing)


async def test_a_post_of_another_site_that_is_too_long_for_an_address_is_asked_about() -> None:
    app = make_logout_app()
    browsing, stranger = Browsing(app), Browsing(app)
    hint = await sign_on(browsing)
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": BACK, "state": "s" * 2048}
    page = await stranger.post_form(LOGOUT, {**sent, "ui_locales": "x" * 4096}, CROSSING)
    assert "Do you want to sign off?" in visible_text(page.body)
    assert set_cookies(page) == {}
    assert await is_signed_on(browsing)

    form = parse_form(page.body)
    answer = await browsing.post_form(form.action, form.fields)
    assert (answer.status, answer.header("location")) == (303, f"{BACK}?state={'s' * 2048}")
    assert not await is_signed_on(browsing)


async def test_a_post_of_another_site_that_is_too_long_presses_no_button() -> None:
    app = make_logout_app()
    browsing, stranger = Browsing(app), Browsing(app)
    await sign_on(browsing)
    sent = {"pf.cancel": "clicked", "confirmation": "x", "state": "s" * 4096}
    page = await stranger.post_form(LOGOUT, sent, CROSSING)
    fields = parse_form(page.body).fields
    assert "confirmation" not in fields

    page = await browsing.post_form(LOGOUT, fields)
    assert "Do you want to sign off?" in visible_text(page.body)
    assert await is_signed_on(browsing)


async def test_a_post_with_cookies_signs_off() -> None:
    browsing = Browsing(make_logout_app())
    await browsing.post_form(LOGOUT, {"id_token_hint": await sign_on(browsing)})
    assert not await is_signed_on(browsing)


async def test_a_parameter_in_query_and_body_is_refused() -> None:
    browsing = Browsing(make_logout_app())
    answer = await browsing.post_form(f"{LOGOUT}?state=a", {"state": "a"})
    assert (answer.status, answer.header("content-type")) == (400, "text/html; charset=utf-8")
