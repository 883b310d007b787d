"""Steady pace: how long something took is hidden by when it ends."""

import asyncio
import time

import pytest
import uvloop

from ostiary.adapters.steady_pace import SteadyPace

BEAT, CLOCK_SECONDS = 0.03, 0.002


@pytest.mark.parametrize(("work", "beats"), [(0.0, 1), (0.01, 1), (0.04, 2)])
async def test_SEC_152_nothing_ends_between_two_beats(work: float, beats: int) -> None:
    loop = asyncio.get_running_loop()
    entered = loop.time()
    async with SteadyPace(BEAT).steadily():
        await asyncio.sleep(work)
    assert loop.time() - entered >= beats * BEAT


def test_SEC_152_what_takes_less_than_the_clock_can_tell_takes_as_long() -> None:
    async def take() -> float:
        began = time.perf_counter()
        async with SteadyPace(BEAT).steadily():
            pass
        return time.perf_counter() - began

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        taken = [runner.run(take()) for _ in range(5)]
    assert min(taken) >= BEAT - CLOCK_SECONDS


async def test_SEC_152_a_failure_takes_as_long() -> None:
    loop = asyncio.get_running_loop()
    entered = loop.time()
    with pytest.raises(LookupError):
        async with SteadyPace(BEAT).steadily():
            raise LookupError
    assert loop.time() - entered >= BEAT
