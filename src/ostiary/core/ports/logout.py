"""What the core asks of a store about clients that are to be told of logout.

As in `core.ports.stores`. A participation is stored by `Issuances.commit`. Whatever ends a session
makes its participations due in the same step, so that no end is ever forgotten.
"""

from collections.abc import Sequence
from typing import Protocol

from ostiary.core.base.ids import SessionId
from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import LogoutNotice, Participation


class LogoutNotices(Protocol):
    """Who takes part in sessions, and who is yet to be told that one is over."""

    async def find_participants(
        self, env: Environment, session_id: SessionId, *, now: float
    ) -> Sequence[Participation]:
        """Return the clients of a session, whether it is over or not, but for those told."""
        ...

    async def claim(
        self, env: Environment, *, now: float, until: float, limit: int
    ) -> Sequence[LogoutNotice]:
        """Take the notices that are due longest, and keep everybody else from them until then.

        Each claim counts as an attempt, also of a process that dies with it.
        """
        ...

    async def settle(self, env: Environment, notice: LogoutNotice) -> None:
        """Forget a notice; one that somebody else has claimed by now stays."""
        ...

    async def postpone(self, env: Environment, notice: LogoutNotice, *, due_at: float) -> None:
        """Make a notice due at another time; one that somebody else has claimed stays."""
        ...
