"""Gathering: what is wanted of a database waits as long as the event loop brings more of it."""

import asyncio
from collections.abc import Callable
from time import perf_counter

GATHER_SECONDS = 0.006
"""How long that is at most; a loop that is busy for so long lets everybody wait for longer."""
IDLE_SECONDS = 0.000_03
"""A turn of the event loop that is over so soon had work for nobody."""


class Gathering:
    """Hands over what has gathered once the event loop would only wait for it.

    Requests that come close upon each other then share a trip to the database, and go on together:
    for each of them the trip costs less, and so does the code that the processor has at hand still.
    Where nobody else is about, one turn of the loop is all that it takes.
    Args:
        hand_over: serves what has gathered; called once for each `begin`.
        is_enough: tells that no more would be served at once.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        hand_over: Callable[[], None],
        is_enough: Callable[[], bool],
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._loop = loop
        self._hand_over = hand_over
        self._is_enough = is_enough
        self._clock = clock

    def begin(self) -> None:
        """Hand over soon what is wanted from now on."""
        now = self._clock()
        self._loop.call_soon(self._look, now, now + GATHER_SECONDS)

    def _look(self, before: float, until: float) -> None:
        """Hand over, or look again after the next turn of the loop.

        Args: before is when this was looked at last.
        """
        now = self._clock()
        if now - before > IDLE_SECONDS and now < until and not self._is_enough():
            self._loop.call_soon(self._look, now, until)
        else:
            self._hand_over()
