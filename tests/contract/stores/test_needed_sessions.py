"""Commits that need a session: either they come too late, or what they store ends with it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Issuance
from ostiary.core.ports.stores import AlreadyRedeemedError, SessionEndedError
from tests.support.stored_sign_on import (
    make_change,
    make_end,
    make_flow,
    make_grant,
    make_session,
    make_user_id,
)
from tests.support.stores import (
    LATER,
    NOW,
    is_spent,
    make_key,
    make_redemption,
    make_token,
    opened,
)

PAIRS = 32
End = Callable[[StoreBackend, Environment, int], Awaitable[object]]
ENDS: dict[str, End] = {
    "the session ends": lambda store, env, n: store.sessions.end(env, make_session(n).id),
    "the user's sessions end": lambda store, env, n: store.sessions.end_of_user(
        env, make_user_id(n)
    ),
    "another user signs on": lambda store, env, n: store.commit(
        env, Issuance(session=make_change(n + 1000, user=n + 1000, replaces=n)), now=NOW
    ),
}


def make_exchange(number: int) -> Issuance:
    """Make the exchange of a code, whose grant ends with session `number`."""
    session_id = make_session(number).id
    return Issuance(
        redeems=(make_redemption(number),),
        reference_tokens=(make_token(number),),
        grants=(make_grant(number, user=number, session_id=session_id),),
        needs_session=session_id,
    )


async def sign_on(store: StoreBackend, env: Environment, *numbers: int) -> None:
    for number in numbers:
        change = Issuance(session=make_change(number, user=number))
        await store.commit(env, change, now=NOW)


async def is_stored(store: StoreBackend, env: Environment, number: int) -> bool:
    """Tell whether an exchange was done, as a whole."""
    parts = {
        await is_spent(store, env, make_redemption(number)),
        await store.find(env, make_key(number), now=NOW) is not None,
        await store.user_grants.find(env, make_grant(number).id, now=NOW) is not None,
    }
    assert len(parts) == 1, "half done"
    return parts.pop()


async def test_a_commit_is_done_while_the_session_that_it_needs_is_there(
    store: StoreBackend, env: Environment
) -> None:
    await sign_on(store, env, 1)

    await store.commit(env, make_exchange(1), now=NOW)

    assert await is_stored(store, env, 1)


@pytest.mark.parametrize("end", ENDS)
async def test_SEC_50_nothing_is_stored_for_a_session_that_has_ended(
    store: StoreBackend, env: Environment, end: str
) -> None:
    await sign_on(store, env, 1)
    await ENDS[end](store, env, 1)

    with pytest.raises(SessionEndedError):
        await store.commit(env, make_exchange(1), now=NOW)

    assert not await is_stored(store, env, 1)


async def test_nothing_is_stored_for_a_session_that_is_over(
    store: StoreBackend, env: Environment
) -> None:
    await sign_on(store, env, 1)
    exchange = replace(make_exchange(1), redeems=(make_redemption(1, expires_at=LATER + 60),))

    with pytest.raises(SessionEndedError):
        await store.commit(env, exchange, now=LATER)

    assert not await is_stored(store, env, 1)


async def test_SEC_226_a_session_of_another_environment_is_not_the_needed_one(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    await sign_on(store, other_env, 1)

    with pytest.raises(SessionEndedError):
        await store.commit(env, make_exchange(1), now=NOW)


async def test_a_code_that_was_spent_is_told_from_a_session_that_has_ended(
    store: StoreBackend, env: Environment
) -> None:
    await sign_on(store, env, 1)
    await store.commit(env, Issuance(redeems=(make_redemption(1),)), now=NOW)

    with pytest.raises(AlreadyRedeemedError):
        await store.commit(env, make_exchange(1), now=NOW)


async def test_several_commits_may_need_one_session_at_once(
    store: StoreBackend, env: Environment
) -> None:
    await sign_on(store, env, 1)
    session_id = make_session(1).id
    exchanges = [replace(make_exchange(n), needs_session=session_id) for n in range(PAIRS)]
    bare = [replace(make_exchange(n + PAIRS), redeems=()) for n in range(PAIRS)]
    wanted = [*exchanges, *(replace(one, needs_session=session_id) for one in bare)]

    await asyncio.gather(*(store.commit(env, issuance, now=NOW) for issuance in wanted))

    grants = [store.user_grants.find(env, make_grant(n).id, now=NOW) for n in range(2 * PAIRS)]
    assert None not in await asyncio.gather(*grants)


@pytest.mark.parametrize("is_there", [True, False])
async def test_what_else_a_commit_does_waits_for_its_session_too(
    store: StoreBackend, env: Environment, is_there: bool
) -> None:
    await store.flows.start(env, make_flow(1))
    if is_there:
        await sign_on(store, env, 1)
    wanted = replace(make_exchange(1), moves=make_end(1))

    (result,) = await asyncio.gather(store.commit(env, wanted, now=NOW), return_exceptions=True)

    assert isinstance(result, SessionEndedError | None)
    assert (result is None) == is_there
    assert await is_stored(store, env, 1) == is_there
    is_finished = await store.flows.find(env, make_flow(1).id, now=NOW) is None
    assert is_finished == is_there


async def test_a_commit_without_its_session_does_not_hinder_those_beside_it(
    store: StoreBackend, env: Environment
) -> None:
    await sign_on(store, env, *range(0, PAIRS, 2))

    results = await asyncio.gather(
        *(store.commit(env, make_exchange(n), now=NOW) for n in range(PAIRS)),
        return_exceptions=True,
    )

    refused = [n for n, result in enumerate(results) if isinstance(result, SessionEndedError)]
    assert refused == list(range(1, PAIRS, 2))
    for number in range(PAIRS):
        assert await is_stored(store, env, number) == (number % 2 == 0)


@pytest.mark.parametrize("comes_first", ["the exchange", "the end"])
@pytest.mark.parametrize("end", ENDS)
async def test_SEC_50_no_grant_outlives_a_session_that_ends_beside_its_exchange(
    store: StoreBackend, env: Environment, end: str, comes_first: str
) -> None:
    await sign_on(store, env, *range(PAIRS))
    calls = []
    for number in range(PAIRS):
        pair = [store.commit(env, make_exchange(number), now=NOW), ENDS[end](store, env, number)]
        calls += pair if comes_first == "the exchange" else pair[::-1]

    results = await asyncio.gather(*calls, return_exceptions=True)

    failures = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(failure, SessionEndedError) for failure in failures)
    for number in range(PAIRS):
        session_id, grant_id = make_session(number).id, make_grant(number).id
        assert await store.sessions.find_by_id(env, session_id, now=NOW) is None
        assert await store.user_grants.find(env, grant_id, now=NOW) is None


async def test_SEC_50_no_grant_outlives_a_session_that_another_node_ends(
    empty_postgres_url: str, env: Environment
) -> None:
    """Each node has its own connections, so that their statements overlap as they please."""
    async with opened(empty_postgres_url) as one, opened(empty_postgres_url) as other:
        for turn in range(4):
            numbers = range(turn * PAIRS, (turn + 1) * PAIRS)
            await sign_on(one, env, *numbers)

            await asyncio.gather(
                *(one.commit(env, make_exchange(n), now=NOW) for n in numbers),
                *(other.sessions.end(env, make_session(n).id) for n in numbers),
                return_exceptions=True,
            )

            for number in numbers:
                grant_id = make_grant(number).id
                assert await one.user_grants.find(env, grant_id, now=NOW) is None
