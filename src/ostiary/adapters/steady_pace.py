"""Steady pace: what takes a little longer for some people than for others ends at set times."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

BEAT_SECONDS = 0.05
"""Longer than what is hidden takes at rest; nobody who waits for a mail notices it."""


class SteadyPace:
    """Implements the `Pace` port by waiting, as long as a beat lasts or a multiple of it."""

    def __init__(self, beat_seconds: float = BEAT_SECONDS) -> None:
        self._beat_seconds = beat_seconds

    @asynccontextmanager
    async def steadily(self) -> AsyncIterator[None]:
        entered = asyncio.get_running_loop().time()
        try:
            yield
        finally:
            await self.rest(entered)

    async def rest(self, entered: float) -> None:
        """Wait for the end of the beat.

        Args: entered: when the first one began, as the event loop counts.
        """
        # What took no time that the loop's clock could tell takes a beat like everything else.
        since_beat = (asyncio.get_running_loop().time() - entered) % self._beat_seconds
        await asyncio.sleep(self._beat_seconds - since_beat)
