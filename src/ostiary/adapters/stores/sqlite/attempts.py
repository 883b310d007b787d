"""Attempts to sign on with a password, counted by the embedded store.

One that is right leaves nothing behind: until it is answered it counts in this process, which is
the only one that serves from the file, and only one that was wrong is written.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from ostiary.adapters.stores.sqlite import statements
from ostiary.adapters.stores.sqlite.batch import Execute, Write
from ostiary.adapters.stores.sqlite.open_attempts import OpenAttempts, Place
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
    """Implements the `PasswordAttempts` port: each wrong attempt is a place in the batch."""

    def __init__(self, read: Read, writer: Callable[[], Writer]) -> None:
        self._read = read
        self._writer = writer
        self._open = OpenAttempts()

    async def begin(self, env: Environment, attempt: Attempt, *, now: float) -> Standing:
        # Nothing is awaited: no other attempt is between the decision and the count.
        policy, place, trial = env.lockout, _place(env, attempt), _trial(env, attempt)
        asked = (*trial, now, policy.spray_users, *trial, *place, now)
        found = self._read("sqlite.attempts.begin", statements.FIND_STANDING, *asked)
        others, was_tried, failures, locked_until = found[0]
        kept = Failures() if failures is None else Failures(failures, locked_until)
        standing = policy.admit(
            self._open.find_failures(place) or kept,
            others=others + self._open.others(trial[:2], attempt.subject),
            now=now,
            is_known_device=bool(attempt.device),
        )
        if standing.is_admitted:
            is_kept = bool(was_tried) or failures is not None
            self._open.begin(place, trial[:2], standing.failures, is_kept=is_kept)
        return standing

    async def fail(self, env: Environment, attempt: Attempt, *, now: float) -> None:
        place, trial = _place(env, attempt), _trial(env, attempt)
        counted = self._open.keep(place)
        over = env.lockout.expires_at(counted, now=now)

        def act(execute: Execute) -> None:
            if counted.failures:
                row = (*place, counted.failures, counted.locked_until, over)
                execute("attempts.put_failures", statements.PUT_FAILURES, row)
            tried = (*trial, now + env.lockout.spray_seconds)
            execute("attempts.put_trial", statements.PUT_TRIAL, tried)

        try:
            await self._writer().write(Write(act=act))
        finally:
            self._open.end(place, trial[:2])

    async def clear(self, env: Environment, attempt: Attempt, *, replaces: User | None) -> None:
        changed = None if replaces is None else replace(replaces, version=replaces.version + 1)
        place, trial = _place(env, attempt), _trial(env, attempt)
        is_kept = self._open.is_kept(place)
        self._open.forget(*place)
        self._open.end(place, trial[:2])
        if changed is None and not is_kept:
            return

        def act(execute: Execute) -> None:
            execute("attempts.clear", statements.DELETE_FAILURES, place)
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
        self._open.forget(env.id, subject)

        def act(execute: Execute) -> None:
            execute("attempts.unlock", statements.UNLOCK, (env.id, subject))

        await self._writer().write(Write(act=act))


def _place(env: Environment, attempt: Attempt) -> Place:
    return env.id, attempt.subject, attempt.device


def _trial(env: Environment, attempt: Attempt) -> tuple[str, bytes, str]:
    return env.id, attempt.mark, attempt.subject


def _update(execute: Execute, env: Environment, changed: User) -> None:
    """Keep a user, unless somebody has changed it meanwhile."""
    user_id, key, version, body, address = to_row(changed)
    values = (key, version, body, address, env.id, user_id, version - 1)
    try:
        execute("attempts.update_user", statements.UPDATE_USER, values)
    except sqlite3.IntegrityError as error:
        raise UsernameTakenError(changed.username) from error
