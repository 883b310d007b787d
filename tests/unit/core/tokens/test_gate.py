"""The gate: who is let through, asked about each thing that can close it."""

from dataclasses import replace

from ostiary.core.base.ids import ClientId, SessionId, UserId
from ostiary.core.model.session import Authentication
from ostiary.core.model.user import User, UserPassword
from ostiary.core.tokens.gate import is_current
from tests.support.codes import Codes, make_gate, signed_on
from tests.support.users import HASH, make_user


async def _find(codes: Codes, client: str = "web", session: SessionId | None = None) -> User | None:
    gate = make_gate(codes.app.store, codes.app.clock)
    authentication = codes.session.authentication
    return await gate.find_user(
        codes.env, ClientId(client), codes.user.id, authentication, session_id=session
    )


async def test_an_enabled_user_of_an_open_client_passes() -> None:
    codes = await signed_on()
    assert await _find(codes) == codes.user
    assert await _find(codes, session=codes.session.id) == codes.user


async def test_a_client_that_is_unknown_or_disabled_closes_it() -> None:
    codes = await signed_on()
    assert await _find(codes, "nobody") is None
    codes.app.change_client("web", enabled=False)
    assert await _find(codes) is None


async def test_a_user_that_is_disabled_or_gone_closes_it() -> None:
    codes = await signed_on()
    await codes.change_user(enabled=False)
    assert await _find(codes) is None
    await codes.app.store.users.delete(codes.env, codes.user.id)
    assert await _find(codes) is None


async def test_a_session_that_is_over_closes_it_for_who_needs_one() -> None:
    codes = await signed_on()
    codes.app.clock.advance(codes.env.sessions.idle_seconds)
    assert await _find(codes, session=codes.session.id) is None
    assert await _find(codes) is not None
    assert await _find(codes, session=SessionId("unknown")) is None


def test_a_proof_is_over_once_the_password_was_changed_after_it() -> None:
    user = make_user(1, password=UserPassword(HASH, changed_at=100.5))
    at = Authentication(UserId(user.id), 100.5)
    assert is_current(user, at)
    assert not is_current(user, Authentication(user.id, 100.4))
    assert is_current(replace(user, password=None), Authentication(user.id, 0.0))
