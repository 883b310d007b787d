"""Password hashes: computed in threads of their own, a bounded number at a time."""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import TypeVar

from ostiary.adapters.threads import Threads
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
        self._threads = Threads(threads, "hashing", _let_others_go_first)
        self._capacity = threads + max_waiting
        self._computing = 0
        self._lines = _Lines(self._capacity)

    def turn(self, env: Environment, subject: str) -> AbstractAsyncContextManager[None]:
        """Let attempts for one subject in one after the other.

        Raises: UnavailableError, on entering.
        """
        return _Turn(self._lines, (env.id, subject))

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
        self._threads.close()

    async def _compute(self, work: Callable[[], T]) -> T:
        _check_room(self._computing, self._capacity)
        self._computing += 1
        try:
            return await self._threads.compute(work)
        finally:
            self._computing -= 1


class _Line(asyncio.Lock):
    """Attempts for one subject, and how many of them there are."""

    length = 0


class _Lines:
    """A line for each subject, there as long as somebody stands in it."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._length = 0
        self._lines: dict[tuple[str, str], _Line] = {}

    async def enter(self, whose: tuple[str, str]) -> None:
        _check_room(self._length, self._capacity)
        line = self._lines.get(whose)
        if line is None:
            line = self._lines[whose] = _Line()
        self._length += 1
        line.length += 1
        try:
            await line.acquire()
        except BaseException:
            self._shorten(whose, line)
            raise

    def leave(self, whose: tuple[str, str]) -> None:
        line = self._lines[whose]
        line.release()
        self._shorten(whose, line)

    def _shorten(self, whose: tuple[str, str], line: _Line) -> None:
        self._length -= 1
        line.length -= 1
        if not line.length:
            del self._lines[whose]


class _Turn(AbstractAsyncContextManager[None]):
    """The time in which one attempt is alone with its subject."""

    def __init__(self, lines: _Lines, whose: tuple[str, str]) -> None:
        self._lines = lines
        self._whose = whose

    async def __aenter__(self) -> None:
        await self._lines.enter(self._whose)

    async def __aexit__(self, *_: object) -> None:
        self._lines.leave(self._whose)


def _check_room(taken: int, capacity: int) -> None:
    if taken >= capacity:
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
