"""Look-ups of sign-on: what several callers search for is one statement."""

from collections.abc import Callable, Sequence
from typing import Any

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.postgres import sign_on_statements as statements
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.lanes import Lanes

_STATEMENTS = (
    ("flows.find", statements.FIND_FLOWS),
    ("sessions.find", statements.FIND_SESSIONS),
    ("sessions.find_persistent", statements.FIND_PERSISTENT_SESSIONS),
    ("sessions.find_by_id", statements.FIND_SESSIONS_BY_ID),
    ("codes.find", statements.FIND_CODES),
    ("user_grants.find", statements.FIND_GRANTS),
    ("user_grants.find_by_family", statements.FIND_GRANTS_BY_FAMILY),
    ("consents.find", statements.FIND_CONSENTS),
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
