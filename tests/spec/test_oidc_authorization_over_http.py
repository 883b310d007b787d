"""OpenID Connect Core §3 as a browser and an application see it, up to the tokens and logout."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support import jose
from tests.support.app import BASE_URL, App
from tests.support.asgi import Answer
from tests.support.browsing import (
    AUTHORIZE,
    CALLBACK,
    PASSWORD,
    VERIFIER,
    WEB,
    Browsing,
    make_sign_on_app,
    make_sign_on_client,
    parameters,
    returned,
)
from tests.support.html import parse_form
from tests.support.tenants import secret_of

LANDING = "https://app.example.com/bye"
TOKEN, USERINFO, LOGOUT = "/as/token.oauth2", "/idp/userinfo.openid", "/idp/init_logout.openid"


async def signed_on(browsing: Browsing, **changed: str | None) -> dict[str, str]:
    """Sign `joe` on, and return what the application gets."""
    page = await browsing.authorize(WEB, **changed)
    return returned(await browsing.press(page, pf_username="joe", pf_pass=PASSWORD))


async def exchange(app: App, code: str, **changed: str | None) -> Answer:
    """Exchange a code as the application `web`, which has a secret."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    sent = parameters(form, **changed)
    return await app.pingfederate.post_form(TOKEN, sent, basic=("web", secret_of("web")))


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.com/"},
        {"redirect_uri": f"{CALLBACK}?a=b"},
        {"redirect_uri": f"{CALLBACK}#x"},
        {"redirect_uri": None},
        {"client_id": "nobody"},
        {"client_id": None},
        {"state": "x" * 2049},
    ],
    ids=str,
)
@pytest.mark.parametrize("prompt", [None, "none"])
async def test_SEC_1_OIDC_23_OIDC_27_who_cannot_be_trusted_gets_a_page_and_no_redirect(
    changed: dict[str, Any], prompt: str | None
) -> None:
    answer = await Browsing(make_sign_on_app()).authorize(WEB, **changed, prompt=prompt)
    assert answer.status == 400
    assert answer.header("location") is None
    assert "evil.com" not in answer.body.decode()


async def test_OIDC_35_SEC_19_a_state_of_line_breaks_and_markup_comes_back_as_it_was() -> None:
    browsing = Browsing(make_sign_on_app())
    hostile = "\r\nSet-Cookie: x=y\r\n\r\n<script>alert(1)</script>\"'&=#?"
    answer = await browsing.authorize(WEB, prompt="none", state=hostile)
    assert returned(answer)["state"] == hostile
    posted = await browsing.authorize(WEB, prompt="none", state=hostile, response_mode="form_post")
    assert posted.status == 200
    assert b"<script>alert" not in posted.body
    assert parse_form(posted.body).fields["error"] == "login_required"


async def test_OIDC_37_a_post_with_a_form_body_is_as_good() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.post_form(AUTHORIZE, WEB)
    assert page.status == 200
    answer = await browsing.press(page, pf_username="joe", pf_pass=PASSWORD)
    assert "code" in returned(answer)


async def test_OIDC_38_unknown_parameters_are_passed_over() -> None:
    assert "code" in await signed_on(Browsing(make_sign_on_app()), extra="foobar")


@pytest.mark.parametrize("verifier", [VERIFIER[:-1] + "A", "x" * 43, None])
async def test_OIDC_40_a_confidential_client_is_held_to_its_challenge(
    verifier: str | None,
) -> None:
    app = make_sign_on_app()
    answered = await signed_on(Browsing(app))
    refused = await exchange(app, answered["code"], code_verifier=verifier)
    assert refused.error == (400, "invalid_grant")


async def test_OIDC_40_and_gets_its_tokens_when_it_meets_it() -> None:
    app = make_sign_on_app()
    answered = await signed_on(Browsing(app))
    tokens = await exchange(app, answered["code"])
    assert tokens.status == 200
    assert {"access_token", "id_token"} <= set(tokens.json())


async def test_OIDC_45_an_essential_claim_is_answered_by_userinfo() -> None:
    app = make_sign_on_app()
    claims = '{"userinfo": {"given_name": {"essential": true}, "shoe_size": null}}'
    answered = await signed_on(Browsing(app), scope="openid", claims=claims)
    token = (await exchange(app, answered["code"])).json()["access_token"]
    answer = await app.pingfederate.get(USERINFO, [("authorization", f"Bearer {token}")])
    assert answer.json()["given_name"] == "Joe"
    assert "shoe_size" not in answer.json()


async def test_SEC_15_after_a_password_was_posted_the_browser_is_told_to_get() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(WEB)
    assert (await browsing.press(page, pf_username="joe", pf_pass=PASSWORD)).status == 303
    refused = await browsing.post_form(AUTHORIZE, {**WEB, "prompt": "none", "max_age": "0"})
    assert refused.status == 303


async def test_SEC_21_every_redirect_names_the_issuer() -> None:
    browsing = Browsing(make_sign_on_app())
    assert returned(await browsing.authorize(WEB, prompt="none"))["iss"] == BASE_URL
    assert (await signed_on(browsing))["iss"] == BASE_URL


async def test_OIDC_63_after_logout_nobody_is_signed_on_any_more() -> None:
    app = make_sign_on_app(
        clients=[make_sign_on_client("leaving", post_logout_redirect_uris=(LANDING,))]
    )
    browsing = Browsing(app)
    changed = {"client_id": "leaving", "response_type": "code id_token", "nonce": "n"}
    answered = await signed_on(browsing, **changed)
    assert jose.parts(answered["id_token"])[1]["aud"] == "leaving"
    asked = {
        "id_token_hint": answered["id_token"],
        "post_logout_redirect_uri": LANDING,
        "state": "a&b",
    }
    left = await browsing.get(f"{LOGOUT}?{urlencode(asked)}")
    assert left.header("location") == f"{LANDING}?state=a%26b"
    again = await browsing.authorize(WEB, client_id="leaving", prompt="none")
    assert returned(again)["error"] == "login_required"


async def test_OIDC_64_a_query_that_was_added_is_no_landing() -> None:
    app = make_sign_on_app(
        clients=[make_sign_on_client("leaving", post_logout_redirect_uris=(LANDING,))]
    )
    browsing = Browsing(app)
    changed = {"client_id": "leaving", "response_type": "code id_token", "nonce": "n"}
    hint = (await signed_on(browsing, **changed))["id_token"]
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": f"{LANDING}?a=b"}
    answer = await browsing.get(f"{LOGOUT}?{urlencode(asked)}")
    assert answer.status == 400
    assert answer.header("location") is None


async def test_OIDC_65_without_anything_there_is_a_question_and_then_a_page() -> None:
    browsing = Browsing(make_sign_on_app())
    await signed_on(browsing)
    question = await browsing.get(LOGOUT)
    assert question.status == 200
    done = await browsing.press(question, "pf.ok")
    assert done.status == 200
    assert b"signed off" in done.body
    assert returned(await browsing.authorize(WEB, prompt="none"))["error"] == "login_required"
