"""Clients of sessions in the shared store, and those that are to be told of an end."""

from collections.abc import Sequence

from ostiary.adapters.stores.postgres import logout_statements as statements
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.running import Runner
from ostiary.adapters.stores.sign_on_records import Row, to_participation
from ostiary.core.base.ids import SessionId
from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import LogoutNotice, Participation

FAULT_POINTS = (
    "postgres.logout.find_participants",
    "postgres.logout.has_due",
    *(f"postgres.logout.claim.{moment}" for moment in ("begin", "commit", "committed")),
    *(
        f"postgres.{verb}.{moment}"
        for verb in ("logout.settle", "logout.postpone")
        for moment in ("execute", "executed")
    ),
)


class PostgresLogoutNotices:
    """Implements the `LogoutNotices` port."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def find_participants(
        self, env: Environment, session_id: SessionId, *, now: float
    ) -> Sequence[Participation]:
        statement = statements.FIND_PARTICIPANTS
        rows = await self._runner.read(
            "logout.find_participants", statement, env.id, session_id, now
        )
        return [to_participation(row[0]) for row in rows]

    async def claim(
        self, env: Environment, *, now: float, until: float, limit: int
    ) -> Sequence[LogoutNotice]:
        # Asked every second, and there is hardly ever anything: no transaction for that.
        if not await self._runner.read("logout.has_due", statements.HAS_DUE, env.id, now, now):
            return []

        async def work(connection: Connection) -> list[Row]:
            values = (until, env.id, now, now, limit)
            return (await connection.execute(statements.CLAIM, values)).rows

        claimed = await self._runner.write("logout.claim", work)
        return [LogoutNotice(to_participation(body), attempts, until) for body, attempts in claimed]

    async def settle(self, env: Environment, notice: LogoutNotice) -> None:
        values = _held(env, notice)
        await self._runner.write_at_once("logout.settle", statements.SETTLE, values)

    async def postpone(self, env: Environment, notice: LogoutNotice, *, due_at: float) -> None:
        values = (due_at, *_held(env, notice))
        await self._runner.write_at_once("logout.postpone", statements.POSTPONE, values)


def _held(env: Environment, notice: LogoutNotice) -> Row:
    kept = notice.participation
    return env.id, kept.session_id, kept.client_id, notice.claimed_until
