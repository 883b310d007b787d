"""Back-channel logout as a worker does it: looks for notices, and delivers many at once."""

import asyncio
import contextlib
from dataclasses import dataclass, field

from ostiary.core.base.errors import UnavailableError
from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import LogoutNotice
from ostiary.core.model.snapshot import Snapshot
from ostiary.core.oidc.logout_notices import LogoutNotifier, wants_notices
from ostiary.core.ports.configuration import Snapshots

LOOK_SECONDS = 1.0
MAX_AT_ONCE = 64


@dataclass(slots=True)
class LogoutCourier:
    """Delivers the notices of every environment, whoever has ended the sessions.

    They lie in the store, so one worker looks for those of all. What it has begun when it ends is
    claimed by another one a little later.
    """

    notifier: LogoutNotifier
    snapshots: Snapshots
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)
    _asked: tuple[Snapshot, tuple[Environment, ...]] | None = None

    async def run(self) -> None:
        """Look again and again; a store that is down is asked again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            with contextlib.suppress(UnavailableError):
                await self.look()

    async def look(self) -> None:
        """Begin to deliver what is due, as far as there is room."""
        for env in self._environments():
            room = MAX_AT_ONCE - len(self._under_way)
            if room <= 0:
                return
            for notice in await self.notifier.claim(env, room):
                task = asyncio.create_task(self._deliver(env, notice))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def close(self, seconds: float) -> None:
        """Give what is under way some time; what is not done by then is for the next claim."""
        under_way = tuple(self._under_way)
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=seconds)
            for task in late:
                task.cancel()

    async def _deliver(self, env: Environment, notice: LogoutNotice) -> None:
        # Then the claim ends by itself, and the client is told once more.
        with contextlib.suppress(UnavailableError):
            await self.notifier.deliver(env, notice)

    def _environments(self) -> tuple[Environment, ...]:
        """Return those with a client to tell; found once for each configuration."""
        current = self.snapshots.current
        if self._asked is None or self._asked[0] is not current:
            asked = tuple(filter(wants_notices, current.environments.values()))
            self._asked = (current, asked)
        return self._asked[1]
