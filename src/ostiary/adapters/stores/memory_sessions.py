"""Flows and sessions of the memory store; nothing here ever suspends."""

from functools import partial
from typing import NamedTuple

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.memory_grants import Apply, MemoryUserGrants
from ostiary.adapters.stores.memory_logout import MemoryLogoutNotices
from ostiary.adapters.stores.sign_on_records import (
    flow_row,
    latest_first,
    next_flow,
    session_row,
    to_flow,
    to_session,
)
from ostiary.core.base.ids import BrowserKey, EnvironmentId, FlowId, SessionId, UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow
from ostiary.core.model.session import Session
from ostiary.core.model.token import FlowMove, SessionChange
from ostiary.core.ports.stores import AlreadyRedeemedError

FAULT_POINTS = (
    "memory.flows.start",
    "memory.flows.find",
    "memory.sessions.find",
    "memory.sessions.find_persistent",
    "memory.sessions.find_by_id",
    "memory.sessions.select_of_user",
    "memory.sessions.touch",
    "memory.sessions.end",
    "memory.sessions.end_of_user",
)


class _Flow(NamedTuple):
    version: int
    expires_at: float
    body: bytes


class _Session(NamedTuple):
    key: BrowserKey
    id: SessionId
    persistent_key: BrowserKey | None
    user_id: UserId
    expires_at: float
    body: bytes


class MemoryFlows:
    """Implements the `Flows` port with a dictionary."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self.rows: dict[tuple[EnvironmentId, FlowId], _Flow] = {}

    async def start(self, env: Environment, flow: Flow) -> None:
        if (env.id, flow.id) in self.rows:
            raise AlreadyRedeemedError
        row = _Flow(*flow_row(env, flow)[2:])
        self._reach("memory.flows.start")
        self.rows[env.id, flow.id] = row

    async def find(self, env: Environment, flow_id: FlowId, *, now: float) -> Flow | None:
        self._reach("memory.flows.find")
        row = self.rows.get((env.id, flow_id))
        return to_flow(row.body) if row is not None and row.expires_at > now else None

    def may_move(self, env: Environment, move: FlowMove, now: float) -> bool:
        """Tell whether the flow is where the move begins."""
        row = self.rows.get((env.id, move.flow_id))
        return row is not None and row.version == move.expected_version and row.expires_at > now

    def moving(self, env: Environment, move: FlowMove) -> Apply:
        """Prepare to move a flow on, or to end it."""
        place, flow = (env.id, move.flow_id), next_flow(move)
        if flow is None:
            return partial(self.rows.pop, place)
        row = _Flow(*flow_row(env, flow)[2:])
        return partial(self.rows.__setitem__, place, row)


class MemorySessions:
    """Implements the `Sessions` port with a dictionary, by the sessions' ids."""

    def __init__(
        self, reach: Reach, grants: MemoryUserGrants, notices: MemoryLogoutNotices
    ) -> None:
        self._reach = reach
        self._grants = grants
        self._notices = notices
        self.rows: dict[tuple[EnvironmentId, SessionId], _Session] = {}
        self._ids: dict[tuple[EnvironmentId, BrowserKey], SessionId] = {}

    async def find(self, env: Environment, key: BrowserKey, *, now: float) -> Session | None:
        self._reach("memory.sessions.find")
        session_id = self._ids.get((env.id, key))
        return self._live([] if session_id is None else [self.rows[env.id, session_id]], now)

    async def find_persistent(
        self, env: Environment, key: BrowserKey, *, now: float
    ) -> Session | None:
        self._reach("memory.sessions.find_persistent")
        return self._live([row for row in self._of(env).values() if row.persistent_key == key], now)

    async def find_by_id(
        self, env: Environment, session_id: SessionId, *, now: float
    ) -> Session | None:
        self._reach("memory.sessions.find_by_id")
        row = self.rows.get((env.id, session_id))
        return self._live([] if row is None else [row], now)

    async def select_of_user(
        self, env: Environment, user_id: UserId, *, now: float
    ) -> tuple[Session, ...]:
        self._reach("memory.sessions.select_of_user")
        rows = [row for row in self._of(env).values() if row.user_id == user_id]
        return latest_first(row.body for row in rows if row.expires_at > now)

    async def touch(self, env: Environment, session: Session, *, expires_at: float) -> None:
        self._reach("memory.sessions.touch")
        kept = self.rows.get((env.id, session.id))
        if kept is not None and kept.key == session.key:
            self.rows[env.id, session.id] = _Session(*session_row(env, session, expires_at)[1:])

    async def end(self, env: Environment, session_id: SessionId) -> bool:
        self._reach("memory.sessions.end")
        return self._end(env, session_id)

    async def end_of_user(self, env: Environment, user_id: UserId) -> int:
        self._reach("memory.sessions.end_of_user")
        ended = [name for name, row in self._of(env).items() if row.user_id == user_id]
        for session_id in ended:
            self._notices.end(env, session_id)
            self._remove((env.id, session_id))
        self._grants.drop(env, lambda row: row.user_id == user_id and row.session_id is not None)
        return len(ended)

    def is_there(self, env: Environment, session_id: SessionId, now: float) -> bool:
        """Tell whether a session is neither over nor ended."""
        row = self.rows.get((env.id, session_id))
        return row is not None and row.expires_at > now

    def may_change(self, env: Environment, change: SessionChange) -> bool:
        """Tell whether no other session but the one that is replaced has the same cookie."""
        key, own = change.session.key, change.session.id
        return self._ids.get((env.id, key), own) == own or key == change.replaces

    def changing(self, env: Environment, change: SessionChange) -> Apply:
        """Prepare to keep the session of a browser, and to end another one that it had."""
        own = change.session.id
        row = _Session(*session_row(env, change.session, change.expires_at)[1:])

        def apply() -> None:
            other = None if change.replaces is None else self._ids.get((env.id, change.replaces))
            if other is not None and other != own:
                self._end(env, other)
            former = self.rows.get((env.id, own))
            if former is not None:
                del self._ids[env.id, former.key]
            self.rows[env.id, own] = row
            self._ids[env.id, row.key] = own

        return apply

    def _end(self, env: Environment, session_id: SessionId) -> bool:
        self._grants.drop(env, lambda row: row.session_id == session_id)
        self._notices.end(env, session_id)
        place = (env.id, session_id)
        is_there = place in self.rows
        if is_there:
            self._remove(place)
        return is_there

    def prune(self, now: float) -> int:
        """Delete sessions that are over, and return how many they were."""
        over = [place for place, row in self.rows.items() if row.expires_at <= now]
        for place in over:
            self._remove(place)
        return len(over)

    def _remove(self, place: tuple[EnvironmentId, SessionId]) -> None:
        del self._ids[place[0], self.rows.pop(place).key]

    def _of(self, env: Environment) -> dict[SessionId, _Session]:
        return {name: row for (place, name), row in self.rows.items() if place == env.id}

    def _live(self, rows: list[_Session], now: float) -> Session | None:
        # The latest one: a cookie that outlives the browser may have shown an earlier session, too.
        live = [row for row in rows if row.expires_at > now]
        return to_session(max(live, key=lambda row: row.expires_at).body) if live else None
