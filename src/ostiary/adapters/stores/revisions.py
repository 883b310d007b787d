"""The revisions of the schema, oldest first: what a start compares without loading Alembic."""

from ostiary.adapters.stores.backend import SchemaNewerError

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
HEAD = REVISIONS[-1]


def check_not_newer(found: str | None) -> None:
    """Refuse a schema that this version does not know.

    Raises: SchemaNewerError.
    """
    if found is not None and found not in REVISIONS:
        raise SchemaNewerError(
            f"The store's schema is at revision {found}, this version knows up to {HEAD}: "
            "it was used by a newer version. Run that version, or restore a backup."
        )
