"""One timer for all the deadlines of a connection."""

import asyncio
from collections.abc import Callable
from math import inf


class Deadline:
    """A moment after which a connection has waited long enough; `inf` while nothing is awaited.

    It is moved several times a request, so moving it is an assignment: the timer behind it looks at
    it when it fires, and sleeps on if it was moved on.
    """

    __slots__ = ("_expire", "_loop", "_timer", "at")

    def __init__(self, loop: asyncio.AbstractEventLoop, expire: Callable[[], None]) -> None:
        self.at = inf
        self._loop = loop
        self._expire = expire
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """Wait that long from now on."""
        self.at = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self.at:
            self._arm()

    def stop(self) -> None:
        """Wait for nothing any more, and let go of the connection."""
        self.at = inf
        self._expire = _do_nothing
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self.at, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._loop.time() >= self.at:
            self.at = inf
            self._expire()
        elif self.at != inf:
            self._arm()


def _do_nothing() -> None:
    """Take the place of a connection that is gone."""
