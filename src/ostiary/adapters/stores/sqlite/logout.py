"""Clients of sessions in the embedded store, and those that are to be told of an end."""

from collections.abc import Callable, Sequence

from ostiary.adapters.stores.sign_on_records import Row, to_participation
from ostiary.adapters.stores.sqlite import logout_statements as statements
from ostiary.adapters.stores.sqlite.batch import Execute, Write
from ostiary.adapters.stores.sqlite.reader import Read
from ostiary.adapters.stores.sqlite.writer import Writer
from ostiary.core.base.ids import SessionId
from ostiary.core.model.environment import Environment
from ostiary.core.model.logout import LogoutNotice, Participation

FAULT_POINTS = (
    "sqlite.logout.find_participants",
    "sqlite.logout.find_due",
    "sqlite.logout.select_due",
    "sqlite.logout.claim",
    "sqlite.logout.settle",
    "sqlite.logout.postpone",
)


class SqliteLogoutNotices:
    """Implements the `LogoutNotices` port."""

    def __init__(self, read: Read, writer: Callable[[], Writer]) -> None:
        self._read = read
        self._writer = writer

    async def find_participants(
        self, env: Environment, session_id: SessionId, *, now: float
    ) -> Sequence[Participation]:
        point, statement = "sqlite.logout.find_participants", statements.FIND_PARTICIPANTS
        rows = self._read(point, statement, env.id, session_id, now)
        return [to_participation(row[0]) for row in rows]

    async def claim(
        self, env: Environment, *, now: float, until: float, limit: int
    ) -> Sequence[LogoutNotice]:
        wanted = (env.id, now, now, limit)
        # Asked every second, and there is hardly ever anything: no transaction for that.
        if not self._read("sqlite.logout.find_due", statements.FIND_DUE, *wanted):
            return []

        def act(execute: Execute) -> list[Row]:
            due = execute("logout.select_due", statements.FIND_DUE, wanted).fetchall()
            for session_id, client_id, *_ in due:
                values = (until, env.id, session_id, client_id)
                execute("logout.claim", statements.CLAIM, values)
            return due

        claimed: list[Row] = await self._writer().write(Write(act=act))
        return [
            LogoutNotice(to_participation(body), attempts + 1, until)
            for _, _, attempts, body in claimed
        ]

    async def settle(self, env: Environment, notice: LogoutNotice) -> None:
        await self._write("logout.settle", statements.SETTLE, _held(env, notice))

    async def postpone(self, env: Environment, notice: LogoutNotice, *, due_at: float) -> None:
        values = (due_at, *_held(env, notice))
        await self._write("logout.postpone", statements.POSTPONE, values)

    async def _write(self, point: str, statement: str, values: Row) -> None:
        def act(execute: Execute) -> None:
            execute(point, statement, values)

        await self._writer().write(Write(act=act))


def _held(env: Environment, notice: LogoutNotice) -> Row:
    kept = notice.participation
    return env.id, kept.session_id, kept.client_id, notice.claimed_until
