"""Flows and sessions of the shared store."""

from collections.abc import Callable, Sequence

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.postgres import sign_on_statements as statements
from ostiary.adapters.stores.postgres.commits import columns
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.lanes import Lanes
from ostiary.adapters.stores.postgres.lookups import LookUps
from ostiary.adapters.stores.postgres.revoking import delete_grants, end_session, make_due
from ostiary.adapters.stores.postgres.running import Runner
from ostiary.adapters.stores.records import encode
from ostiary.adapters.stores.sign_on_records import Row, flow_row, latest_first, to_flow, to_session
from ostiary.core.base.ids import BrowserKey, FlowId, SessionId, UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow
from ostiary.core.model.session import Session

FAULT_POINTS = (
    *(
        f"postgres.{verb}.{moment}"
        for verb in ("flows.start", "sessions.touch")
        for moment in ("execute", "executed")
    ),
    *(
        f"postgres.{verb}.{moment}"
        for verb in ("sessions.end", "sessions.end_of_user")
        for moment in ("begin", "commit", "committed")
    ),
    "postgres.sessions.delete_of_user",
    "postgres.sessions.select_of_user",
)


class PostgresFlows:
    """Implements the `Flows` port."""

    def __init__(self, look_ups: LookUps, writers: Callable[[], Lanes], reach: Reach) -> None:
        self._look_ups = look_ups
        self._writers = writers
        self._reach = reach

    async def start(self, env: Environment, flow: Flow) -> None:
        await self._writers().submit(self._insert, flow_row(env, flow))

    async def find(self, env: Environment, flow_id: FlowId, *, now: float) -> Flow | None:
        found = await self._look_ups.find("flows.find", env.id, flow_id, now)
        return None if found is None else to_flow(*found)

    async def _insert(self, connection: Connection, rows: Sequence[Row]) -> Sequence[None]:
        self._reach("postgres.flows.start.execute")
        await connection.execute(statements.INSERT_FLOWS, columns(rows))
        self._reach("postgres.flows.start.executed")
        return [None] * len(rows)


class PostgresSessions:
    """Implements the `Sessions` port."""

    def __init__(self, look_ups: LookUps, runner: Runner) -> None:
        self._look_ups = look_ups
        self._runner = runner

    async def find(self, env: Environment, key: BrowserKey, *, now: float) -> Session | None:
        return await self._find("sessions.find", env, key, now)

    async def find_persistent(
        self, env: Environment, key: BrowserKey, *, now: float
    ) -> Session | None:
        return await self._find("sessions.find_persistent", env, key, now)

    async def find_by_id(
        self, env: Environment, session_id: SessionId, *, now: float
    ) -> Session | None:
        return await self._find("sessions.find_by_id", env, session_id, now)

    async def select_of_user(
        self, env: Environment, user_id: UserId, *, now: float
    ) -> tuple[Session, ...]:
        statement = statements.SELECT_SESSIONS_OF_USER
        rows = await self._runner.read("sessions.select_of_user", statement, env.id, user_id, now)
        return latest_first(row[0] for row in rows)

    async def touch(self, env: Environment, session: Session, *, expires_at: float) -> None:
        values = (expires_at, encode(session), env.id, session.key, session.id)
        await self._runner.write_at_once("sessions.touch", statements.TOUCH_SESSION, values)

    async def end(self, env: Environment, session_id: SessionId) -> bool:
        return await self._runner.write(
            "sessions.end",
            lambda connection: end_session(connection, self._runner.reach, env.id, session_id),
        )

    async def end_of_user(self, env: Environment, user_id: UserId) -> int:
        whose = (env.id, user_id)

        async def work(connection: Connection) -> int:
            reach, statement = self._runner.reach, statements.END_GRANTS_OF_SESSIONS_OF_USER
            # The sessions first, as `end_session`.
            reach("postgres.sessions.delete_of_user")
            found = await connection.execute(statements.END_SESSIONS_OF_USER, whose)
            ended = [row[0] for row in found.rows]
            await delete_grants(connection, reach, statement, *whose)
            await make_due(connection, reach, env.id, ended)
            return len(ended)

        return await self._runner.write("sessions.end_of_user", work)

    async def _find(
        self, verb: str, env: Environment, name: str | bytes, now: float
    ) -> Session | None:
        found = await self._look_ups.find(verb, env.id, name, now)
        return None if found is None else to_session(*found)
