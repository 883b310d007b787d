"""PingOne's sign-off, with a browser and without."""

from urllib.parse import urlencode

import pytest

from ostiary.core.model.audit.sign_on import SignedOff
from tests.support.asgi import ADDRESS
from tests.support.browsing import make_sign_on_client, returned
from tests.support.pingone_browsing import (
    PAGE_ORIGIN,
    WEB,
    PingOneBrowsing,
    make_pingone_sign_on_app,
)

HOME = "https://app.example.com/signed-off"


async def signed_on(client_id: str = "leaving", **fields: object) -> tuple[PingOneBrowsing, str]:
    """Return a browser in which joe is signed on, and the ID token that came of it."""
    client = make_sign_on_client("leaving", post_logout_redirect_uris=(HOME,), **fields)
    browsing = PingOneBrowsing(make_pingone_sign_on_app(clients=[client]))
    response = await browsing.sign_on(client_id=client_id)
    return browsing, (await browsing.tokens(response, client_id))["id_token"]


async def is_signed_on(browsing: PingOneBrowsing) -> bool:
    """Tell whether a browser is signed on."""
    return "code" in returned(await browsing.authorize(WEB, prompt="none"))


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_S4_10_an_id_token_signs_its_user_off(method: str) -> None:
    browsing, id_token = await signed_on()
    asked = {"id_token_hint": id_token, "post_logout_redirect_uri": HOME, "state": "s1"}
    path = f"{browsing.issuer_path}/signoff"
    if method == "GET":
        answer = await browsing.get(f"{path}?{urlencode(asked)}")
    else:
        answer = await browsing.post_form(path, asked)
    assert answer.header("location") == f"{HOME}?state=s1"
    assert browsing.cookies == {
        name: value for name, value in browsing.cookies.items() if name not in {"ST", "ST-NO-SS"}
    }
    assert not await is_signed_on(browsing)


async def test_without_an_id_token_the_person_is_asked() -> None:
    browsing, _ = await signed_on()
    page = await browsing.get(f"{browsing.issuer_path}/signoff")
    assert await is_signed_on(browsing)
    answer = await browsing.press(page, "ok")
    assert b"You are signed off" in answer.body
    assert not await is_signed_on(browsing)


async def test_whoever_stays_is_told_so() -> None:
    browsing, _ = await signed_on()
    page = await browsing.get(f"{browsing.issuer_path}/signoff")
    assert b"You are still signed on" in (await browsing.press(page, "cancel")).body
    assert await is_signed_on(browsing)


async def test_an_unregistered_place_is_not_gone_to() -> None:
    browsing, id_token = await signed_on()
    asked = {"id_token_hint": id_token, "post_logout_redirect_uri": "https://evil.example.com/"}
    answer = await browsing.get(f"{browsing.issuer_path}/signoff?{urlencode(asked)}")
    assert (answer.status, answer.header("location")) == (400, None)


async def test_a_program_ends_the_session_of_an_id_token_without_a_cookie() -> None:
    browsing, id_token = await signed_on(ends_sessions=True)
    page = PingOneBrowsing(browsing.app, origin=PAGE_ORIGIN)
    answer = await page.get(f"{page.issuer_path}/idpSignoff?id_token_hint={id_token}")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.header("access-control-allow-credentials") == "true"
    assert not await is_signed_on(browsing)
    event = browsing.app.events.events[-2]
    assert isinstance(event, SignedOff)
    assert event.address == ADDRESS


async def test_a_session_that_is_over_is_no_mistake() -> None:
    browsing, id_token = await signed_on(ends_sessions=True)
    target = f"{browsing.issuer_path}/idpSignoff?id_token_hint={id_token}"
    assert [(await browsing.get(target)).status for _ in range(2)] == [204, 204]


async def test_only_an_application_that_may_ends_sessions_so() -> None:
    browsing, id_token = await signed_on()
    answer = await browsing.get(f"{browsing.issuer_path}/idpSignoff?id_token_hint={id_token}")
    assert (answer.status, answer.json()["code"]) == (400, "INVALID_REQUEST")
    assert await is_signed_on(browsing)


@pytest.mark.parametrize("query", ["", "id_token_hint=", "id_token_hint=x.y.z"])
async def test_what_is_no_id_token_ends_nothing(query: str) -> None:
    browsing, _ = await signed_on(ends_sessions=True)
    assert (await browsing.get(f"{browsing.issuer_path}/idpSignoff?{query}")).status == 400
    assert await is_signed_on(browsing)


async def test_the_id_token_must_be_of_the_application_that_is_named() -> None:
    browsing, id_token = await signed_on(ends_sessions=True)
    query = urlencode({"id_token_hint": id_token, "client_id": "web"})
    assert (await browsing.get(f"{browsing.issuer_path}/idpSignoff?{query}")).status == 400


async def test_an_id_token_of_another_environment_ends_nothing() -> None:
    browsing, id_token = await signed_on(ends_sessions=True)
    other = PingOneBrowsing(browsing.app, "partners")
    answer = await other.get(f"{other.issuer_path}/idpSignoff?id_token_hint={id_token}")
    assert answer.status == 400
    assert await is_signed_on(browsing)


async def test_an_access_token_ends_nothing() -> None:
    client = make_sign_on_client("leaving", ends_sessions=True)
    browsing = PingOneBrowsing(make_pingone_sign_on_app(clients=[client]))
    tokens = await browsing.tokens(await browsing.sign_on(client_id="leaving"), "leaving")
    target = f"{browsing.issuer_path}/idpSignoff?id_token_hint={tokens['access_token']}"
    assert (await browsing.get(target)).status == 400


async def test_a_page_of_another_origin_ends_nothing() -> None:
    browsing, id_token = await signed_on(ends_sessions=True)
    browsing.origin = "https://evil.example.com"
    answer = await browsing.get(f"{browsing.issuer_path}/idpSignoff?id_token_hint={id_token}")
    assert answer.status == 403


async def test_SEC_143_a_page_of_another_application_ends_nothing() -> None:
    elsewhere = "https://other.example.com"
    client = make_sign_on_client("leaving", ends_sessions=True)
    app = make_pingone_sign_on_app(
        clients=[client], allowed_origins=frozenset({PAGE_ORIGIN, elsewhere})
    )
    browsing = PingOneBrowsing(app)
    tokens = await browsing.tokens(await browsing.sign_on(client_id="leaving"), "leaving")
    id_token = tokens["id_token"]
    target = f"{browsing.issuer_path}/idpSignoff?id_token_hint={id_token}"
    page = PingOneBrowsing(browsing.app, origin=elsewhere)
    assert (await page.get(target)).status == 403
    assert await is_signed_on(browsing)
    page.origin = PAGE_ORIGIN
    assert (await page.get(target)).status == 204
