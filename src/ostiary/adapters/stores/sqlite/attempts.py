"""Attempts to sign on with a password, counted by the embedded store."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from ostiary.adapters.stores.sqlite import statements
from ostiary.adapters.stores.sqlite.batch import Execute, Write
from ostiary.adapters.stores.sqlite.reader import Read
from ostiary.adapters.stores.sqlite.writer import Writer
from ostiary.adapters.stores.user_records import to_row
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Failures, Standing
from ostiary.core.model.user import User
from ostiary.core.ports.users import Attempt, UsernameTakenError

FAULT_POINTS = (
    "sqlite.attempts.find_failures",
    "sqlite.attempts.begin",
    "sqlite.attempts.put_failures",
    "sqlite.attempts.put_trial",
    "sqlite.attempts.clear",
    "sqlite.attempts.delete_trial",
    "sqlite.attempts.update_user",
    "sqlite.attempts.unlock",
)


class SqliteAttempts:
    """Implements the `PasswordAttempts` port: each attempt is a place in the batch."""

    def __init__(self, read: Read, writer: Callable[[], Writer]) -> None:
        self._read = read
        self._writer = writer

    async def begin(self, env: Environment, attempt: Attempt, *, now: float) -> Standing:
        def act(execute: Execute) -> Standing:
            return _begin(execute, env, attempt, now)

        standing: Standing = await self._writer().write(Write(act=act))
        return standing

    async def clear(self, env: Environment, attempt: Attempt, *, replaces: User | None) -> None:
        changed = None if replaces is None else replace(replaces, version=replaces.version + 1)

        def act(execute: Execute) -> None:
            subject = (env.id, attempt.subject, attempt.device)
            execute("attempts.clear", statements.DELETE_FAILURES, subject)
            trial = (env.id, attempt.mark, attempt.subject)
            execute("attempts.delete_trial", statements.DELETE_TRIAL, trial)
            if changed is not None:
                _update(execute, env, changed)

        await self._writer().write(Write(act=act))

    async def find_failures(self, env: Environment, subject: str, *, now: float) -> Failures:
        rows = self._read(
            "sqlite.attempts.find_failures", statements.FIND_FAILURES, env.id, subject, "", now
        )
        return Failures(*rows[0]) if rows else Failures()

    async def unlock(self, env: Environment, subject: str) -> None:
        def act(execute: Execute) -> None:
            execute("attempts.unlock", statements.UNLOCK, (env.id, subject))

        await self._writer().write(Write(act=act))


def _begin(execute: Execute, env: Environment, attempt: Attempt, now: float) -> Standing:
    """Decide and count; no other writer is between the two."""
    policy, place = env.lockout, (env.id, attempt.subject, attempt.device)
    trial = (env.id, attempt.mark, attempt.subject)
    asked = (*trial, now, policy.spray_users, *place, now)
    found = execute("attempts.begin", statements.FIND_STANDING, asked)
    others, failures, locked_until = found.fetchone()
    standing = policy.admit(
        Failures() if failures is None else Failures(failures, locked_until),
        others=others,
        now=now,
        is_known_device=bool(attempt.device),
    )
    if standing.is_admitted:
        counted = standing.failures
        over = policy.expires_at(counted, now=now)
        row = (*place, counted.failures, counted.locked_until, over)
        execute("attempts.put_failures", statements.PUT_FAILURES, row)
        tried = (*trial, now + policy.spray_seconds)
        execute("attempts.put_trial", statements.PUT_TRIAL, tried)
    return standing


def _update(execute: Execute, env: Environment, changed: User) -> None:
    """Keep a user, unless somebody has changed it meanwhile."""
    user_id, key, version, body, address = to_row(changed)
    values = (key, version, body, address, env.id, user_id, version - 1)
    try:
        execute("attempts.update_user", statements.UPDATE_USER, values)
    except sqlite3.IntegrityError as error:
        raise UsernameTakenError(changed.username) from error
