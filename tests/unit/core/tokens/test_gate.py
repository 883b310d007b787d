"""The gate: who is let through, asked about each thing that can close it."""

from ostiary.core.base.ids import ClientId, SessionId
from ostiary.core.model.user import User, UserPassword
from tests.support.codes import Codes, make_gate, signed_on
from tests.support.users import HASH


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


async def test_SEC_73_a_proof_of_an_earlier_password_closes_it_whenever_it_was_made() -> None:
    codes = await signed_on()
    password = UserPassword(HASH, changed_at=codes.session.authentication.at - 1)
    await codes.change_user(password=password)
    assert await _find(codes) is None
