"""Look-ups by a key: what several callers search for is one statement."""

from collections.abc import Callable, Sequence
from typing import Any

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.postgres import sign_on_statements, statements
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.lanes import Lanes

_STATEMENTS = (
    ("users.find", statements.FIND_USERS),
    ("users.find_by_name", statements.FIND_USERS_BY_NAME),
    ("flows.find", sign_on_statements.FIND_FLOWS),
    ("sessions.find", sign_on_statements.FIND_SESSIONS),
    ("sessions.find_persistent", sign_on_statements.FIND_PERSISTENT_SESSIONS),
    ("sessions.find_by_id", sign_on_statements.FIND_SESSIONS_BY_ID),
    ("codes.find", sign_on_statements.FIND_CODES),
    ("user_grants.find", sign_on_statements.FIND_GRANTS),
    ("user_grants.find_by_family", sign_on_statements.FIND_GRANTS_BY_FAMILY),
    ("consents.find", sign_on_statements.FIND_CONSENTS),
)
FAULT_POINTS = tuple(f"postgres.{verb}" for verb, _ in _STATEMENTS)


class _LookUp:
    """One kind of look-up, as lanes run it."""

    def __init__(self, verb: str, statement: str, reach: Reach) -> None:
        self._point = f"postgres.{verb}"
        self._statement = statement
        self._reach = reach

    async def __call__(
        self, connection: Connection, wanted: Sequence[tuple[object, ...]]
    ) -> Sequence[tuple[Any, ...] | None]:
        self._reach(self._point)
        values = [list(column) for column in zip(*wanted, strict=True)]
        answer = await connection.execute(self._statement, values)
        found = {row[0]: row[1:] for row in answer.rows}
        return [found.get(position) for position in range(1, len(wanted) + 1)]


class LookUps:
    """Finds one row by the values that a statement asks for."""

    def __init__(self, readers: Callable[[], Lanes], reach: Reach) -> None:
        self._readers = readers
        # One object for each verb: lanes tell by it who may share a batch.
        self._runs = {verb: _LookUp(verb, text, reach) for verb, text in _STATEMENTS}

    async def find(self, verb: str, *values: object) -> tuple[Any, ...] | None:
        """Return the columns that were found, or None.

        Raises: UnavailableError.
        """
        return await self._readers().submit(self._runs[verb], values)
