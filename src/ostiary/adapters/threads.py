"""Threads beside the event loop, for what takes the processor and not the interpreter lock."""

import asyncio
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")


class _Task(NamedTuple):
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    work: Callable[[], Any]


_Queue = SimpleQueue[_Task | None]
"""What is to be done; None ends a thread."""


class Threads:
    """Computes in threads, which begin with the first piece of work.

    A piece is handed over and back at a third of what an executor costs: that makes a second future
    with a lock of its own, and copies its outcome.
    Args:
        count: pieces that are computed at once.
        prepare: what each thread does first.
    """

    def __init__(self, count: int, name: str, prepare: Callable[[], None] = lambda: None) -> None:
        self._count = count
        self._name = name
        self._prepare = prepare
        self._queue: _Queue = SimpleQueue()
        self._is_begun = False
        self._end = weakref.finalize(self, _end, self._queue, count)

    def compute(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        """Queue a piece of work; a caller that is cancelled takes it out, unless it has begun.

        Raises: RuntimeError after `close`.
        """
        if not self._end.alive:
            raise RuntimeError(f"the threads for {self._name} have ended")
        if not self._is_begun:
            self._begin()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put(_Task(loop, future, work))
        return future

    def close(self) -> None:
        """Let the threads end, and what waits for them."""
        with suppress(Empty):
            while (task := self._queue.get_nowait()) is not None:
                task.future.cancel()
        self._end()

    def _begin(self) -> None:
        self._is_begun = True
        for number in range(self._count):
            threading.Thread(
                target=_run,
                args=(self._queue, self._prepare),
                name=f"{self._name}_{number}",
                daemon=True,
            ).start()


def _run(queue: _Queue, prepare: Callable[[], None]) -> None:
    prepare()
    while (task := queue.get()) is not None:
        loop, future, work = task
        if future.cancelled():
            continue
        result, failure = None, None
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - it is the caller's; the thread goes on
            failure = error
        with suppress(RuntimeError):  # the loop may be closed by now, and nobody waits
            loop.call_soon_threadsafe(_settle, future, result, failure)
        del task, future, work, result, failure


def _settle(future: "asyncio.Future[Any]", result: object, failure: Exception | None) -> None:
    if future.done():
        return  # its caller has gone meanwhile
    if failure is None:
        future.set_result(result)
    else:
        future.set_exception(failure)


def _end(queue: _Queue, threads: int) -> None:
    for _ in range(threads):
        queue.put(None)
