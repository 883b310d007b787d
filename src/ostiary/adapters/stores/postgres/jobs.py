"""Jobs: what runs alone on a connection, in a transaction of its own."""

from collections.abc import Sequence

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.postgres import statements
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.prepared import Ask
from ostiary.adapters.stores.records import document_order
from ostiary.core.ports.configuration import (
    Document,
    DocumentId,
    StoredConfiguration,
    VersionConflictError,
)

FAULT_POINTS = (
    "postgres.replace.begin",
    "postgres.replace.advance_version",
    "postgres.replace.delete_documents",
    "postgres.replace.put_documents",
    "postgres.replace.commit",
    "postgres.replace.committed",
    "postgres.load",
    "postgres.prune.execute",
    "postgres.prune.executed",
    "postgres.schema_revision",
)


async def replace(
    connection: Connection,
    reach: Reach,
    *,
    expected_version: int,
    put: Sequence[Document],
    delete: Sequence[DocumentId],
) -> int:
    """Write one change of the configuration and return the new version.

    Raises: VersionConflictError.
    """
    reach("postgres.replace.begin")
    async with connection.transaction():
        reach("postgres.replace.advance_version")
        advanced = await connection.execute(statements.ADVANCE_VERSION, (expected_version,))
        if advanced.hit != 1:
            raise VersionConflictError
        reach("postgres.replace.delete_documents")
        await connection.ask(
            *(
                Ask(statements.DELETE_DOCUMENT, (gone.environment, gone.type, gone.key))
                for gone in delete
            )
        )
        reach("postgres.replace.put_documents")
        await connection.ask(
            *(
                Ask(statements.PUT_DOCUMENT, (*document_order(document), document.body))
                for document in put
            )
        )
        reach("postgres.replace.commit")
    reach("postgres.replace.committed")
    return expected_version + 1


async def load(connection: Connection, reach: Reach) -> StoredConfiguration:
    """Read every document and the version in one statement, and so at one moment."""
    reach("postgres.load")
    rows = (await connection.execute(statements.LOAD)).rows
    documents = (
        Document(DocumentId(environment, kind, key), body)
        for _, environment, kind, key, body in rows
        if environment is not None
    )
    return StoredConfiguration(rows[0][0], tuple(documents))


async def prune(connection: Connection, reach: Reach, *, table: str, now: float, limit: int) -> int:
    """Delete up to `limit` rows of `table` that are over, and return how many that were."""
    reach("postgres.prune.execute")
    deleted = (await connection.execute(statements.PRUNE[table], (now, limit))).hit
    reach("postgres.prune.executed")
    return deleted


async def schema_revision(connection: Connection, reach: Reach) -> str | None:
    """Read the revision of the schema, None when there is none."""
    reach("postgres.schema_revision")
    ((has_revision,),) = (await connection.execute(statements.HAS_REVISION)).rows
    if not has_revision:
        return None
    rows = (await connection.execute(statements.REVISION)).rows
    return str(rows[0][0]) if rows else None
