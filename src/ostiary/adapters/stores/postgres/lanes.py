"""Lanes: a few connections that carry everybody's work in batches.

Callers never hold a connection, so a cancelled request cannot leave one dirty, and a burst of
requests shares round trips instead of waiting for each other.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import psycopg
from psycopg import errors

from ostiary.adapters.stores.backend import unavailable
from ostiary.adapters.stores.gathering import Gathering
from ostiary.adapters.stores.postgres import connecting
from ostiary.adapters.stores.postgres.connecting import Connection
from ostiary.adapters.stores.waiting import MAX_QUEUED, Waiting
from ostiary.core.ports.stores import AlreadyRedeemedError

MAX_BATCH = 64
ANSWER_SECONDS = 3.0
"""How long one batch may take before its connection is given up."""
RECONNECT_SECONDS = 0.5
CLOSE_SECONDS = 0.2
ATTEMPTS = 3

Wanted = TypeVar("Wanted")
Answer = TypeVar("Answer")
Run = Callable[[Connection, Sequence[Wanted]], Awaitable[Sequence[Answer | Exception]]]
"""Does what several callers want, all in one; answers each in order, with a value or an error."""


class _Entry(NamedTuple):
    """What one caller wants."""

    run: Run[Any, Any]
    wanted: Any
    future: "asyncio.Future[Any]"


class Lanes:
    """Serves what is submitted, oldest first, over up to `count` connections.

    What is wanted gathers while the event loop is busy, and while all connections are: a trip and a
    statement would cost more for each than the looking up.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], *, count: int) -> None:
        self._connect = connect
        self._loop = asyncio.get_running_loop()
        # By what it is that is wanted, the longest unserved first.
        self._queues: dict[Run[Any, Any], deque[_Entry]] = {}
        self._length = 0
        self._waiting = Waiting(self._loop)
        self._gathering = Gathering(self._loop, self._wake, self._has_a_batch)
        self._idle: list[asyncio.Future[None]] = []
        self._busy: set[Connection] = set()
        self._is_closing = False
        self._retry_at = 0.0
        self._tasks = [self._loop.create_task(self._serve()) for _ in range(count)]

    def submit(self, run: Run[Wanted, Answer], wanted: Wanted) -> "asyncio.Future[Answer]":
        """Queue what a caller wants; those who wait with the same `run` share a batch.

        Raises: UnavailableError when too much is waiting; the future raises it when the answer does
        not come in time.
        """
        if self._is_closing or self._length >= MAX_QUEUED:
            raise unavailable("too much is waiting for the database")
        entry = _Entry(run, wanted, self._waiting.join())
        self._queues.setdefault(run, deque()).append(entry)
        self._length += 1
        if self._length == 1:
            self._gathering.begin()
        return entry.future

    async def close(self) -> None:
        """Finish what is queued, as far as the server answers, and disconnect."""
        self._is_closing = True
        await self._waiting.drain()
        for connection in self._busy:
            connecting.sever(connection)
        while self._idle:
            self._wake()
        # What is late now is connecting: nobody waits for that any more.
        _, late = await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _has_a_batch(self) -> bool:
        return self._length >= MAX_BATCH

    def _wake(self) -> None:
        if self._idle:
            self._idle.pop().set_result(None)

    async def _serve(self) -> None:
        connection: Connection | None = None
        try:
            while entries := await self._take():
                connection = await self._work(connection, entries)
        finally:
            if connection is not None:
                await connection.close()

    async def _take(self) -> list[_Entry]:
        """Wait for work and take a batch of it; nothing means the end."""
        while True:
            while self._queues:
                if entries := self._take_batch():
                    if self._queues:
                        self._wake()
                    return entries
            if self._is_closing:
                return []
            waiter = self._loop.create_future()
            self._idle.append(waiter)
            await waiter

    def _take_batch(self) -> list[_Entry]:
        """Take those who want what has been unserved the longest, and are still waiting."""
        run, queue = next(iter(self._queues.items()))
        del self._queues[run]
        taken = [queue.popleft() for _ in range(min(len(queue), MAX_BATCH))]
        self._length -= len(taken)
        if queue:
            self._queues[run] = queue
        return [entry for entry in taken if not entry.future.done()]

    async def _work(
        self, connection: Connection | None, entries: Sequence[_Entry]
    ) -> Connection | None:
        """Serve a batch and return the connection for the next, if it is fit for that."""
        try:
            connection = await self._connected(connection)
            answers = await self._answer(
                connection, entries[0].run, [entry.wanted for entry in entries]
            )
            for entry, answer in zip(entries, answers, strict=True):
                _settle(entry.future, answer)
        except Exception as error:  # noqa: BLE001 - a lane must outlive every error
            if len(entries) > 1 and isinstance(error, _UNWRITABLE):
                # One of them cannot be written; the others are not to suffer for it.
                for entry in entries:
                    connection = await self._work(connection, [entry])
                return connection
            for entry in entries:
                _settle(entry.future, _translate(error))
            return await _keep(connection, error)
        return connection

    async def _connected(self, connection: Connection | None) -> Connection:
        if connection is not None:
            if connecting.is_usable(connection):
                return connection
            await connection.close()
        if self._loop.time() < self._retry_at:
            raise unavailable("no connection, and the last attempt failed just now")
        try:
            return await self._connect()
        except (psycopg.Error, OSError):
            self._retry_at = self._loop.time() + RECONNECT_SECONDS
            raise

    async def _answer(
        self, connection: Connection, run: Run[Any, Any], wanted: Sequence[object]
    ) -> Sequence[object]:
        deadline = self._loop.call_later(ANSWER_SECONDS, connecting.sever, connection)
        self._busy.add(connection)
        try:
            for attempt in range(1, ATTEMPTS):
                try:
                    return await run(connection, wanted)
                except (errors.SerializationFailure, errors.DeadlockDetected):
                    # The database undid the whole transaction; the pause parts the rivals.
                    await asyncio.sleep(random.uniform(0, 0.02 * attempt))  # noqa: S311
            return await run(connection, wanted)
        finally:
            self._busy.discard(connection)
            deadline.cancel()


_UNWRITABLE = (
    *(psycopg.DataError, psycopg.IntegrityError, UnicodeError),
    # Two in one batch would write the same row.
    errors.CardinalityViolation,
)


async def _keep(connection: Connection | None, error: Exception) -> Connection | None:
    """Return the connection if `error` says nothing against it, else close it."""
    if connection is None:
        return None
    if isinstance(error, psycopg.Error) and not isinstance(error, _UNWRITABLE):
        await connection.close()
    return connection if connecting.is_usable(connection) else None


def _translate(error: Exception) -> Exception:
    if isinstance(error, psycopg.IntegrityError):
        # The only constraints that a caller can break: a key, an id or a family is taken.
        return AlreadyRedeemedError()
    if isinstance(error, psycopg.Error):
        said = error.diag.message_primary or str(error).strip()
        return unavailable(f"{type(error).__name__}: {said}")
    if isinstance(error, OSError | UnicodeError):
        return unavailable(f"{type(error).__name__}: {error}")
    return error


def _settle(future: "asyncio.Future[Any]", answer: object) -> None:
    if future.done():
        return  # its caller has gone, or was told that it took too long
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
