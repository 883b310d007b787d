"""References in the embedded store: dropping and taking are places in the writer's batch."""

from collections.abc import Callable

from ostiary.adapters.stores.reference_records import from_body, to_row
from ostiary.adapters.stores.sqlite import reference_statements as statements
from ostiary.adapters.stores.sqlite.batch import Execute, Write
from ostiary.adapters.stores.sqlite.writer import Writer
from ostiary.core.model.environment import Environment
from ostiary.core.ports.references import DroppedReference, ReferenceKey

FAULT_POINTS = ("sqlite.references.drop", "sqlite.references.take")


class SqliteReferences:
    """Implements the `References` port."""

    def __init__(self, writer: Callable[[], Writer]) -> None:
        self._writer = writer

    async def drop(self, env: Environment, reference: DroppedReference) -> None:
        row = to_row(env, reference)

        def act(execute: Execute) -> None:
            execute("references.drop", statements.DROP, row)

        await self._writer().write(Write(act=act))

    async def take(
        self, env: Environment, adapter: str, key: ReferenceKey, *, now: float
    ) -> DroppedReference | None:
        values = (env.id, key, adapter, now)

        def act(execute: Execute) -> bytes | None:
            # All rows: a statement that is left open keeps the transaction from its commit.
            found = execute("references.take", statements.TAKE, values).fetchall()
            return found[0][0] if found else None

        body: bytes | None = await self._writer().write(Write(act=act))
        return None if body is None else from_body(body)
