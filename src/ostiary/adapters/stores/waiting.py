"""Callers that wait for a store, and for how long."""

import asyncio
from collections import deque
from typing import Any

from ostiary.adapters.stores.backend import unavailable

MAX_QUEUED = 4096
"""How much may be queued for one store before more is refused at once."""
WAIT_SECONDS = 3.5
"""How long a caller waits at most, give or take `SWEEP_SECONDS`."""
SWEEP_SECONDS = 0.5


class Waiting:
    """The futures of callers, oldest first; each is done in time, whatever becomes of the work.

    One timer serves all: a timer for each would cost more than a look-up does.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._futures: deque[tuple[float, asyncio.Future[Any]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def join(self) -> "asyncio.Future[Any]":
        """Make the future of one more caller; it raises UnavailableError when its time is over."""
        future = self._loop.create_future()
        self._futures.append((self._loop.time(), future))
        if self._timer is None:
            self._timer = self._loop.call_later(SWEEP_SECONDS, self._sweep)
        return future

    async def drain(self) -> None:
        """Wait until nobody waits any more."""
        waiting = [future for _, future in self._futures if not future.done()]
        if waiting:
            await asyncio.wait(waiting)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _sweep(self) -> None:
        over = self._loop.time() - WAIT_SECONDS
        while self._futures and (self._futures[0][1].done() or self._futures[0][0] <= over):
            _, future = self._futures.popleft()
            if not future.done():
                future.set_exception(unavailable("the store does not answer in time"))
        self._timer = self._loop.call_later(SWEEP_SECONDS, self._sweep) if self._futures else None
