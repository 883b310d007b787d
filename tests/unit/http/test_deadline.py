"""One timer serves every deadline of a connection."""

import asyncio

from ostiary.http.connection.deadline import Deadline


class Clocked(asyncio.SelectorEventLoop):
    """A loop whose time moves by hand; timers fire when their time has come."""

    at = 0.0

    def time(self) -> float:
        return self.at


def run_until(loop: Clocked, moment: float) -> None:
    loop.at = moment
    for _ in range(3):
        loop.call_soon(loop.stop)
        loop.run_forever()


def make_deadline() -> tuple[Clocked, Deadline, list[float]]:
    loop = Clocked()
    expired: list[float] = []
    return loop, Deadline(loop, lambda: expired.append(loop.at)), expired


def test_it_expires_once_after_its_time() -> None:
    loop, deadline, expired = make_deadline()
    deadline.set(10)
    run_until(loop, 9.9)
    assert expired == []
    run_until(loop, 10.1)
    run_until(loop, 30)
    assert expired == [10.1]
    loop.close()


def test_moving_it_on_lets_the_old_moment_pass() -> None:
    loop, deadline, expired = make_deadline()
    deadline.set(10)
    run_until(loop, 5)
    deadline.set(10)
    run_until(loop, 10.1)
    assert expired == []
    run_until(loop, 15.1)
    assert expired == [15.1]
    loop.close()


def test_an_earlier_moment_is_kept() -> None:
    loop, deadline, expired = make_deadline()
    deadline.set(30)
    deadline.set(5)
    run_until(loop, 5.1)
    assert expired == [5.1]
    loop.close()


def test_what_is_awaited_no_more_does_not_expire_until_it_is_set_again() -> None:
    loop, deadline, expired = make_deadline()
    deadline.set(10)
    deadline.at = float("inf")
    run_until(loop, 20)
    deadline.set(10)
    run_until(loop, 30.1)
    assert expired == [30.1]
    loop.close()


def test_a_stopped_deadline_leaves_no_timer() -> None:
    loop, deadline, expired = make_deadline()
    deadline.set(10)
    deadline.stop()
    run_until(loop, 20)
    assert expired == []
    loop.close()
