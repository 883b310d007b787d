"""Who computes password hashes: a bounded pool, apart from everything else."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ostiary.core.crypto.passwords import PasswordCheck
from ostiary.core.model.environment import Environment


class PasswordHashing(Protocol):
    """Computes hashes without holding up the event loop.

    Whoever stops waiting leaves the queue.
    """

    def turn(self, env: Environment, subject: str) -> AbstractAsyncContextManager[None]:
        """Wait for a turn; attempts for one subject come one after the other.

        Without it, several right passwords at the same time would look like a row of attempts of
        which none has been right yet.
        Raises: UnavailableError when too many wait already.
        """
        ...

    async def check(self, kept: str | None, password: str) -> PasswordCheck:
        """Compare a password with a kept hash; with None at the same cost.

        Raises: UnavailableError when too many wait already; PasswordHashRefusedError.
        """
        ...

    async def make_hash(self, password: str) -> str:
        """Hash a new password.

        Raises: UnavailableError when too many wait already; ValueError.
        """
        ...
