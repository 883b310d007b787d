"""Flows and sessions of the embedded store."""

from collections.abc import Callable
from typing import Any

from ostiary.adapters.stores.records import encode
from ostiary.adapters.stores.sign_on_records import flow_row, latest_first, to_flow, to_session
from ostiary.adapters.stores.sqlite import logout_statements
from ostiary.adapters.stores.sqlite import sign_on_statements as statements
from ostiary.adapters.stores.sqlite.batch import Execute, Write
from ostiary.adapters.stores.sqlite.grants import end_session
from ostiary.adapters.stores.sqlite.reader import Read
from ostiary.adapters.stores.sqlite.writer import Writer
from ostiary.core.base.ids import BrowserKey, FlowId, SessionId, UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow
from ostiary.core.model.session import Session

FAULT_POINTS = (
    "sqlite.flows.find",
    "sqlite.sessions.find",
    "sqlite.sessions.find_persistent",
    "sqlite.sessions.find_by_id",
    "sqlite.sessions.select_of_user",
    "sqlite.sessions.touch",
    "sqlite.sessions.end_of_user",
    "sqlite.sessions.end_grants_of_user",
    "sqlite.sessions.make_due_of_user",
)


class SqliteFlows:
    """Implements the `Flows` port."""

    def __init__(self, read: Read, writer: Callable[[], Writer]) -> None:
        self._read = read
        self._writer = writer

    async def start(self, env: Environment, flow: Flow) -> None:
        await self._writer().write(Write(flows=[flow_row(env, flow)]))

    async def find(self, env: Environment, flow_id: FlowId, *, now: float) -> Flow | None:
        rows = self._read("sqlite.flows.find", statements.FIND_FLOW, env.id, flow_id, now)
        return to_flow(rows[0][0]) if rows else None


class SqliteSessions:
    """Implements the `Sessions` port."""

    def __init__(self, read: Read, writer: Callable[[], Writer]) -> None:
        self._read = read
        self._writer = writer

    async def find(self, env: Environment, key: BrowserKey, *, now: float) -> Session | None:
        return _first(self._read("sqlite.sessions.find", statements.FIND_SESSION, env.id, key, now))

    async def find_persistent(
        self, env: Environment, key: BrowserKey, *, now: float
    ) -> Session | None:
        point, statement = "sqlite.sessions.find_persistent", statements.FIND_PERSISTENT_SESSION
        return _first(self._read(point, statement, env.id, key, now))

    async def find_by_id(
        self, env: Environment, session_id: SessionId, *, now: float
    ) -> Session | None:
        point, statement = "sqlite.sessions.find_by_id", statements.FIND_SESSION_BY_ID
        return _first(self._read(point, statement, env.id, session_id, now))

    async def select_of_user(
        self, env: Environment, user_id: UserId, *, now: float
    ) -> tuple[Session, ...]:
        point, statement = "sqlite.sessions.select_of_user", statements.SELECT_SESSIONS_OF_USER
        return latest_first(row[0] for row in self._read(point, statement, env.id, user_id, now))

    async def touch(self, env: Environment, session: Session, *, expires_at: float) -> None:
        values = (expires_at, encode(session), env.id, session.key, session.id)

        def act(execute: Execute) -> None:
            execute("sessions.touch", statements.TOUCH_SESSION, values)

        await self._writer().write(Write(act=act))

    async def end(self, env: Environment, session_id: SessionId) -> bool:
        def act(execute: Execute) -> bool:
            return end_session(execute, env.id, session_id)

        return bool(await self._writer().write(Write(act=act, removes=True)))

    async def end_of_user(self, env: Environment, user_id: UserId) -> int:
        whose = (env.id, user_id)

        def act(execute: Execute) -> int:
            statement = statements.END_GRANTS_OF_SESSIONS_OF_USER
            execute("sessions.end_grants_of_user", statement, whose)
            due = logout_statements.MAKE_DUE_OF_USER
            execute("sessions.make_due_of_user", due, (env.id, *whose))
            ended = execute("sessions.end_of_user", statements.END_SESSIONS_OF_USER, whose)
            return ended.rowcount

        return int(await self._writer().write(Write(act=act, removes=True)))


def _first(rows: list[Any]) -> Session | None:
    return to_session(rows[0][0]) if rows else None
