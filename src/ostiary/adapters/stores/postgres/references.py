"""References in the shared store: many are dropped, or taken, by one statement."""

from collections.abc import Callable, Sequence

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.postgres import reference_statements as statements
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.lanes import Lanes
from ostiary.adapters.stores.reference_records import Row, from_body, to_row
from ostiary.core.model.environment import Environment
from ostiary.core.ports.references import DroppedReference, ReferenceKey

FAULT_POINTS = tuple(
    f"postgres.references.{verb}.{moment}"
    for verb in ("drop", "take")
    for moment in ("execute", "executed")
)
Wanted = tuple[str, bytes, str, float]
"""Environment, key, adapter and now."""


class PostgresReferences:
    """Implements the `References` port."""

    def __init__(self, writers: Callable[[], Lanes], reach: Reach) -> None:
        self._writers = writers
        self._reach = reach
        # One object for each verb: lanes tell by it who may share a batch.
        self._drops, self._takes = self._drop, self._take

    async def drop(self, env: Environment, reference: DroppedReference) -> None:
        await self._writers().submit(self._drops, to_row(env, reference))

    async def take(
        self, env: Environment, adapter: str, key: ReferenceKey, *, now: float
    ) -> DroppedReference | None:
        body = await self._writers().submit(self._takes, (env.id, key, adapter, now))
        return None if body is None else from_body(body)

    async def _drop(self, connection: Connection, rows: Sequence[Row]) -> Sequence[None]:
        self._reach("postgres.references.drop.execute")
        values = [list(column) for column in zip(*sorted(rows), strict=True)]
        await connection.execute(statements.DROP, values)
        self._reach("postgres.references.drop.executed")
        return [None] * len(rows)

    async def _take(
        self, connection: Connection, wanted: Sequence[Wanted]
    ) -> Sequence[bytes | None]:
        self._reach("postgres.references.take.execute")
        values = [list(column) for column in zip(*wanted, strict=True)]
        answer = await connection.execute(statements.TAKE, values)
        self._reach("postgres.references.take.executed")
        found: dict[int, bytes] = dict(answer.rows)
        return [found.get(position) for position in range(1, len(wanted) + 1)]
