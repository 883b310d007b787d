"""Users and attempts of the shared store: each verb runs alone, in a transaction of its own."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from psycopg import errors

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.postgres import statements
from ostiary.adapters.stores.postgres.connecting import Connection
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
        f"postgres.{verb}.{moment}"
        for verb in (*_WRITES, *_COUNTS)
        for moment in ("begin", "commit", "committed")
    ),
    "postgres.users.find",
    "postgres.users.find_by_name",
    "postgres.users.select",
    "postgres.attempts.find_failures",
)
T = TypeVar("T")


class Alone(Protocol):
    """Runs a job on a connection that nobody else uses meanwhile."""

    def __call__(self, job: Callable[[Connection], Awaitable[T]]) -> Awaitable[T]: ...


class _Runner:
    """Reads, and writes in transactions, with a fault point at every turn."""

    def __init__(self, read: Alone, write: Alone, reach: Reach) -> None:
        self._read_alone = read
        self._write_alone = write
        self._reach = reach

    async def read(self, verb: str, statement: str, *values: object) -> list[Any]:
        async def job(connection: Connection) -> list[Any]:
            self._reach(f"postgres.{verb}")
            cursor = await connection.execute(statement, values, prepare=True)
            return await cursor.fetchall()

        return await self._read_alone(job)

    async def write(self, verb: str, work: Callable[[Connection], Awaitable[T]]) -> T:
        async def job(connection: Connection) -> T:
            self._reach(f"postgres.{verb}.begin")
            async with connection.transaction():
                result = await work(connection)
                self._reach(f"postgres.{verb}.commit")
            self._reach(f"postgres.{verb}.committed")
            return result

        return await self._write_alone(job)


class PostgresUsers:
    """Implements the `Users` port."""

    def __init__(self, read: Alone, write: Alone, reach: Reach) -> None:
        self._runner = _Runner(read, write, reach)

    async def find(self, env: Environment, user_id: UserId) -> User | None:
        return _first(await self._runner.read("users.find", statements.FIND_USER, env.id, user_id))

    async def find_by_name(self, env: Environment, key: UsernameKey) -> User | None:
        return _first(
            await self._runner.read("users.find_by_name", statements.FIND_USER_BY_NAME, env.id, key)
        )

    async def select(
        self, env: Environment, *, after: UsernameKey | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        # No key is empty, so every key comes after "".
        rows = await self._runner.read(
            "users.select", statements.SELECT_USERS, env.id, after or "", limit
        )
        return tuple(from_body(row[0]) for row in rows)

    async def create(self, env: Environment, users: Sequence[User]) -> None:
        # In one order, so that two callers never wait for each other crosswise.
        rows = sorted((to_row(user)[1], user.username, (env.id, *to_row(user))) for user in users)

        async def work(connection: Connection) -> None:
            for _, username, row in rows:
                await _write(connection, statements.INSERT_USER, row, username)

        await self._runner.write("users.create", work)

    async def save(self, env: Environment, user: User, *, expected_version: int) -> User:
        changed = replace(user, version=expected_version + 1)
        await self._runner.write("users.save", lambda connection: _update(connection, env, changed))
        return changed

    async def delete(self, env: Environment, user_id: UserId) -> bool:
        async def work(connection: Connection) -> bool:
            cursor = await connection.execute(statements.DELETE_USER, (env.id, user_id))
            return cursor.rowcount == 1

        return await self._runner.write("users.delete", work)


class PostgresAttempts:
    """Implements the `PasswordAttempts` port."""

    def __init__(self, read: Alone, write: Alone, reach: Reach) -> None:
        self._runner = _Runner(read, write, reach)

    async def begin(self, env: Environment, attempt: Attempt, *, now: float) -> Standing:
        return await self._runner.write(
            "attempts.begin", lambda connection: _begin(connection, env, attempt, now)
        )

    async def clear(self, env: Environment, attempt: Attempt, *, replaces: User | None) -> None:
        async def work(connection: Connection) -> None:
            subject = (env.id, attempt.subject, attempt.device)
            await connection.execute(statements.DELETE_FAILURES, subject, prepare=True)
            trial = (env.id, attempt.mark, attempt.subject)
            await connection.execute(statements.DELETE_TRIAL, trial, prepare=True)
            if replaces is not None:
                with suppress(UserChangedError):
                    changed = replace(replaces, version=replaces.version + 1)
                    await _update(connection, env, changed)

        await self._runner.write("attempts.clear", work)

    async def find_failures(self, env: Environment, subject: str, *, now: float) -> Failures:
        rows = await self._runner.read(
            "attempts.find_failures", statements.FIND_FAILURES, env.id, subject, "", now
        )
        return Failures(*rows[0]) if rows else Failures()

    async def unlock(self, env: Environment, subject: str) -> None:
        async def work(connection: Connection) -> None:
            await connection.execute(statements.UNLOCK, (env.id, subject))

        await self._runner.write("attempts.unlock", work)


def _first(rows: list[Any]) -> User | None:
    return from_body(rows[0][0]) if rows else None


async def _write(
    connection: Connection, statement: str, values: Sequence[object], username: str
) -> int:
    try:
        return (await connection.execute(statement, values, prepare=True)).rowcount
    except errors.UniqueViolation as error:
        raise UsernameTakenError(username) from error


async def _update(connection: Connection, env: Environment, changed: User) -> None:
    user_id, key, version, body = to_row(changed)
    values = (key, version, body, env.id, user_id, version - 1)
    if await _write(connection, statements.UPDATE_USER, values, changed.username) != 1:
        raise UserChangedError


async def _begin(
    connection: Connection, env: Environment, attempt: Attempt, now: float
) -> Standing:
    """Decide and count, alone with the subject and the password: rows may not be there to lock."""
    policy, place = env.lockout, (env.id, attempt.subject, attempt.device)
    trial = (env.id, attempt.mark, attempt.subject)
    locks = sorted({_lock_of(*place), _lock_of(env.id, attempt.mark.hex())})
    await connection.execute(statements.LOCK_ATTEMPTS, (locks,), prepare=True)
    cursor = await connection.execute(statements.FIND_FAILURES, (*place, now), prepare=True)
    kept = await cursor.fetchone()
    cursor = await connection.execute(
        statements.COUNT_TRIALS, (*trial, now, policy.spray_users), prepare=True
    )
    ((others,),) = await cursor.fetchall()
    standing = policy.admit(Failures(*kept) if kept else Failures(), others=others, now=now)
    if standing.is_admitted:
        counted = standing.failures
        over = policy.expires_at(counted, now=now)
        row = (*place, counted.failures, counted.locked_until, over)
        await connection.execute(statements.PUT_FAILURES, row, prepare=True)
        tried = (*trial, now + policy.spray_seconds)
        await connection.execute(statements.PUT_TRIAL, tried, prepare=True)
    return standing


def _lock_of(*words: str) -> int:
    digest = hashlib.sha256("\0".join(words).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
