"""Password hashes: computed in threads of their own, a bounded number at a time."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import TypeVar
from weakref import WeakValueDictionary

from ostiary.core.base.errors import UnavailableError
from ostiary.core.crypto import passwords
from ostiary.core.crypto.passwords import PasswordCheck
from ostiary.core.model.environment import Environment

MAX_WAITING = 64
"""With a hash each 20 ms, the last of them waits 1.3 s."""
RETRY_SECONDS = 2
NICENESS = 10
"""A thread that is so much nicer than another has a tenth of a core on which both are busy."""
T = TypeVar("T")


class PooledHashing:
    """Implements the `PasswordHashing` port.

    A hash takes about 20 ms and 19 MiB without the interpreter lock. Threads beyond the cores that
    are there would only make each one slower.
    Args:
        threads: hashes that are computed at once.
        max_waiting: how many attempts, and how many hashes, wait for a thread.
    """

    def __init__(self, threads: int = 1, *, max_waiting: int = MAX_WAITING) -> None:
        self._pool = ThreadPoolExecutor(
            threads, thread_name_prefix="hashing", initializer=_let_others_go_first
        )
        self._capacity = threads + max_waiting
        self._turns = 0
        self._computing = 0
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, env: Environment, subject: str) -> AsyncIterator[None]:
        """Let attempts for one subject in one after the other.

        Raises: UnavailableError.
        """
        self._check_room(self._turns)
        # The dictionary forgets a lock that nobody holds or waits for.
        lock = self._locks.setdefault((env.id, subject), asyncio.Lock())
        self._turns += 1
        try:
            async with lock:
                yield
        finally:
            self._turns -= 1

    async def check(self, kept: str | None, password: str) -> PasswordCheck:
        """Compare a password with a kept hash.

        Raises: UnavailableError, PasswordHashRefusedError.
        """
        return await self._compute(lambda: passwords.check_password(kept, password))

    async def make_hash(self, password: str) -> str:
        """Hash a new password.

        Raises: UnavailableError, ValueError.
        """
        return await self._compute(lambda: passwords.make_hash(password))

    def close(self) -> None:
        """Let the threads end, and what waits for them."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _compute(self, work: Callable[[], T]) -> T:
        self._check_room(self._computing)
        self._computing += 1
        try:
            # A caller that is cancelled takes its work out of the queue, unless it has begun.
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._computing -= 1

    def _check_room(self, taken: int) -> None:
        if taken >= self._capacity:
            raise UnavailableError(
                "The server is busy; ask again.",
                retry_after_seconds=RETRY_SECONDS,
                pool="too many passwords wait to be hashed",
            )


def _let_others_go_first() -> None:
    """Make this thread one that the event loop need not share its core with in equal parts.

    Else the kernel would let everybody's requests wait while a password is hashed.
    """
    if sys.platform != "linux":
        return  # elsewhere it would concern the whole process
    with suppress(OSError):  # a sandbox may forbid it
        os.nice(NICENESS)
