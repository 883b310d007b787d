"""A PostgreSQL that is down, killed, frozen, cut off or slow: clear answers soon, and healing."""

import asyncio
import random
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import psycopg
import pytest

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.adapters.stores.postgres.store import READING_LANES, WRITING_LANES
from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import TokenId
from ostiary.core.model.token import Issuance
from tests.support.environments import make_environment
from tests.support.fault_proxy import FaultProxy
from tests.support.postgres import PrivatePostgres
from tests.support.stores import (
    LATER,
    NOW,
    build,
    empty_postgres,
    is_spent,
    make_access_token,
    make_issuance,
    make_key,
    make_redemption,
    opened,
    prepare_postgres,
)

ANSWER_SECONDS = 5.0
ENV = make_environment("outages")
APART = 10**9
"""Numbers from here on are no part of a load."""
MAX_SESSIONS = WRITING_LANES + READING_LANES


@pytest.fixture(scope="module")
def server() -> Iterator[PrivatePostgres]:
    """Share one server that every test leaves running."""
    server = PrivatePostgres()
    prepare_postgres(server.url)
    yield server
    server.close()


@pytest.fixture
def url(server: PrivatePostgres) -> str:
    empty_postgres(server.url)
    return server.url


@pytest.fixture
async def store(url: str) -> AsyncIterator[StoreBackend]:
    async with opened(url) as backend:
        yield backend


VERBS: dict[str, Callable[[StoreBackend], Awaitable[object]]] = {
    "commit": lambda store: store.commit(ENV, make_issuance(APART), now=NOW),
    "commit of several": lambda store: store.commit(
        ENV, Issuance((make_redemption(APART + 1), make_redemption(APART + 2))), now=NOW
    ),
    "find": lambda store: store.find(ENV, make_key(1), now=NOW),
    "delete": lambda store: store.delete(ENV, make_key(APART)),
    "revoke": lambda store: store.revoke(ENV, TokenId("jti"), expires_at=LATER),
    "is_revoked": lambda store: store.is_revoked(ENV, TokenId("jti")),
    "version": lambda store: store.version(),
    "load": lambda store: store.load(),
    "replace": lambda store: store.replace(expected_version=0, put=[], delete=[]),
    "prune": lambda store: store.prune(now=NOW),
    "ping": lambda store: store.ping(),
}


async def refusal(verb: Awaitable[object]) -> UnavailableError:
    """Expect that a verb is refused, and in time."""
    started = time.monotonic()
    with pytest.raises(UnavailableError) as refused:
        await verb
    assert time.monotonic() - started < ANSWER_SECONDS
    return refused.value


async def seconds_until_healed(store: StoreBackend) -> float:
    """Tell how long after now the store serves again, reading and writing."""
    started = time.monotonic()
    while True:
        try:
            await store.version()
            await store.ping()
        except UnavailableError:
            assert time.monotonic() - started < 30, "does not heal"
            await asyncio.sleep(0.02)
        else:
            return time.monotonic() - started


class Load:
    """Many tasks that commit, and remember what was acknowledged."""

    def __init__(self, store: StoreBackend, first: int = 0) -> None:
        self._store = store
        self._first = first
        self._next = first
        self.acknowledged: set[int] = set()
        self.longest = 0.0

    @asynccontextmanager
    async def running(self, tasks: int = 32) -> AsyncIterator[None]:
        workers = [asyncio.create_task(self._work()) for _ in range(tasks)]
        try:
            yield
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            number, self._next = self._next, self._next + 1
            started = time.monotonic()
            try:
                await self._store.commit(ENV, make_issuance(number), now=NOW)
                self.acknowledged.add(number)
            except UnavailableError:
                await asyncio.sleep(0.01)
            finally:
                self.longest = max(self.longest, time.monotonic() - started)

    async def check(self, url: str) -> None:
        """Claim that what was acknowledged is there, and nothing is half done.

        The store must be closed: a commit whose caller gave up may still arrive.
        """
        assert self.acknowledged
        while await asyncio.to_thread(count_sessions, url):  # noqa: ASYNC110 - others' sessions
            await asyncio.sleep(0.05)
        async with opened(url) as store:
            for start in range(self._first, self._next, 500):
                tried = range(start, min(start + 500, self._next))
                stored = await asyncio.gather(*(is_stored(store, number) for number in tried))
                spent = await asyncio.gather(
                    *(is_spent(store, ENV, make_redemption(number)) for number in tried)
                )
                assert stored == spent, "half done"
                missing = {n for n, is_there in zip(tried, stored, strict=True) if not is_there}
                assert not missing & self.acknowledged


