"""What the writer does alone: change the configuration, clean up."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.records import document_order
from ostiary.adapters.stores.sqlite import statements
from ostiary.core.ports.configuration import Document, DocumentId, VersionConflictError

FAULT_POINTS = (
    "sqlite.replace.begin",
    "sqlite.replace.advance_version",
    "sqlite.replace.delete_document",
    "sqlite.replace.put_document",
    "sqlite.replace.commit",
    "sqlite.replace.committed",
    "sqlite.prune.begin",
    "sqlite.prune.delete",
    "sqlite.prune.commit",
    "sqlite.prune.committed",
)


@contextmanager
def transaction(connection: sqlite3.Connection, reach: Reach, name: str) -> Iterator[None]:
    """Run the block in one transaction; the writer rolls back when it raises."""
    reach(f"{name}.begin")
    connection.execute("BEGIN IMMEDIATE")
    yield
    reach(f"{name}.commit")
    connection.execute("COMMIT")
    reach(f"{name}.committed")


def replace(
    connection: sqlite3.Connection,
    reach: Reach,
    *,
    expected_version: int,
    put: Sequence[Document],
    delete: Sequence[DocumentId],
) -> int:
    """Write one change of the configuration and return the new version.

    Raises: VersionConflictError.
    """
    with transaction(connection, reach, "sqlite.replace"):
        reach("sqlite.replace.advance_version")
        if connection.execute(statements.ADVANCE_VERSION, (expected_version,)).rowcount != 1:
            raise VersionConflictError
        for gone in delete:
            reach("sqlite.replace.delete_document")
            connection.execute(statements.DELETE_DOCUMENT, (gone.environment, gone.type, gone.key))
        for document in put:
            reach("sqlite.replace.put_document")
            connection.execute(statements.PUT_DOCUMENT, (*document_order(document), document.body))
    return expected_version + 1


def find_room(connection: sqlite3.Connection) -> None:
    """Write something that changes nothing: it fails when a change would.

    Raises: sqlite3.Error.
    """
    connection.execute("BEGIN IMMEDIATE")
    for _ in range(2):  # the same value again would not be written at all
        connection.execute(statements.NEGATE_VERSION)
    connection.execute("COMMIT")


def prune(
    connection: sqlite3.Connection, reach: Reach, *, table: str, now: float, limit: int
) -> int:
    """Delete up to `limit` rows of `table` that are over, and return how many that were."""
    with transaction(connection, reach, "sqlite.prune"):
        reach("sqlite.prune.delete")
        return connection.execute(statements.PRUNE[table], (now, limit)).rowcount
