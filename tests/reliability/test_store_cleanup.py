"""Clean-up while the store serves: in small steps that let everybody else through."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from ostiary.adapters.stores.backend import PRUNE_LIMIT, StoreBackend
from ostiary.core.model.token import Issuance
from tests.support.environments import make_environment
from tests.support.stores import (
    LATER,
    NOW,
    make_key,
    make_redemption,
    make_token,
    opened,
    prepare_postgres,
    prepare_sqlite,
)

ENV = make_environment("cleanup")
LOCK_SECONDS = 0.05
STEPS = {
    "sqlite": ("sqlite.prune.begin", "sqlite.prune.committed"),
    "postgresql": ("postgres.prune.execute", "postgres.prune.executed"),
}


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return prepare_sqlite(tmp_path / "store.db")
    url = str(request.getfixturevalue("postgres_url"))
    prepare_postgres(url)
    return url


class StepTimes:
    """A hook that takes the time of every step of a clean-up."""

    def __init__(self, url: str) -> None:
        self._first, self._last = STEPS[url.partition(":")[0]]
        self._began = 0.0
        self.seconds: list[float] = []

    def __call__(self, point: str) -> None:
        if point == self._first:
            self._began = time.perf_counter()
        elif point == self._last:
            self.seconds.append(time.perf_counter() - self._began)


async def fill(store: StoreBackend, rows: int) -> None:
    """Store expired rows, half tokens and half redemptions, in commits of 1,000."""
    for start in range(0, rows, 1000):
        numbers = range(start, min(start + 1000, rows), 2)
        tokens = tuple(make_token(number, expires_at=NOW) for number in numbers)
        redemptions = tuple(make_redemption(number, expires_at=NOW) for number in numbers)
        await store.commit(ENV, Issuance(redemptions, tokens), now=NOW - 1)


@pytest.mark.parametrize("rows", [20_000, pytest.param(1_000_000, marks=pytest.mark.prove)])
async def test_REL_35_clean_up_goes_in_steps_between_which_others_commit(
    url: str, rows: int
) -> None:
    steps = StepTimes(url)
    async with opened(url, steps) as store:
        await fill(store, rows)
        alive = tuple(make_token(rows + number) for number in range(100))
        await store.commit(ENV, Issuance(reference_tokens=alive), now=NOW)

        cleaning = asyncio.create_task(store.prune(now=NOW))
        waits = [wait async for wait in commit_meanwhile(store, cleaning)]

        assert await cleaning == rows
        assert len(steps.seconds) >= rows / PRUNE_LIMIT
        assert statistics.median(steps.seconds) < LOCK_SECONDS
        assert statistics.quantiles(waits, n=20)[-1] < 0.5
        for token in alive:
            assert await store.find(ENV, token.key, now=NOW) is not None
        assert await store.find(ENV, make_key(0), now=NOW - 1) is None


async def commit_meanwhile(
    store: StoreBackend, cleaning: asyncio.Task[int]
) -> AsyncIterator[float]:
    number = 10**9
    while not cleaning.done() or number < 10**9 + 20:
        number += 1
        started = time.perf_counter()
        issuance = Issuance((make_redemption(number, expires_at=LATER),))
        await store.commit(ENV, issuance, now=NOW)
        yield time.perf_counter() - started


@pytest.mark.prove
async def test_REL_35_a_table_that_is_cleaned_does_not_grow(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    sizes = []
    async with opened(prepare_sqlite(path)) as store:
        for _ in range(10):
            await fill(store, 100_000)
            await store.prune(now=NOW)
            sizes.append(path.stat().st_size)

    assert sizes[-1] <= sizes[1] * 1.1


async def test_REL_35_two_clean_ups_at_once_share_the_work(postgres_url: str) -> None:
    prepare_postgres(postgres_url)
    async with opened(postgres_url) as one, opened(postgres_url) as other:
        await one.prune(now=LATER + 10**6)
        await fill(one, 10_000)

        counts = await asyncio.gather(one.prune(now=NOW), other.prune(now=NOW))

        # What one is deleting the other leaves alone; a last round finds nothing.
        assert sum(counts) == 10_000
        assert await one.prune(now=NOW) == 0
    with psycopg.connect(postgres_url) as session:
        assert session.execute("SELECT count(*) FROM redemptions").fetchone() == (0,)
