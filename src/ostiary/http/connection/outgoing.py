"""Answers on their way out: those of one turn of the event loop leave together."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import perf_counter
from weakref import WeakKeyDictionary

from uvicorn.server import ServerState

HOLD_SECONDS = 0.002
"""So long after the first, an answer takes along all that wait."""


class Outgoing:
    """Holds answers back until the turn of the event loop is over.

    The kernel wakes up whoever reads an answer as it is written. A proxy that gets one after the
    other is woken up for each, and asks again for each; one that gets several at once asks for
    several at once, which then share a turn in their turn.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._leaving: deque[Callable[[], None]] = deque()
        self._clock = clock
        self._until = 0.0

    def put(self, leave: Callable[[], None]) -> None:
        """Have an answer leave soon.

        Args: leave writes it.
        """
        now = self._clock()
        if not self._leaving:
            self._until = now + HOLD_SECONDS
            asyncio.get_running_loop().call_soon(self._let_go)
        self._leaving.append(leave)
        if now >= self._until:
            self._let_go()

    def _let_go(self) -> None:
        leaving = self._leaving
        while leaving:
            leave = leaving.popleft()
            try:
                leave()
            except Exception as error:  # noqa: BLE001 - one that fails holds up no other
                told = {"message": "an answer could not be sent", "exception": error}
                asyncio.get_running_loop().call_exception_handler(told)


_OF_SERVERS: WeakKeyDictionary[ServerState, Outgoing] = WeakKeyDictionary()


def outgoing_of(server: ServerState) -> Outgoing:
    """Return what the connections of one server share."""
    return _OF_SERVERS.setdefault(server, Outgoing())
