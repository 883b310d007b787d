"""Steady pace: how long something took is hidden by when it ends."""

import asyncio

import pytest

from ostiary.adapters.steady_pace import SteadyPace

BEAT = 0.03


@pytest.mark.parametrize(("work", "beats"), [(0.0, 1), (0.01, 1), (0.04, 2)])
async def test_SEC_152_nothing_ends_between_two_beats(work: float, beats: int) -> None:
    loop = asyncio.get_running_loop()
    entered = loop.time()
    async with SteadyPace(BEAT).steadily():
        await asyncio.sleep(work)
    assert loop.time() - entered >= beats * BEAT


async def test_SEC_152_a_failure_takes_as_long() -> None:
    loop = asyncio.get_running_loop()
    entered = loop.time()
    with pytest.raises(LookupError):
        async with SteadyPace(BEAT).steadily():
            raise LookupError
    assert loop.time() - entered >= BEAT
