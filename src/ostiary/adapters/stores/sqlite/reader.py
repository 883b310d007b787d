"""The reader: look-ups on the event loop, where they cost less than a change of threads."""

import sqlite3
from pathlib import Path
from typing import Any, Protocol

from ostiary.adapters.stores.backend import unavailable
from ostiary.adapters.stores.sqlite import connecting


class Read(Protocol):
    """Runs a query; the first word is its fault point."""

    def __call__(self, point: str, statement: str, *values: object) -> list[Any]: ...


class Reader:
    """Reads through a connection of its own, which is made anew after a failure."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def read(self, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
        """Return the rows of a query, as the last commit left them.

        Raises: UnavailableError.
        """
        try:
            if self._connection is None:
                self._connection = connecting.connect_reader(self._path)
            # All rows at once: a statement left open would keep its snapshot, and the log growing.
            return self._connection.execute(statement, values).fetchall()
        except (sqlite3.Error, UnicodeError) as error:
            self.close()
            raise unavailable(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Disconnect."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
