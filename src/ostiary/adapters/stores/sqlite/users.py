"""Users and attempts of the embedded store."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.sqlite import statements
from ostiary.adapters.stores.sqlite.jobs import transaction
from ostiary.adapters.stores.sqlite.writer import Writer
from ostiary.adapters.stores.user_records import from_body, to_row
from ostiary.core.base.ids import UserId
from ostiary.core.base.usernames import UsernameKey
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Failures, Standing
from ostiary.core.model.user import User
from ostiary.core.ports.users import Attempt, UserChangedError, UsernameTakenError

_WRITES = ("users.create", "users.save", "users.delete")
_COUNTS = ("attempts.begin", "attempts.clear", "attempts.unlock")
FAULT_POINTS = (
    *(
        f"sqlite.{verb}.{moment}"
        for verb in (*_WRITES, *_COUNTS)
        for moment in ("begin", "commit", "committed")
    ),
    "sqlite.users.find",
    "sqlite.users.find_by_name",
    "sqlite.users.select",
    "sqlite.attempts.find_failures",
)


class Read(Protocol):
    """Runs a query; the first word is its fault point."""

    def __call__(self, point: str, statement: str, *values: object) -> list[Any]: ...


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
        def job(connection: sqlite3.Connection) -> bool:
            with transaction(connection, self._reach, "sqlite.users.delete"):
                gone = connection.execute(statements.DELETE_USER, (env.id, user_id)).rowcount
            return gone == 1

        return await self._writer().do(job)


class SqliteAttempts:
    """Implements the `PasswordAttempts` port."""

    def __init__(self, read: Read, writer: Callable[[], Writer], reach: Reach) -> None:
        self._read = read
        self._writer = writer
        self._reach = reach

    async def begin(self, env: Environment, attempt: Attempt, *, now: float) -> Standing:
        def job(connection: sqlite3.Connection) -> Standing:
            with transaction(connection, self._reach, "sqlite.attempts.begin"):
                return _begin(connection, env, attempt, now)

        return await self._writer().do(job)

    async def clear(self, env: Environment, attempt: Attempt, *, replaces: User | None) -> None:
        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection, self._reach, "sqlite.attempts.clear"):
                subject = (env.id, attempt.subject, attempt.device)
                connection.execute(statements.DELETE_FAILURES, subject)
                connection.execute(statements.DELETE_TRIAL, (env.id, attempt.mark, attempt.subject))
                if replaces is not None:
                    with suppress(UserChangedError):
                        _update(connection, env, replace(replaces, version=replaces.version + 1))

        await self._writer().do(job)

    async def find_failures(self, env: Environment, subject: str, *, now: float) -> Failures:
        rows = self._read(
            "sqlite.attempts.find_failures", statements.FIND_FAILURES, env.id, subject, "", now
        )
        return Failures(*rows[0]) if rows else Failures()

    async def unlock(self, env: Environment, subject: str) -> None:
        def job(connection: sqlite3.Connection) -> None:
            with transaction(connection, self._reach, "sqlite.attempts.unlock"):
                connection.execute(statements.UNLOCK, (env.id, subject))

        await self._writer().do(job)


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
    user_id, key, version, body = to_row(changed)
    values = (key, version, body, env.id, user_id, version - 1)
    if _write(connection, statements.UPDATE_USER, values, changed.username) != 1:
        raise UserChangedError


def _begin(
    connection: sqlite3.Connection, env: Environment, attempt: Attempt, now: float
) -> Standing:
    """Decide and count; no other writer is between the two."""
    policy, place = env.lockout, (env.id, attempt.subject, attempt.device)
    kept = connection.execute(statements.FIND_FAILURES, (*place, now)).fetchone()
    trial = (env.id, attempt.mark, attempt.subject)
    (others,) = connection.execute(
        statements.COUNT_TRIALS, (*trial, now, policy.spray_users)
    ).fetchone()
    standing = policy.admit(Failures(*kept) if kept else Failures(), others=others, now=now)
    if standing.is_admitted:
        counted = standing.failures
        connection.execute(
            statements.PUT_FAILURES,
            (
                *place,
                counted.failures,
                counted.locked_until,
                policy.expires_at(counted, now=now),
            ),
        )
        connection.execute(statements.PUT_TRIAL, (*trial, now + policy.spray_seconds))
    return standing
