"""PingFederate's revocation endpoint, as clients see it."""

import pytest

from tests.support.app import REVOKE, App, make_app
from tests.support.asgi import Answer
from tests.support.tenants import secret_of


async def _revoke(app: App, token: str, client: str, **params: str) -> Answer:
    form = {"token": token, **params}
    return await app.pingfederate.post_form(REVOKE, form, basic=(client, secret_of(client)))


@pytest.mark.parametrize("manager", ["default", "6pac", "interact", "modern", "reference"])
async def test_SEC_76_a_revoked_token_is_dead_at_once(manager: str) -> None:
    app = make_app()
    token = await app.token("many", access_token_manager_id=manager)
    other = await app.token("many", access_token_manager_id=manager)
    assert await app.is_active(token)
    answer = await _revoke(app, token, "many")
    assert (answer.status, answer.body) == (200, b"")
    assert not await app.is_active(token)
    assert await app.is_active(other)


@pytest.mark.parametrize("manager", ["modern", "reference"])
async def test_revoking_twice_is_no_failure(manager: str) -> None:
    """RFC 7009 §2.2: an invalid token needs no revoking."""
    app = make_app()
    token = await app.token("many", access_token_manager_id=manager)
    for _ in range(2):
        assert (await _revoke(app, token, "many")).status == 200
    assert not await app.is_active(token)


@pytest.mark.parametrize("token", ["x", "a.b.c", "0001" + "a" * 31, "é", "x" * 60_000])
async def test_an_unknown_token_needs_no_revoking(token: str) -> None:
    answer = await _revoke(make_app(), token, "many")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
async def test_the_hint_changes_nothing(hint: str) -> None:
    """RFC 7009 §2.1: a wrong hint must not keep a token alive."""
    app = make_app()
    token = await app.token("modern")
    await _revoke(app, token, "modern", token_type_hint=hint)
    assert not await app.is_active(token)


async def test_a_missing_token_is_named() -> None:
    answer = await _revoke(make_app(), "", "many")
    assert answer.error == (400, "invalid_request")
    assert "token" in answer.json()["error_description"]


async def test_a_client_that_cannot_prove_itself_revokes_nothing() -> None:
    app = make_app()
    token = await app.token("modern")
    answer = await app.pingfederate.post_form(REVOKE, {"token": token}, basic=("modern", "wrong"))
    assert answer.error == (401, "invalid_client")
    assert await app.is_active(token)


async def test_browsers_of_configured_origins_may_call() -> None:
    app = make_app()
    for origin, allowed in (("https://app.example.com", True), ("https://evil.example.com", False)):
        answer = await app.pingfederate.post_form(
            REVOKE, {"client_id": "public", "token": "x"}, headers=[("origin", origin)]
        )
        assert answer.status == 200
        expected = origin if allowed else None
        assert answer.header("access-control-allow-origin") == expected
        assert answer.header("vary") == "Origin"
