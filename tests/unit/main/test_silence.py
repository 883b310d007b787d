"""Workers that say nothing: when they hang, and when nobody was there to hear them."""

from dataclasses import dataclass

from ostiary.main.parent.silence import ROUND_SECONDS, SILENCE_SECONDS, SilenceWatch


@dataclass
class Worker:
    """Somebody who was heard at a time."""

    last_heard: float


def test_who_is_silent_for_too_long_is_found() -> None:
    watch, silent = SilenceWatch(0.0), Worker(0.0)
    now = 0.0
    while now < SILENCE_SECONDS:
        now += ROUND_SECONDS
        assert watch.find_silent([silent, Worker(now)], now=now) == []

    now += ROUND_SECONDS
    assert watch.find_silent([silent, Worker(now)], now=now) == [silent]


def test_nobody_hangs_who_could_not_be_heard_while_the_machine_stood_still() -> None:
    watch, worker = SilenceWatch(0.0), Worker(1.0)
    assert watch.find_silent([worker], now=ROUND_SECONDS) == []
    awake = ROUND_SECONDS + 2 * SILENCE_SECONDS

    assert watch.find_silent([worker], now=awake) == []

    worker.last_heard = awake + 1
    assert watch.find_silent([worker], now=awake + ROUND_SECONDS) == []


def test_who_stays_silent_after_the_machine_stood_still_is_found() -> None:
    watch, worker = SilenceWatch(0.0), Worker(0.0)
    awake = 2 * SILENCE_SECONDS
    assert watch.find_silent([worker], now=awake) == []

    assert watch.find_silent([worker], now=awake + ROUND_SECONDS) == [worker]
