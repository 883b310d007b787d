"""Attempts to sign on with a password, counted by the shared store."""

import hashlib
from contextlib import suppress
from dataclasses import replace

from ostiary.adapters.stores.postgres import statements
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.running import Runner
from ostiary.adapters.stores.postgres.users import update_user
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Failures, Standing
from ostiary.core.model.user import User
from ostiary.core.ports.users import Attempt, UserChangedError

FAULT_POINTS = (
    *(
        f"postgres.attempts.{verb}.{moment}"
        for verb in ("begin", "clear_and_save")
        for moment in ("begin", "commit", "committed")
    ),
    *(
        f"postgres.attempts.{verb}.{moment}"
        for verb in ("clear", "unlock")
        for moment in ("execute", "executed")
    ),
    "postgres.attempts.begin.lock",
    "postgres.attempts.begin.count",
    "postgres.attempts.clear_and_save.save",
    "postgres.attempts.find_failures",
)


class PostgresAttempts:
    """Implements the `PasswordAttempts` port."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def begin(self, env: Environment, attempt: Attempt, *, now: float) -> Standing:
        return await self._runner.write(
            "attempts.begin", lambda connection: self._begin(connection, env, attempt, now)
        )

    async def clear(self, env: Environment, attempt: Attempt, *, replaces: User | None) -> None:
        values = (
            *(env.id, attempt.subject, attempt.device),
            *(env.id, attempt.mark, attempt.subject),
        )
        if replaces is None:
            await self._runner.write_at_once("attempts.clear", statements.CLEAR_ATTEMPT, values)
            return

        async def work(connection: Connection) -> None:
            await connection.execute(statements.CLEAR_ATTEMPT, values, prepare=True)
            self._runner.reach("postgres.attempts.clear_and_save.save")
            with suppress(UserChangedError):
                await update_user(connection, env, replace(replaces, version=replaces.version + 1))

        await self._runner.write("attempts.clear_and_save", work)

    async def find_failures(self, env: Environment, subject: str, *, now: float) -> Failures:
        rows = await self._runner.read(
            "attempts.find_failures", statements.FIND_FAILURES, env.id, subject, "", now
        )
        return Failures(*rows[0]) if rows else Failures()

    async def unlock(self, env: Environment, subject: str) -> None:
        values = (env.id, subject)
        await self._runner.write_at_once("attempts.unlock", statements.UNLOCK, values)

    async def _begin(
        self, connection: Connection, env: Environment, attempt: Attempt, now: float
    ) -> Standing:
        """Decide and count, alone with the subject and the password: rows may not be there yet."""
        policy, place = env.lockout, (env.id, attempt.subject, attempt.device)
        trial = (env.id, attempt.mark, attempt.subject)
        locks = sorted({_lock_of(*place), _lock_of(env.id, attempt.mark.hex())})
        self._runner.reach("postgres.attempts.begin.lock")
        await connection.execute(statements.LOCK_ATTEMPTS, (locks,), prepare=True)
        cursor = await connection.execute(
            statements.FIND_STANDING, (*trial, now, policy.spray_users, *place, now), prepare=True
        )
        ((failures, locked_until, others),) = await cursor.fetchall()
        kept = Failures() if failures is None else Failures(failures, locked_until)
        standing = policy.admit(kept, others=others, now=now)
        if standing.is_admitted:
            counted = standing.failures
            over = policy.expires_at(counted, now=now)
            row = (*place, counted.failures, counted.locked_until, over)
            self._runner.reach("postgres.attempts.begin.count")
            values = (*row, *trial, now + policy.spray_seconds)
            await connection.execute(statements.COUNT_ATTEMPT, values, prepare=True)
        return standing


def _lock_of(*words: str) -> int:
    digest = hashlib.sha256("\0".join(words).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
