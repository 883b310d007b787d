"""Threads beside the event loop: who asks gets the outcome, and nothing outlives its owner."""

import asyncio
import gc
import threading

import pytest

from ostiary.adapters.threads import Threads


def threads_named(name: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(name)]


async def test_work_is_done_by_another_thread_and_its_result_comes_back() -> None:
    threads = Threads(1, "worker-a")

    assert (await threads.compute(lambda: threading.current_thread().name)).startswith("worker-a")
    threads.close()


async def test_an_error_of_the_work_is_its_callers_and_the_thread_goes_on() -> None:
    threads = Threads(1, "worker-b")

    with pytest.raises(ZeroDivisionError):
        await threads.compute(lambda: 1 // 0)
    assert await threads.compute(lambda: 1) == 1
    threads.close()


async def test_no_more_pieces_are_computed_at_once_than_there_are_threads() -> None:
    threads, meeting = Threads(2, "worker-c"), threading.Barrier(2, timeout=20)

    await asyncio.gather(*(threads.compute(meeting.wait) for _ in range(4)))
    assert len(threads_named("worker-c")) == 2
    threads.close()


async def test_closing_ends_the_threads_and_whoever_waits() -> None:
    threads, gate = Threads(1, "worker-d"), threading.Event()
    begun = threading.Event()

    def hold() -> str:
        begun.set()
        gate.wait(20)
        return "held"

    running = threads.compute(hold)
    await asyncio.to_thread(begun.wait, 20)
    waiting = threads.compute(lambda: "never")
    threads.close()
    gate.set()

    assert await running == "held"
    assert waiting.cancelled()
    for thread in threads_named("worker-d"):
        thread.join(20)
    assert not threads_named("worker-d")
    with pytest.raises(RuntimeError):
        threads.compute(lambda: "late")


async def test_threads_end_with_their_owner() -> None:
    threads = Threads(2, "worker-e")
    await threads.compute(lambda: None)

    del threads
    gc.collect()

    for thread in threads_named("worker-e"):
        thread.join(20)
    assert not threads_named("worker-e")


def test_an_outcome_for_a_loop_that_is_closed_ends_nothing() -> None:
    threads, gate = Threads(1, "worker-f"), threading.Event()

    async def leave() -> None:
        threads.compute(lambda: gate.wait(20))

    asyncio.run(leave())
    gate.set()

    async def ask() -> int:
        return await threads.compute(lambda: 2)

    assert asyncio.run(ask()) == 2
    threads.close()
