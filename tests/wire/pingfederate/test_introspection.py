"""PingFederate's introspection endpoint, as resource servers see it."""

from pathlib import Path

import pytest

from tests.support.app import BASE_URL, INTROSPECT, make_app
from tests.support.asgi import basic_header
from tests.support.golden import check_golden, describe
from tests.support.tenants import secret_of

GOLDEN = Path(__file__).parent / "golden"
RS = ("rs_client", secret_of("rs_client"))


@pytest.mark.parametrize(
    ("client", "manager"),
    [
        pytest.param("sdk-client-id", "", id="default"),
        pytest.param("ac_oic_client", "", id="6pac"),
        pytest.param("many", "interact", id="interact"),
        pytest.param("many", "modern", id="rfc9068"),
        pytest.param("many", "reference", id="reference"),
    ],
)
async def test_a_live_token_is_described(
    client: str, manager: str, request: pytest.FixtureRequest
) -> None:
    app = make_app()
    token = await app.token(client, access_token_manager_id=manager)
    name = request.node.callspec.id
    check_golden(GOLDEN / f"introspection-{name}.json", describe(await app.introspect(token)))


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("x", id="text"),
        pytest.param("0001" + "a" * 31, id="like a reference"),
        pytest.param("a.b.c", id="like a JWT"),
        pytest.param("é", id="no ASCII"),
        pytest.param("x" * 60_000, id="long"),
        pytest.param("." * 60_000, id="dots"),
    ],
)
async def test_what_is_no_live_token_is_not_active_and_nothing_more(token: str) -> None:
    """RFC 7662 §2.2."""
    answer = await make_app().introspect(token)
    assert (answer.status, answer.body) == (200, b'{"active":false}')


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
async def test_the_hint_changes_nothing(hint: str) -> None:
    """RFC 7662 §2.1: a wrong hint must not hide a token."""
    app = make_app()
    form = {"token": await app.token(), "token_type_hint": hint}
    answer = await app.pingfederate.post_form(INTROSPECT, form, basic=RS)
    assert answer.json()["active"] is True


@pytest.mark.parametrize("manager", ["modern", "reference"])
async def test_a_token_that_is_over_is_not_active(manager: str) -> None:
    app = make_app()
    token = await app.token("many", access_token_manager_id=manager)
    app.clock.advance(7199.5)
    assert await app.is_active(token)
    app.clock.advance(0.2)
    assert not await app.is_active(token)


async def test_a_missing_token_is_named() -> None:
    answer = await make_app().pingfederate.post_form(INTROSPECT, {}, basic=RS)
    assert answer.error == (400, "invalid_request")
    assert "token" in answer.json()["error_description"]


async def test_the_secret_may_stand_in_the_body_too() -> None:
    app = make_app()
    form = {"token": "x", "client_id": RS[0], "client_secret": RS[1]}
    assert (await app.pingfederate.post_form(INTROSPECT, form)).status == 200


async def test_an_assertion_may_name_this_endpoint_or_the_token_endpoint() -> None:
    """Decision: the called endpoint's URL is an audience of its own."""
    app = make_app()
    for number, path in enumerate(("/as/introspect.oauth2", "/as/token.oauth2")):
        assertion = app.assertion("es256", aud=BASE_URL + path, jti=str(number))
        form = {
            "token": "x",
            "client_assertion": assertion,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        }
        answer = await app.pingfederate.post_form(INTROSPECT, form)
        # The assertion is good; the client has no right to ask.
        assert app.events.events[-1].reason == "client may not introspect"  # type: ignore[union-attr]
        assert answer.error == (401, "invalid_client")


async def test_a_get_is_refused() -> None:
    answer = await make_app().pingfederate.get(f"{INTROSPECT}?token=x", [basic_header(*RS)])
    assert answer.status == 405
    assert answer.header("allow") == "OPTIONS, POST"