async def is_stored(store: StoreBackend, number: int) -> bool:
    """Look, and look again while the store cannot say: what was kept is asked, not how quickly."""
    started = time.monotonic()
    while True:
        try:
            return await store.find(ENV, make_key(number), now=NOW) is not None
        except UnavailableError:
            if time.monotonic() - started > 30:
                raise
            await asyncio.sleep(0.05)


def count_sessions(url: str) -> int:
    with psycopg.connect(url) as session:
        counted = session.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ostiary'"
        ).fetchone()
    assert counted is not None
    return int(counted[0])


@pytest.mark.parametrize("cycles", [2, pytest.param(50, marks=pytest.mark.prove)])
async def test_REL_4_a_server_killed_under_commits_loses_nothing_acknowledged(
    server: PrivatePostgres, url: str, cycles: int
) -> None:
    for cycle in range(cycles):
        async with opened(url) as store:
            load = Load(store, cycle * 1_000_000)
            async with load.running():
                await asyncio.sleep(random.uniform(0.05, 0.3))
                await asyncio.to_thread(server.kill)
                for verb in VERBS.values():
                    assert (await refusal(verb(store))).retry_after_seconds > 0
                await asyncio.to_thread(server.start)
                assert await seconds_until_healed(store) < 5
        assert load.longest < ANSWER_SECONDS
        await load.check(url)


async def test_a_server_that_restarts_between_requests_is_not_noticed(
    server: PrivatePostgres, store: StoreBackend
) -> None:
    await store.commit(ENV, make_issuance(1), now=NOW)
    await store.version()
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)

    assert await store.find(ENV, make_key(1), now=NOW) == make_access_token(1)
    await store.commit(ENV, make_issuance(2), now=NOW)


async def test_a_store_that_is_down_at_its_opening_opens_later(
    server: PrivatePostgres, url: str
) -> None:
    await asyncio.to_thread(server.stop)
    store = build(url)
    try:
        await refusal(store.open())
        await refusal(store.ping())
    finally:
        await asyncio.to_thread(server.start)

    await store.open()
    await store.ping()
    await store.close()


@pytest.mark.parametrize("seconds", [4, pytest.param(30, marks=pytest.mark.prove)])
async def test_REL_7_a_frozen_server_is_given_up_and_taken_back(
    server: PrivatePostgres, url: str, seconds: int
) -> None:
    async with opened(url) as store:
        load = Load(store)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        async with load.running(tasks=200):
            await asyncio.sleep(0.2)
            server.freeze()
            try:
                refusals = [refusal(verb(store)) for verb in VERBS.values()]
                opening = refusal(build(url).open())
                await asyncio.gather(*refusals, opening, asyncio.sleep(seconds))
            finally:
                server.thaw()
            assert await seconds_until_healed(store) < 2
    assert load.longest < ANSWER_SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024
    await load.check(url)


