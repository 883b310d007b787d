"""Users of the embedded store."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.sqlite import authenticator_statements, statements
from ostiary.adapters.stores.sqlite.jobs import transaction
from ostiary.adapters.stores.sqlite.reader import Read
from ostiary.adapters.stores.sqlite.writer import Writer
from ostiary.adapters.stores.user_records import from_body, to_row
from ostiary.core.base.ids import UserId
from ostiary.core.base.mail_addresses import address_key
from ostiary.core.base.usernames import UsernameKey
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.users import UserChangedError, UsernameTakenError

_WRITES = ("users.create", "users.save", "users.delete")
FAULT_POINTS = (
    *(f"sqlite.{verb}.{moment}" for verb in _WRITES for moment in ("begin", "commit", "committed")),
    "sqlite.users.find",
    "sqlite.users.find_by_name",
    "sqlite.users.select",
    "sqlite.users.scan",
    "sqlite.users.select_by_address",
    "sqlite.users.count",
)


class SqliteUsers:
    """Implements the `Users` port."""

    def __init__(self, read: Read, writer: Callable[[], Writer], reach: Reach) -> None:
        self._read = read
        self._writer = writer
        self._reach = reach

    async def find(self, env: Environment, user_id: UserId) -> User | None:
        return _first(self._read("sqlite.users.find", statements.FIND_USER, env.id, user_id))

    async def find_by_name(self, env: Environment, key: UsernameKey) -> User | None:
        return _first(
            self._read("sqlite.users.find_by_name", statements.FIND_USER_BY_NAME, env.id, key)
        )

    async def select(
        self, env: Environment, *, after: UsernameKey | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        # No key is empty, so every key comes after "".
        rows = self._read(
            "sqlite.users.select", statements.SELECT_USERS, env.id, after or "", limit
        )
        return tuple(from_body(row[0]) for row in rows)

    async def scan(
        self, env: Environment, *, after: UserId | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        # No id is empty, so every id comes after "".
        rows = self._read("sqlite.users.scan", statements.SCAN_USERS, env.id, after or "", limit)
        return tuple(from_body(row[0]) for row in rows)

    async def select_by_address(
        self, env: Environment, address: str, *, after: UserId | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        key = address_key(address)
        rows = self._read(
            "sqlite.users.select_by_address",
            *(statements.SELECT_USERS_BY_ADDRESS, env.id, key, after or "", limit),
        )
        return tuple(from_body(row[0]) for row in rows)

    async def count(self, env: Environment) -> int:
        rows = self._read("sqlite.users.count", statements.COUNT_USERS, env.id)
        return int(rows[0][0])

    async def create(self, env: Environment, users: Sequence[User]) -> None:
        rows = [(user.username, (env.id, *to_row(user))) for user in users]

        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection, self._reach, "sqlite.users.create"):
                for username, row in rows:
                    _write(connection, statements.INSERT_USER, row, username)

        await self._writer().do(job)

    async def save(self, env: Environment, user: User, *, expected_version: int) -> User:
        changed = replace(user, version=expected_version + 1)

        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection, self._reach, "sqlite.users.save"):
                _update(connection, env, changed)

        await self._writer().do(job)
        return changed

    async def delete(self, env: Environment, user_id: UserId) -> bool:
        whose, with_it = (env.id, user_id), authenticator_statements.DELETE_AUTHENTICATORS_OF_USER

        def job(connection: sqlite3.Connection) -> bool:
            with transaction(connection, self._reach, "sqlite.users.delete"):
                connection.execute(with_it, whose)
                gone = connection.execute(statements.DELETE_USER, whose).rowcount
            return gone == 1

        return await self._writer().do(job)


def _first(rows: list[Any]) -> User | None:
    return from_body(rows[0][0]) if rows else None


def _write(
    connection: sqlite3.Connection, statement: str, values: Sequence[object], username: str
) -> int:
    try:
        return connection.execute(statement, values).rowcount
    except sqlite3.IntegrityError as error:
        raise UsernameTakenError(username) from error


def _update(connection: sqlite3.Connection, env: Environment, changed: User) -> None:
    user_id, key, version, body, address = to_row(changed)
    values = (key, version, body, address, env.id, user_id, version - 1)
    if _write(connection, statements.UPDATE_USER, values, changed.username) != 1:
        raise UserChangedError
