"""Clients of sessions: whoever ends one leaves notices, each of which one process delivers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from msgspec.structs import replace

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.base.ids import ClientId
from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import LogoutNotice, Participation
from ostiary.core.model.token import Issuance
from ostiary.core.ports.stores import SessionEndedError
from tests.support.stored_sign_on import (
    make_change,
    make_end,
    make_flow,
    make_participation,
    make_session,
    make_user_id,
)
from tests.support.stores import LATER, NOW, make_redemption, opened

UNTIL = NOW + 60
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


async def sign_on(
    store: StoreBackend, env: Environment, number: int, *clients: str
) -> list[Participation]:
    """Begin a session of clients, each of which joins by a commit of its own."""
    change = Issuance(session=make_change(number, user=number))
    await store.commit(env, change, now=NOW)
    parts = [make_participation(number, client_id=ClientId(name)) for name in clients]
    for part in parts:
        joins = Issuance(participations=(part,), needs_session=part.session_id)
        await store.commit(env, joins, now=NOW)
    return parts


async def claim(
    store: StoreBackend, env: Environment, *, now: float = NOW, limit: int = 99
) -> Sequence[LogoutNotice]:
    return await store.logout_notices.claim(env, now=now, until=now + 60, limit=limit)


def told(notices: Sequence[LogoutNotice]) -> set[tuple[str, str]]:
    """Return whom notices are for, and of which session."""
    parts = [notice.participation for notice in notices]
    return {(part.session_id, part.client_id) for part in parts}


async def test_the_clients_of_a_session_are_known_each_once(
    store: StoreBackend, env: Environment
) -> None:
    parts = await sign_on(store, env, 1, "a", "b", "a")
    await sign_on(store, env, 2, "c")

    found = await store.logout_notices.find_participants(env, make_session(1).id, now=NOW)

    assert list(found) == parts[:2]


async def test_nobody_is_told_while_the_session_is_there(
    store: StoreBackend, env: Environment
) -> None:
    await sign_on(store, env, 1, "a")

    assert await claim(store, env) == []


@pytest.mark.parametrize("end", ENDS)
async def test_whatever_ends_a_session_makes_its_clients_due_and_no_others(
    store: StoreBackend, env: Environment, end: str
) -> None:
    await sign_on(store, env, 1, "a", "b")
    await sign_on(store, env, 2, "a")

    await ENDS[end](store, env, 1)

    session_id = make_session(1).id
    assert told(await claim(store, env)) == {(session_id, "a"), (session_id, "b")}


async def test_SEC_226_notices_of_another_environment_are_not_claimed(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    await sign_on(store, env, 1, "a")
    await sign_on(store, other_env, 1, "b")
    await store.sessions.end(other_env, make_session(1).id)

    assert await claim(store, env) == []
    (notice,) = await claim(store, other_env)
    await store.logout_notices.settle(env, notice)
    await store.logout_notices.postpone(env, notice, due_at=NOW)
    assert len(await claim(store, other_env, now=UNTIL)) == 1
    found = await store.logout_notices.find_participants(env, make_session(1).id, now=NOW)
    assert [part.client_id for part in found] == ["a"]


async def test_a_claim_keeps_others_away_and_ends_by_itself(
    store: StoreBackend, env: Environment
) -> None:
    (part,) = await sign_on(store, env, 1, "a")
    await store.sessions.end(env, part.session_id)

    assert await claim(store, env) == [LogoutNotice(part, 1, UNTIL)]
    assert await claim(store, env, now=UNTIL - 1) == []
    assert await claim(store, env, now=UNTIL) == [LogoutNotice(part, 2, UNTIL + 60)]


async def test_what_is_settled_is_gone(store: StoreBackend, env: Environment) -> None:
    (part,) = await sign_on(store, env, 1, "a")
    await store.sessions.end(env, part.session_id)
    (notice,) = await claim(store, env)

    await store.logout_notices.settle(env, notice)

    assert await claim(store, env, now=UNTIL) == []
    assert await store.logout_notices.find_participants(env, part.session_id, now=NOW) == []


async def test_what_is_postponed_is_due_then(store: StoreBackend, env: Environment) -> None:
    (part,) = await sign_on(store, env, 1, "a")
    await store.sessions.end(env, part.session_id)
    (notice,) = await claim(store, env)

    await store.logout_notices.postpone(env, notice, due_at=NOW + 10)

    assert await claim(store, env, now=NOW + 9) == []
    (again,) = await claim(store, env, now=NOW + 10)
    assert again.attempt == 2


@pytest.mark.parametrize("verb", ["settle", "postpone"])
async def test_who_comes_back_too_late_changes_nothing(
    store: StoreBackend, env: Environment, verb: str
) -> None:
    (part,) = await sign_on(store, env, 1, "a")
    await store.sessions.end(env, part.session_id)
    (slow,) = await claim(store, env)
    (current,) = await claim(store, env, now=UNTIL)

    if verb == "settle":
        await store.logout_notices.settle(env, slow)
    else:
        await store.logout_notices.postpone(env, slow, due_at=NOW)

    assert await claim(store, env, now=UNTIL + 1) == []
    await store.logout_notices.settle(env, current)
    assert await claim(store, env, now=LATER - 1) == []


async def test_those_that_are_due_longest_come_first(store: StoreBackend, env: Environment) -> None:
    for number, due_at in ((1, NOW + 3), (2, NOW + 1), (3, NOW + 2)):
        (part,) = await sign_on(store, env, number, "a")
        await store.sessions.end(env, part.session_id)
        (notice,) = await claim(store, env)
        await store.logout_notices.postpone(env, notice, due_at=due_at)

    first = await claim(store, env, now=NOW + 9, limit=2)

    assert told(first) == {(make_session(2).id, "a"), (make_session(3).id, "a")}


async def test_what_is_over_is_told_to_nobody_and_cleaned_up(
    store: StoreBackend, env: Environment
) -> None:
    (part,) = await sign_on(store, env, 1, "a")
    await store.sessions.end(env, part.session_id)

    assert await claim(store, env, now=LATER) == []
    assert await store.logout_notices.find_participants(env, part.session_id, now=LATER) == []
    await store.prune(now=LATER)
    assert await store.logout_notices.find_participants(env, part.session_id, now=NOW) == []


async def test_SEC_50_nobody_joins_a_session_that_has_ended(
    store: StoreBackend, env: Environment
) -> None:
    await sign_on(store, env, 1)
    await store.sessions.end(env, make_session(1).id)

    part = make_participation(1)
    joins = Issuance(participations=(part,), needs_session=part.session_id)
    with pytest.raises(SessionEndedError):
        await store.commit(env, joins, now=NOW)

    assert await store.logout_notices.find_participants(env, part.session_id, now=NOW) == []


@pytest.mark.parametrize("end", ENDS)
async def test_whoever_joins_beside_the_end_is_refused_or_told(
    store: StoreBackend, env: Environment, end: str
) -> None:
    numbers = range(32)
    for number in numbers:
        await sign_on(store, env, number)
        await store.flows.start(env, make_flow(number))
    joins = [
        Issuance(
            participations=(make_participation(number),),
            needs_session=make_session(number).id,
            moves=make_end(number) if number % 2 else None,
            redeems=() if number % 3 else (make_redemption(number),),
        )
        for number in numbers
    ]

    results = await asyncio.gather(
        *(
            call
            for number in numbers
            for call in (
                store.commit(env, joins[number], now=NOW),
                ENDS[end](store, env, number),
            )
        ),
        return_exceptions=True,
    )

    joined = {number for number in numbers if results[2 * number] is None}
    refused = [result for result in results[::2] if result is not None]
    assert all(isinstance(each, SessionEndedError) for each in refused)
    ids = {make_session(number).id for number in joined}
    assert {session_id for session_id, _ in told(await claim(store, env))} == ids


async def test_one_client_joins_many_sessions_at_once(
    store: StoreBackend, env: Environment
) -> None:
    for number in range(16):
        await sign_on(store, env, number)
    parts = [make_participation(number) for number in (*range(16), *reversed(range(16)))]
    wanted = [Issuance(participations=(part,), needs_session=part.session_id) for part in parts]

    await asyncio.gather(*(store.commit(env, issuance, now=NOW) for issuance in wanted))

    for number in range(16):
        session_id = make_session(number).id
        found = await store.logout_notices.find_participants(env, session_id, now=NOW)
        assert len(found) == 1


async def test_notices_outlive_the_process(durable_url: str, env: Environment) -> None:
    async with opened(durable_url) as store:
        (part,) = await sign_on(store, env, 1, "a")
        await store.sessions.end(env, part.session_id)

    async with opened(durable_url) as store:
        assert [notice.participation for notice in await claim(store, env)] == [part]


async def test_two_nodes_never_hold_the_same_notice(
    empty_postgres_url: str, env: Environment
) -> None:
    async with opened(empty_postgres_url) as one, opened(empty_postgres_url) as other:
        for number in range(24):
            (part,) = await sign_on(one, env, number, "a")
            await one.sessions.end(env, part.session_id)

        claims = await asyncio.gather(
            *(claim(store, env, limit=5) for _ in range(4) for store in (one, other))
        )

        held = [part for notices in claims for part in told(notices)]
        assert len(held) == len(set(held))


async def test_several_clients_join_a_session_by_one_commit(
    store: StoreBackend, env: Environment
) -> None:
    parts = tuple(make_participation(1, client_id=ClientId(name)) for name in ("a", "b", "a b"))
    await store.commit(env, Issuance(session=make_change(1, user=1), participations=parts), now=NOW)

    found = await store.logout_notices.find_participants(env, parts[0].session_id, now=NOW)

    assert {part.client_id for part in found} == {"a", "a b", "b"}


async def test_a_participation_is_kept_whole(store: StoreBackend, env: Environment) -> None:
    part = replace(make_participation(1), subject="\0 ä 😀")
    await store.commit(env, Issuance(participations=(part,)), now=NOW)

    assert list(await store.logout_notices.find_participants(env, part.session_id, now=NOW)) == [
        part
    ]