async def test_REL_7_what_waits_for_a_frozen_server_is_bounded(
    server: PrivatePostgres, store: StoreBackend
) -> None:
    await store.version()
    server.freeze()
    try:
        waiting = [asyncio.ensure_future(store.version()) for _ in range(10_000)]
        await asyncio.sleep(0.05)
        refused_at_once = sum(task.done() for task in waiting)
        results = await asyncio.gather(*waiting, return_exceptions=True)
    finally:
        server.thaw()

    assert refused_at_once > 5_500
    assert all(isinstance(result, UnavailableError) for result in results)
    assert await seconds_until_healed(store) < 2


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[tuple[FaultProxy, StoreBackend]]:
    """Open a store through a proxy."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    proxy = FaultProxy(parts.hostname, parts.port)
    async with proxy.running(), opened(url.replace(f":{parts.port}/", f":{proxy.port}/")) as store:
        yield proxy, store


async def test_REL_8_reset_connections_are_replaced_and_none_is_leaked(url: str) -> None:
    async with proxied(url) as (proxy, store):
        load = Load(store)
        async with load.running():
            for _ in range(5):
                await asyncio.sleep(0.1)
                before = proxy.accepted
                proxy.reset()
                assert await seconds_until_healed(store) < 2
                assert proxy.accepted > before
        await asyncio.sleep(0.2)
        assert await asyncio.to_thread(count_sessions, url) <= MAX_SESSIONS
    await load.check(url)


async def test_REL_8_a_connection_that_swallows_everything_is_given_up(url: str) -> None:
    async with proxied(url) as (proxy, store):
        # Different verbs at once, so that every connection is made before the silence.
        await asyncio.gather(*(verb(store) for verb in VERBS.values()))
        assert proxy.accepted == MAX_SESSIONS
        proxy.is_silent = True
        await asyncio.gather(*(refusal(verb(store)) for verb in VERBS.values()))
        proxy.is_silent = False

        assert await seconds_until_healed(store) < ANSWER_SECONDS


async def test_a_store_200_ms_away_serves_everything(url: str) -> None:
    async with proxied(url) as (proxy, store):
        await store.ping()
        proxy.delay_seconds = 0.1
        commits = (store.commit(ENV, make_issuance(n), now=NOW) for n in range(100))
        await asyncio.gather(*commits)

        found = await asyncio.gather(*(store.find(ENV, make_key(n), now=NOW) for n in range(100)))
    assert found == [make_access_token(n) for n in range(100)]


async def test_a_server_that_takes_no_writes_is_left_until_it_does(
    url: str, store: StoreBackend
) -> None:
    """As after a fail-over, when the old primary comes back as a standby."""
    await store.commit(ENV, make_issuance(1), now=NOW)
    with psycopg.connect(url, autocommit=True) as session:
        session.execute("ALTER ROLE CURRENT_USER SET default_transaction_read_only = on")
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'ostiary'"
        )
        try:
            await asyncio.sleep(0.1)
            await refusal(store.commit(ENV, make_issuance(2), now=NOW))
            # What it would answer may be old: a revoked token would be alive again.
            await refusal(store.find(ENV, make_key(1), now=NOW))
        finally:
            session.execute("ALTER ROLE CURRENT_USER RESET default_transaction_read_only")

    assert await seconds_until_healed(store) < ANSWER_SECONDS
    await store.commit(ENV, make_issuance(2), now=NOW)


@pytest.mark.parametrize("requests", [3_000, pytest.param(50_000, marks=pytest.mark.prove)])
async def test_SEC_257_a_cancelled_request_never_gives_its_answer_to_another(
    store: StoreBackend, requests: int
) -> None:
    """Each finder asks for a token of its own; a third of the finders is cancelled on the way."""
    tokens = 64
    for number in range(tokens):
        await store.commit(ENV, make_issuance(number), now=NOW)

    async def find(number: int) -> None:
        found = await store.find(ENV, make_key(number), now=NOW)
        assert found == make_access_token(number)

    async def one(number: int) -> bool:
        task = asyncio.create_task(find(number % tokens))
        if number % 3 == 0:
            await asyncio.sleep(random.choice((0, 0, 0.0002, 0.001)))
            task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return True
        return False

    cancelled = 0
    for start in range(0, requests, 100):
        cancelled += sum(await asyncio.gather(*(one(n) for n in range(start, start + 100))))
    assert cancelled > requests / 20


async def test_SEC_257_cancelled_commits_are_whole(url: str) -> None:
    async with opened(url) as store:
        load = Load(store)
        for _ in range(30):
            # Leaving the block cancels every task, wherever it is.
            async with load.running(tasks=20):
                await asyncio.sleep(random.uniform(0, 0.02))
    await load.check(url)
