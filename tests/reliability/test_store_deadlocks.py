"""Transactions that wait for each other: the database undoes one, the store tries again."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from ostiary.core.base.errors import UnavailableError
from ostiary.core.model.token import Issuance
from ostiary.core.ports.configuration import Document, DocumentId
from ostiary.core.ports.stores import AlreadyRedeemedError, FlowChangedError
from tests.support.environments import make_environment
from tests.support.stored_sign_on import (
    make_change,
    make_flow,
    make_grant,
    make_move,
    make_rotation,
    make_session,
    make_user_id,
)
from tests.support.stores import (
    LATER,
    NOW,
    empty_postgres,
    make_redemption,
    make_token,
    opened,
    prepare_postgres,
)

ENV = make_environment("deadlocks")
DOCUMENT = Document(DocumentId("", "server", "server"), b"1")
CHANGED = Document(DOCUMENT.id, b"2")


@pytest.fixture
def url(postgres_url: str) -> str:
    prepare_postgres(postgres_url)
    empty_postgres(postgres_url)
    return postgres_url


@pytest.fixture
async def rival(url: str) -> AsyncIterator[psycopg.AsyncConnection[tuple[object, ...]]]:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        yield connection


async def test_REL_10_a_deadlocked_change_is_tried_again(
    url: str, rival: psycopg.AsyncConnection[tuple[object, ...]]
) -> None:
    points: list[str] = []
    async with opened(url, points.append) as store:
        await store.replace(expected_version=0, put=[DOCUMENT], delete=[])
        await rival.execute("SELECT body FROM documents FOR UPDATE")
        points.clear()
        change = asyncio.ensure_future(store.replace(expected_version=1, put=[CHANGED], delete=[]))
        await asyncio.sleep(0.3)
        # Each now waits for what the other holds. The store has waited longer, so it is the one
        # that looks for the deadlock first, and is undone.
        await rival.execute("SELECT version FROM configuration_version FOR UPDATE")
        await rival.rollback()

        assert await change == 2
        assert (await store.load()).documents == (CHANGED,)
    assert points.count("postgres.replace.begin") == 2


async def test_REL_10_crosswise_commits_of_many_things_spend_each_once(url: str) -> None:
    """Two stores want the same things in opposite orders, over and over."""
    async with opened(url) as one, opened(url) as other:
        for round_ in range(30):
            things = tuple(make_redemption(round_ * 10 + n) for n in range(5))
            tokens = (make_token(round_ * 10), make_token(round_ * 10 + 1))
            commits = [
                one.commit(ENV, Issuance(things, tokens[:1]), now=NOW),
                other.commit(ENV, Issuance(things[::-1], tokens[1:]), now=NOW),
            ]
            results = await asyncio.gather(*commits, return_exceptions=True)

            won = [result is None for result in results]
            assert sum(won) == 1, results
            found = [await one.find(ENV, token.key, now=NOW) is not None for token in tokens]
            assert found == won


async def test_REL_10_a_change_that_waits_too_long_for_a_lock_is_given_up_whole(
    url: str, rival: psycopg.AsyncConnection[tuple[object, ...]]
) -> None:
    async with opened(url) as store:
        await store.replace(expected_version=0, put=[DOCUMENT], delete=[])
        await rival.execute("SELECT body FROM documents FOR UPDATE")

        with pytest.raises(UnavailableError):
            await store.replace(expected_version=1, put=[CHANGED], delete=[])
        await rival.rollback()

        stored = await store.load()
        assert (stored.version, stored.documents) in {(1, (DOCUMENT,)), (2, (CHANGED,))}


async def test_REL_10_two_stores_that_move_the_same_things_move_each_once(url: str) -> None:
    """Of what two workers do to the same flows and grants at once, one of each is done."""
    numbers = range(40)
    wanted = [Issuance(moves=make_move(n)) for n in numbers]
    wanted += [Issuance(rotates=make_rotation(n)) for n in numbers]
    wanted += [Issuance((make_redemption(n),), grants=(make_grant(n + 1000),)) for n in numbers]
    async with opened(url) as one, opened(url) as other:
        for number in numbers:
            await one.flows.start(ENV, make_flow(number))
            await one.commit(ENV, Issuance(grants=(make_grant(number),)), now=NOW)

        results = await asyncio.gather(
            *(
                store.commit(ENV, issuance, now=NOW)
                for issuance in wanted
                for store in (one, other)
            ),
            return_exceptions=True,
        )

        assert all(
            isinstance(result, AlreadyRedeemedError | FlowChangedError | None) for result in results
        )
        won = [result is None for result in results]
        assert [won[n] + won[n + 1] for n in range(0, len(won), 2)] == [1] * len(wanted)
        for number in numbers:
            flow = await one.flows.find(ENV, make_flow(number).id, now=NOW)
            assert flow == make_move(number).to


async def test_REL_10_two_stores_that_end_and_use_the_same_sessions_leave_none(url: str) -> None:
    numbers = range(40)
    async with opened(url) as one, opened(url) as other:
        for n in numbers:
            grant = make_grant(n, user=n, session_id=make_session(n).id)
            wanted = Issuance(grants=(grant,), session=make_change(n, user=n))
            await one.commit(ENV, wanted, now=NOW)

        results = await asyncio.gather(
            *(one.sessions.end(ENV, make_session(n).id) for n in numbers),
            *(other.sessions.end_of_user(ENV, make_user_id(n)) for n in reversed(numbers)),
            *(
                other.sessions.touch(ENV, make_session(n, user=n), expires_at=LATER)
                for n in numbers
            ),
            *(other.user_grants.revoke(ENV, make_grant(n).id) for n in reversed(numbers)),
        )

        ends = zip(results[:40], reversed(results[40:80]), strict=True)
        assert [int(bool(by_id)) + int(by_user or 0) for by_id, by_user in ends] == [1] * 40
        for n in numbers:
            assert await one.sessions.find(ENV, make_session(n).key, now=NOW) is None
            assert await one.user_grants.find(ENV, make_grant(n).id, now=NOW) is None
