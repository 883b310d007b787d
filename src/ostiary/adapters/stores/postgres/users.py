"""Users of the shared store: look-ups share statements, and every write runs alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from psycopg import errors

from ostiary.adapters.stores.postgres import authenticator_statements, statements
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.lookups import LookUps
from ostiary.adapters.stores.postgres.running import Runner
from ostiary.adapters.stores.user_records import from_body, to_row
from ostiary.core.base.ids import UserId
from ostiary.core.base.mail_addresses import address_key
from ostiary.core.base.usernames import UsernameKey
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.users import UserChangedError, UsernameTakenError

_WRITES = ("users.create", "users.save", "users.delete")
FAULT_POINTS = (
    *(
        f"postgres.{verb}.{moment}"
        for verb in _WRITES
        for moment in ("begin", "commit", "committed")
    ),
    "postgres.users.select",
    "postgres.users.scan",
    "postgres.users.select_by_address",
    "postgres.users.count",
)


class PostgresUsers:
    """Implements the `Users` port."""

    def __init__(self, look_ups: LookUps, runner: Runner) -> None:
        self._look_ups = look_ups
        self._runner = runner

    async def find(self, env: Environment, user_id: UserId) -> User | None:
        return _read(await self._look_ups.find("users.find", env.id, user_id))

    async def find_by_name(self, env: Environment, key: UsernameKey) -> User | None:
        return _read(await self._look_ups.find("users.find_by_name", env.id, key))

    async def select(
        self, env: Environment, *, after: UsernameKey | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        # No key is empty, so every key comes after "".
        rows = await self._runner.read(
            "users.select", statements.SELECT_USERS, env.id, after or "", limit
        )
        return tuple(from_body(row[0]) for row in rows)

    async def scan(
        self, env: Environment, *, after: UserId | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        # No id is empty, so every id comes after "".
        rows = await self._runner.read(
            "users.scan", statements.SCAN_USERS, env.id, after or "", limit
        )
        return tuple(from_body(row[0]) for row in rows)

    async def select_by_address(
        self, env: Environment, address: str, *, after: UserId | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        key = address_key(address)
        rows = await self._runner.read(
            "users.select_by_address",
            *(statements.SELECT_USERS_BY_ADDRESS, env.id, key, after or "", limit),
        )
        return tuple(from_body(row[0]) for row in rows)

    async def count(self, env: Environment) -> int:
        rows = await self._runner.read("users.count", statements.COUNT_USERS, env.id)
        return int(rows[0][0])

    async def create(self, env: Environment, users: Sequence[User]) -> None:
        # In one order, so that two callers never wait for each other crosswise.
        rows = sorted((to_row(user)[1], user.username, (env.id, *to_row(user))) for user in users)

        async def work(connection: Connection) -> None:
            for _, username, row in rows:
                await _write(connection, statements.INSERT_USER, row, username)

        await self._runner.write("users.create", work)

    async def save(self, env: Environment, user: User, *, expected_version: int) -> User:
        changed = replace(user, version=expected_version + 1)
        await self._runner.write(
            "users.save", lambda connection: update_user(connection, env, changed)
        )
        return changed

    async def delete(self, env: Environment, user_id: UserId) -> bool:
        whose, with_it = (env.id, user_id), authenticator_statements.DELETE_AUTHENTICATORS_OF_USER

        async def work(connection: Connection) -> bool:
            await connection.execute(with_it, whose)
            deleted = await connection.execute(statements.DELETE_USER, whose)
            return deleted.hit == 1

        return await self._runner.write("users.delete", work)


def _read(found: tuple[Any, ...] | None) -> User | None:
    return None if found is None else from_body(found[0])


async def _write(
    connection: Connection, statement: str, values: Sequence[object], username: str
) -> int:
    try:
        return (await connection.execute(statement, values)).hit
    except errors.UniqueViolation as error:
        raise UsernameTakenError(username) from error


async def update_user(connection: Connection, env: Environment, changed: User) -> None:
    user_id, key, version, body, address = to_row(changed)
    values = (key, version, body, address, env.id, user_id, version - 1)
    if await _write(connection, statements.UPDATE_USER, values, changed.username) != 1:
        raise UserChangedError
