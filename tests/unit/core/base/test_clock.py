"""Clocks: one that moves by itself, one that is moved."""

import time

from ostiary.core.base.clock import FrozenClock, SystemClock


def test_the_frozen_clock_moves_only_when_it_is_moved() -> None:
    clock = FrozenClock(100.0)
    assert clock.now() == clock.now() == 100.0
    clock.advance(0.5)
    assert clock.now() == 100.5
    clock.advance(-1)
    assert clock.now() == 99.5


def test_the_system_clock_tells_the_time() -> None:
    before = time.time()
    assert before <= SystemClock().now() <= time.time()
