"""Clients of sessions in the memory store; nothing here ever suspends."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.memory_grants import Apply
from ostiary.adapters.stores.sign_on_records import participation_row, to_participation
from ostiary.core.base.ids import ClientId, EnvironmentId, SessionId
from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import LogoutNotice, Participation

FAULT_POINTS = (
    "memory.logout.find_participants",
    "memory.logout.claim",
    "memory.logout.settle",
    "memory.logout.postpone",
)
Place = tuple[EnvironmentId, SessionId, ClientId]


class _Row(NamedTuple):
    due_at: float | None
    attempts: int
    expires_at: float
    body: bytes


class MemoryLogoutNotices:
    """Implements the `LogoutNotices` port with a dictionary."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self.rows: dict[Place, _Row] = {}

    async def find_participants(
        self, env: Environment, session_id: SessionId, *, now: float
    ) -> Sequence[Participation]:
        self._reach("memory.logout.find_participants")
        return [
            to_participation(row.body)
            for place, row in sorted(self.rows.items())
            if place[:2] == (env.id, session_id) and row.expires_at > now
        ]

    async def claim(
        self, env: Environment, *, now: float, until: float, limit: int
    ) -> Sequence[LogoutNotice]:
        self._reach("memory.logout.claim")
        due = sorted(
            (row.due_at, place)
            for place, row in self.rows.items()
            if place[0] == env.id and row.due_at is not None and row.due_at <= now < row.expires_at
        )
        claimed = []
        for _, place in due[:limit]:
            row = self.rows[place]
            row = self.rows[place] = row._replace(due_at=until, attempts=row.attempts + 1)
            claimed.append(LogoutNotice(to_participation(row.body), row.attempts, until))
        return claimed

    async def settle(self, env: Environment, notice: LogoutNotice) -> None:
        self._reach("memory.logout.settle")
        if self._is_held(env, notice):
            del self.rows[_place(env, notice.participation)]

    async def postpone(self, env: Environment, notice: LogoutNotice, *, due_at: float) -> None:
        self._reach("memory.logout.postpone")
        if self._is_held(env, notice):
            place = _place(env, notice.participation)
            self.rows[place] = self.rows[place]._replace(due_at=due_at)

    def putting(self, env: Environment, participation: Participation) -> Apply:
        """Prepare to keep that a client takes part in a session, unless it does already."""
        row = _Row(None, *participation_row(env, participation)[3:])
        return partial(self.rows.setdefault, _place(env, participation), row)

    def end(self, env: Environment, session_id: SessionId) -> None:
        """Make all clients of a session due."""
        for place, row in self.rows.items():
            if place[:2] == (env.id, session_id) and row.due_at is None:
                self.rows[place] = row._replace(due_at=0.0)

    def _is_held(self, env: Environment, notice: LogoutNotice) -> bool:
        row = self.rows.get(_place(env, notice.participation))
        return row is not None and row.due_at == notice.claimed_until


def _place(env: Environment, participation: Participation) -> Place:
    return env.id, participation.session_id, participation.client_id
