"""Answers on their way out: together, in order, soon, and each for itself."""

import asyncio
from collections.abc import Callable

import pytest

from ostiary.http.connection.outgoing import HOLD_SECONDS, Outgoing

pytestmark = pytest.mark.anyio


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def leaving(number: int, left: list[int]) -> Callable[[], None]:
    return lambda: left.append(number)


async def test_answers_of_one_turn_leave_together_and_in_order_when_it_is_over() -> None:
    outgoing, left = Outgoing(Clock()), list[int]()
    for number in range(5):
        outgoing.put(leaving(number, left))
    assert left == []
    await asyncio.sleep(0)
    assert left == [0, 1, 2, 3, 4]


async def test_the_next_turn_is_one_of_its_own() -> None:
    outgoing, left = Outgoing(Clock()), list[int]()
    outgoing.put(leaving(1, left))
    await asyncio.sleep(0)
    outgoing.put(leaving(2, left))
    assert left == [1]
    await asyncio.sleep(0)
    assert left == [1, 2]


async def test_nobody_waits_long_for_the_rest_of_a_turn() -> None:
    clock, left = Clock(), list[int]()
    outgoing = Outgoing(clock)
    outgoing.put(leaving(1, left))
    clock.now += HOLD_SECONDS / 2
    outgoing.put(leaving(2, left))
    assert left == []
    clock.now += HOLD_SECONDS / 2
    outgoing.put(leaving(3, left))
    assert left == [1, 2, 3]
    outgoing.put(leaving(4, left))
    assert left == [1, 2, 3]
    await asyncio.sleep(0)
    assert left == [1, 2, 3, 4]


async def test_an_answer_that_cannot_leave_holds_up_no_other() -> None:
    outgoing, left, failures = Outgoing(Clock()), list[int](), list[object]()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: failures.append(context.get("exception")))

    def fail() -> None:
        raise OSError("no way out")

    outgoing.put(leaving(1, left))
    outgoing.put(fail)
    outgoing.put(leaving(2, left))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert left == [1, 2]
    assert len(failures) == 1
