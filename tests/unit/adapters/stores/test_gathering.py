"""Gathering: as long as the event loop is busy, and never for longer than the limit."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from ostiary.adapters.stores.gathering import GATHER_SECONDS, IDLE_SECONDS, Gathering

pytestmark = pytest.mark.anyio
NO_TURN = 0.0
BUSY = GATHER_SECONDS / 8
"""A turn that had work for somebody; eight of them take too long."""


def clock_of(*turns: float) -> Callable[[], float]:
    """Return a clock that advances by each of these turns of the loop, and then stands still."""

    def moments() -> Iterator[float]:
        now = 1000.0
        yield now
        for turn in turns:
            now += turn
            yield now
        while True:
            yield now

    return moments().__next__


async def turns_until_handed_over(
    *turns: float, is_enough: Callable[[], bool] = lambda: False
) -> int:
    """Return after how many turns of the loop what gathers is handed over."""
    handed_over: list[int] = []
    passed = count()
    loop = asyncio.get_running_loop()
    gathering = Gathering(
        loop, lambda: handed_over.append(next(passed)), is_enough, clock_of(*turns)
    )

    gathering.begin()
    while not handed_over:
        await asyncio.sleep(0)
        next(passed)
    await asyncio.sleep(0)
    assert len(handed_over) == 1
    return handed_over[0] + 1


async def test_where_nobody_else_is_about_one_turn_is_all_that_it_takes() -> None:
    assert await turns_until_handed_over(NO_TURN) == 1


async def test_it_goes_on_while_the_loop_has_work_for_others() -> None:
    assert await turns_until_handed_over(BUSY, BUSY, BUSY, NO_TURN) == 4


async def test_a_turn_of_an_idle_loop_takes_some_time_too() -> None:
    assert await turns_until_handed_over(IDLE_SECONDS * 0.9) == 1


async def test_a_loop_that_stays_busy_ends_it_at_the_limit() -> None:
    assert await turns_until_handed_over(*[BUSY] * 100) in {8, 9}


async def test_one_long_turn_is_no_reason_to_wait_for_another() -> None:
    assert await turns_until_handed_over(2 * GATHER_SECONDS) == 1


async def test_enough_is_handed_over_at_the_next_turn() -> None:
    assert await turns_until_handed_over(BUSY, BUSY, is_enough=lambda: True) == 1
