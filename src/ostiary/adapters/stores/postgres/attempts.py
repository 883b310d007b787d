"""Attempts to sign on with a password, counted by the shared store."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from ostiary.adapters.stores.postgres import counting, statements
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.postgres.lanes import Lanes
from ostiary.adapters.stores.postgres.running import Runner
from ostiary.adapters.stores.postgres.users import update_user
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Failures, Standing
from ostiary.core.model.user import User
from ostiary.core.ports.users import Attempt, UserChangedError

FAULT_POINTS = (
    *counting.FAULT_POINTS,
    *(f"postgres.attempts.clear_and_save.{moment}" for moment in ("begin", "commit", "committed")),
    *(f"postgres.attempts.unlock.{moment}" for moment in ("execute", "executed")),
    "postgres.attempts.clear_and_save.save",
    "postgres.attempts.find_failures",
)


class PostgresAttempts:
    """Implements the `PasswordAttempts` port."""

    def __init__(self, runner: Runner, writers: Callable[[], Lanes]) -> None:
        self._runner = runner
        self._writers = writers
        self._counting = counting.Counting(runner.reach)

    async def begin(self, env: Environment, attempt: Attempt, *, now: float) -> Standing:
        trial = counting.Trial(env, attempt, now)
        return await self._writers().submit(self._counting.begin, trial)

    async def fail(self, env: Environment, attempt: Attempt, *, now: float) -> None:
        """Do nothing: other processes have counted it since its beginning."""

    async def clear(self, env: Environment, attempt: Attempt, *, replaces: User | None) -> None:
        trial = counting.Trial(env, attempt)
        if replaces is None:
            await self._writers().submit(self._counting.clear, trial)
            return

        async def work(connection: Connection) -> None:
            await counting.clear(connection, [trial])
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
