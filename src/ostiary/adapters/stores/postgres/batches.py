"""Batches: what several callers want of the database, in one statement each time."""

from collections.abc import Sequence

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.postgres import statements
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.prepared import Answer

_VERBS = ("find", "delete", "revoke", "is_revoked", "version", "ping")
FAULT_POINTS = tuple(
    f"postgres.{verb}.{moment}" for verb in _VERBS for moment in ("execute", "executed")
)


class Batches:
    """What lanes run: each method serves several callers, who want the same with other values."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    async def find(
        self, connection: Connection, wanted: Sequence[tuple[str, bytes, float]]
    ) -> Sequence[bytes | None]:
        """Find the bodies of unexpired tokens by environment, key and time."""
        answer = await self._execute("find", connection, statements.FIND_TOKENS, _columns(wanted))
        found: dict[int, bytes] = dict(answer.rows)
        return [found.get(position) for position in range(1, len(wanted) + 1)]

    async def delete(
        self, connection: Connection, gone: Sequence[tuple[str, bytes]]
    ) -> Sequence[None]:
        """Delete tokens by environment and key."""
        rows = sorted(set(gone))
        await self._execute("delete", connection, statements.DELETE_TOKENS, _columns(rows))
        return [None] * len(gone)

    async def revoke(
        self, connection: Connection, revoked: Sequence[tuple[str, str, float]]
    ) -> Sequence[None]:
        """Remember revoked token ids, each until the latest time that anybody gave."""
        latest = {row[:2]: row for row in sorted(revoked)}
        await self._execute(
            "revoke", connection, statements.REVOKE, _columns(list(latest.values()))
        )
        return [None] * len(revoked)

    async def is_revoked(
        self, connection: Connection, asked: Sequence[tuple[str, str]]
    ) -> Sequence[bool]:
        """Tell which token ids are revoked."""
        answer = await self._execute(
            "is_revoked", connection, statements.FIND_REVOKED, _columns(asked)
        )
        found = {position for (position,) in answer.rows}
        return [position in found for position in range(1, len(asked) + 1)]

    async def version(self, connection: Connection, asked: Sequence[None]) -> Sequence[int]:
        """Read the version of the configuration."""
        answer = await self._execute("version", connection, statements.VERSION, [])
        ((version,),) = answer.rows
        return [version] * len(asked)

    async def ping(self, connection: Connection, asked: Sequence[None]) -> Sequence[None]:
        """Ask for a sign of life."""
        await self._execute("ping", connection, statements.PING, [])
        return [None] * len(asked)

    async def _execute(
        self, verb: str, connection: Connection, statement: str, values: Sequence[object]
    ) -> Answer:
        self._reach(f"postgres.{verb}.execute")
        answer = await connection.execute(statement, values)
        self._reach(f"postgres.{verb}.executed")
        return answer


def _columns(rows: Sequence[tuple[object, ...]]) -> list[object]:
    """Turn rows into one list for each column, as the statements take them."""
    return [list(column) for column in zip(*rows, strict=True)]
