"""Faults at every named point: whoever fails, is cancelled or dies leaves nothing half done."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from ostiary.adapters.stores import memory
from ostiary.adapters.stores.migrations import upgrade
from ostiary.adapters.stores.postgres import store as postgres
from ostiary.adapters.stores.revisions import HEAD
from ostiary.adapters.stores.sqlite import store as sqlite
from tests.support import store_scenario
from tests.support.store_scenario import STEPS, FaultError
from tests.support.stores import build, opened

ROOT = Path(__file__).parents[3]
FAULT_POINTS = {
    "memory": memory.FAULT_POINTS,
    "sqlite": sqlite.FAULT_POINTS,
    "postgres": postgres.FAULT_POINTS,
}
at_every_point = pytest.mark.parametrize(
    ("store_url", "point"),
    [(name, point) for name, points in FAULT_POINTS.items() for point in points],
    indirect=["store_url"],
    ids=[point for points in FAULT_POINTS.values() for point in points],
)
SAMPLE = {
    "sqlite.write.insert_tokens",
    "sqlite.write.commit",
    "sqlite.replace.put_document",
    "sqlite.write.rotate",
    "sqlite.user_grants.end_with_session",
    "sqlite.attempts.put_trial",
    "postgres.commit_alone.store",
    "postgres.commit.executed",
    "postgres.user_grants.delete",
    "postgres.replace.put_documents",
}
"""Where the default run lets a process die; `prove` does it everywhere."""


class Trap:
    """A hook that counts what is reached and springs at one point."""

    def __init__(self, spring: Callable[[], None]) -> None:
        self.spring = spring
        self.reached: list[str] = []
        self.armed = ""

    def __call__(self, point: str) -> None:
        self.reached.append(point)
        if point == self.armed:
            self.spring()


def fail() -> None:
    raise FaultError


@pytest.mark.parametrize(
    ("store_url", "points"), FAULT_POINTS.items(), indirect=["store_url"], ids=FAULT_POINTS
)
async def test_the_scenario_reaches_every_fault_point(
    store_url: str, points: tuple[str, ...]
) -> None:
    trap = Trap(fail)
    async with opened(store_url, trap) as store:
        await store_scenario.seed(store)
        await store_scenario.run(store)

        assert set(trap.reached) == set(points)
        done = await store_scenario.check(store)
    assert all(done.values())


@at_every_point
async def test_REL_33_an_error_at_any_point_leaves_nothing_half_done(
    store_url: str, point: str
) -> None:
    trap = Trap(fail)
    async with opened(store_url, trap) as store:
        await store_scenario.seed(store)
        trap.armed = point
        await store_scenario.run(store)
        assert point in trap.reached
        trap.armed = ""

        await store.ping()
        await store_scenario.check(store)


@at_every_point
async def test_REL_32_a_caller_cancelled_at_any_point_leaves_nothing_half_done(
    store_url: str, point: str
) -> None:
    loop = asyncio.get_running_loop()
    callers: list[asyncio.Task[object]] = []

    def cancel() -> None:
        # The writer of SQLite reaches its points in a thread of its own.
        loop.call_soon_threadsafe(callers[-1].cancel)

    trap = Trap(cancel)
    async with opened(store_url, trap) as store:
        await store_scenario.seed(store)
        trap.armed = point
        for step in STEPS:
            callers.append(loop.create_task(as_coroutine(step(store))))
            with suppress(asyncio.CancelledError):
                await callers[-1]
        assert point in trap.reached
        trap.armed = ""

        await store.ping()
        await store_scenario.check(store)


async def as_coroutine(step: Awaitable[object]) -> object:
    return await step


DEADLY = [(name, point) for name in ("sqlite", "postgres") for point in FAULT_POINTS[name]]


@pytest.mark.parametrize(
    ("store_url", "point"),
    [
        pytest.param(name, point, id=point, marks=() if point in SAMPLE else pytest.mark.prove)
        for name, point in DEADLY
    ],
    indirect=["store_url"],
)
async def test_REL_33_a_process_that_dies_at_any_point_leaves_nothing_half_done(
    store_url: str, point: str
) -> None:
    async with opened(store_url) as store:
        await store_scenario.seed(store)

    child = [sys.executable, "-m", "tests.support.store_scenario", store_url, point]
    process = await asyncio.create_subprocess_exec(*child, cwd=ROOT)
    assert await process.wait() == store_scenario.EXIT_CODE

    async with opened(store_url) as store:
        await store.ping()
        await store_scenario.check(store)


@pytest.mark.parametrize("point", upgrade.FAULT_POINTS)
async def test_REL_33_a_migration_that_fails_leaves_the_old_schema_or_the_new(
    bare_url: str, point: str
) -> None:
    trap = Trap(fail)
    trap.armed = point
    store = build(bare_url, trap)
    await store.open()
    try:
        with pytest.raises(FaultError):
            await store.migrate()
        assert await store.schema_revision() == (HEAD if point == "migrate.committed" else None)

        trap.armed = ""
        await store.migrate()
        assert await store.schema_revision() == HEAD
        await store_scenario.seed(store)
        await store_scenario.check(store)
    finally:
        await store.close()
