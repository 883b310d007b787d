"""The writer: one thread that owns the writing connection and commits for everybody."""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

from ostiary.adapters.stores.backend import Reach, unavailable
from ostiary.adapters.stores.gathering import Gathering
from ostiary.adapters.stores.sqlite import batch, jobs
from ostiary.adapters.stores.waiting import MAX_QUEUED, Waiting
from ostiary.core.ports.stores import AlreadyRedeemedError

MAX_BATCH = 64
_PRIMARY_CODE = 0xFF
_NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY})
"""The disk is full, or broken, or may not be written any more: nobody is to be sent here."""
FAULT_POINTS = (*batch.FAULT_POINTS, "sqlite.write.committed")
T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]
Outcome = tuple["asyncio.Future[Any]", Any, Exception | None]


class _Entry(NamedTuple):
    """A write or a job, and the caller that waits for it; without work, the end."""

    work: batch.Write | Job[Any] | None
    future: "asyncio.Future[Any]"


class Writer:
    """Takes writes from one event loop; what it answered is on the disk.

    The writes that gather while the loop is busy share a transaction, and so do those that gather
    while one is being flushed: a change of threads, a flush and the pages that all of them touch
    would cost more for each than the writing.
    Args: check_unmoved raises when what is written would not be found again.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        reach: Reach,
        check_unmoved: Callable[[], None],
    ) -> None:
        self._connect = connect
        self._reach = reach
        self._check_unmoved = check_unmoved
        self._lacks_room = False
        self._loop = asyncio.get_running_loop()
        self._waiting = Waiting(self._loop)
        self._gathering = Gathering(self._loop, self._hand_over, self._has_a_batch)
        self._gathered: list[_Entry] = []
        self._queue: deque[_Entry] = deque()
        self._woken: SimpleQueue[None] = SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    def write(self, write: batch.Write) -> "asyncio.Future[Any]":
        """Queue a write; the future has what its act returned once that is durable.

        Raises: UnavailableError when too much is waiting. The future raises AlreadyRedeemedError,
        UnavailableError, and what the act refuses with.
        """
        return self._submit(write)

    def do(self, job: Job[T]) -> "asyncio.Future[T]":
        """Queue a job that runs alone, in transactions of its own making."""
        return self._submit(job)

    async def check_room(self) -> None:
        """Try again to write, when the last write found no room.

        Raises: UnavailableError when there is still none.
        """
        if self._lacks_room:
            await self.do(jobs.find_room)
            self._lacks_room = False

    async def close(self) -> None:
        """Finish what is queued, disconnect and end the thread."""
        await self._waiting.drain()
        ended = self._loop.create_future()
        self._gathered.append(_Entry(None, ended))
        self._hand_over()
        await ended
        self._thread.join()

    def _submit(self, work: batch.Write | Job[Any]) -> "asyncio.Future[Any]":
        if len(self._queue) + len(self._gathered) >= MAX_QUEUED:
            raise unavailable("too much is waiting for the database")
        future = self._waiting.join()
        if not self._gathered:
            self._gathering.begin()
        self._gathered.append(_Entry(work, future))
        return future

    def _has_a_batch(self) -> bool:
        return len(self._gathered) >= MAX_BATCH

    def _hand_over(self) -> None:
        """Queue what is gathered: the thread is woken once for all of it."""
        if not self._gathered:
            return  # the end was quicker
        self._queue.extend(self._gathered)
        self._gathered.clear()
        self._woken.put(None)

    def _run(self) -> None:
        entry = self._next()
        while entry.work is not None:
            if not entry.future.done():  # else its caller has gone, or was told that it took long
                if isinstance(entry.work, batch.Write):
                    outcomes = self._write(self._gather(entry.work, entry.future))
                else:
                    outcomes = [self._do(entry.work, entry.future)]
                self._loop.call_soon_threadsafe(_settle, outcomes)
            entry = self._next()
        self._disconnect()
        self._loop.call_soon_threadsafe(_settle, [(entry.future, None, None)])

    def _next(self) -> _Entry:
        while not self._queue:
            self._woken.get()
        return self._queue.popleft()

    def _gather(
        self, write: batch.Write, future: "asyncio.Future[Any]"
    ) -> list[tuple[batch.Write, "asyncio.Future[Any]"]]:
        """Take the writes that wait behind the first, up to the next job."""
        writes = [(write, future)]
        while len(writes) < MAX_BATCH and self._queue:
            following = self._queue[0]
            if not isinstance(following.work, batch.Write):
                break
            self._queue.popleft()
            writes.append((following.work, following.future))
        return writes

    def _write(self, writes: list[tuple[batch.Write, "asyncio.Future[Any]"]]) -> Iterable[Outcome]:
        try:
            self._check_unmoved()
            results = batch.perform(self._connected(), [write for write, _ in writes], self._reach)
            # Again: nothing may be acknowledged that went into a file which is gone.
            self._check_unmoved()
            self._lacks_room = False
        except Exception as error:  # noqa: BLE001 - the thread must outlive every error
            self._recover(error)
            if len(writes) > 1 and not _is_the_stores(error):
                # One of them cannot be written; the others are not to suffer for it.
                return [outcome for write in writes for outcome in self._write([write])]
            return [(future, None, _translate(error)) for _, future in writes]
        try:
            self._reach("sqlite.write.committed")
        except Exception as error:  # noqa: BLE001 - as above
            return [(future, None, error) for _, future in writes]
        return [
            (future, None, result) if isinstance(result, Exception) else (future, result, None)
            for (_, future), result in zip(writes, results, strict=True)
        ]

    def _do(self, job: Job[Any], future: "asyncio.Future[Any]") -> Outcome:
        try:
            self._check_unmoved()
            result = job(self._connected())
            self._check_unmoved()
            return future, result, None
        except Exception as error:  # noqa: BLE001 - as above
            self._recover(error)
            return future, None, _translate(error)

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _recover(self, error: Exception) -> None:
        """Undo what is open; after an error of the database start over with a new connection."""
        self._lacks_room |= getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE in _NO_ROOM
        if self._connection is not None and self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error:
                self._disconnect()
        if isinstance(error, sqlite3.DatabaseError) and _is_the_stores(error):
            self._disconnect()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _is_the_stores(error: Exception) -> bool:
    """Tell a store that fails from a write that it cannot take."""
    return isinstance(error, sqlite3.Error) and not isinstance(
        error, sqlite3.IntegrityError | sqlite3.InterfaceError | sqlite3.ProgrammingError
    )


def _translate(error: Exception) -> Exception:
    if isinstance(error, sqlite3.IntegrityError):
        # The only constraints that a write can break: a key, an id or a family is taken.
        return AlreadyRedeemedError()
    # The driver refuses text that is no Unicode, and numbers of more than 64 bits.
    if isinstance(error, sqlite3.Error | UnicodeError | OverflowError):
        return unavailable(f"{type(error).__name__}: {error}")
    return error


def _settle(outcomes: Iterable[Outcome]) -> None:
    for future, result, error in outcomes:
        if future.done():
            continue  # as above
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
