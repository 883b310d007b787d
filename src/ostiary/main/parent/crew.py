"""The crew: the workers in service, each replaced when it ends on its own."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, Protocol

from ostiary.main.parent.flow_book import FlowBook
from ostiary.main.parent.silence import ROUND_SECONDS, SilenceWatch
from ostiary.main.parent.worker_process import Inheritance, WorkerProcess
from ostiary.main.serving.metric_families import Families, counter, gauge, labelled, total

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 30.0
"""A worker that lived this long was not started in vain: its next restart is quick again."""
_MOST_DOUBLINGS = 10


class Say(Protocol):
    """Writes one structured line."""

    def __call__(self, event: str, **fields: object) -> None: ...


class WorkerRefusedError(Exception):
    """A worker does not go into service; the message says why."""


class Crew:
    """Starts workers, takes them into service and starts others in their place.

    Args:
        flows: takes the workers' flow logs.
        instance: names this run of the server.
        is_prepared: the store needs nothing more than workers that serve from it.
    """

    def __init__(  # noqa: PLR0913 - one parameter a fact
        self,
        inheritance: Inheritance,
        size: int,
        say: Say,
        flows: FlowBook,
        *,
        instance: str,
        is_prepared: bool,
    ) -> None:
        self.in_service: dict[int, WorkerProcess] = {}
        self.living: set[WorkerProcess] = set()
        self._inheritance = inheritance
        self._say = say
        self._flows = flows
        self._instance = instance
        self._is_prepared = is_prepared
        self._is_dismissed = False
        self._failures = dict.fromkeys(range(size), 0)
        self._restarts = dict.fromkeys(range(size), 0)
        self._past: Families = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_ready(self) -> bool:
        """Whoever accepts connections wants them; a worker on its way up or down does not count."""
        accepting = [worker for worker in self.in_service.values() if worker.is_accepting]
        return bool(accepting) and all(worker.is_ready for worker in accepting)

    async def bring_up(self, index: int) -> WorkerProcess:
        """Start a worker that can serve and waits to be told so.

        Raises: WorkerRefusedError.
        """
        prepared = self._is_prepared or any(worker.is_prepared for worker in self.living)
        try:
            worker = await WorkerProcess.start(
                index,
                self._inheritance,
                self._flows,
                instance=self._instance,
                prepare=index == 0 and not prepared,
            )
        except OSError as error:
            raise WorkerRefusedError(f"worker {index} cannot be started: {error}") from error
        self.living.add(worker)
        self.spawn(self._see_off(worker))
        if refusal := await asyncio.shield(worker.refusal):
            raise WorkerRefusedError(refusal)
        return worker

    def take_into_service(self, worker: WorkerProcess) -> None:
        """Let a worker serve, in place of the one with its number."""
        self.in_service[worker.index] = worker
        worker.serve()

    async def keep(self, index: int, predecessor: WorkerProcess | None = None) -> None:
        """Try with growing pauses until a worker serves in place of its predecessor."""
        while self.in_service.get(index) is predecessor and not self._is_dismissed:
            if predecessor is not None:
                self._restarts[index] += 1
                await asyncio.sleep(self._pause_seconds(index))
            try:
                worker = await self.bring_up(index)
            except WorkerRefusedError as error:
                self._say("worker_refused", worker=index, reason=str(error))
                await asyncio.sleep(self._pause_seconds(index))
                continue
            if self.in_service.get(index) is predecessor and not self._is_dismissed:
                self.take_into_service(worker)
            else:
                worker.drain(seconds=0, retire=True)

    async def end_silent(self) -> None:
        """Kill workers that hang, for as long as this runs."""
        watch = SilenceWatch(time.monotonic())
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            for worker in watch.find_silent(self.in_service.values(), now=time.monotonic()):
                self._say("worker_hangs", worker=worker.index, pid=worker.pid)
                worker.kill()

    def dismiss(self) -> None:
        """Start nobody any more."""
        self._is_dismissed = True
        for task in self._tasks:
            task.cancel()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something that ends with the crew at the latest."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def metrics(self) -> Families:
        """Sum the workers' metrics; the counters of those that are gone still count."""
        workers = tuple(self.in_service.items())
        found = await asyncio.gather(*(worker.fetch_metrics() for _, worker in workers))
        current = (
            labelled(families, index) for (index, _), families in zip(workers, found, strict=True)
        )
        return [*self._own_metrics(), *total(self._past, *current)]

    async def _see_off(self, worker: WorkerProcess) -> None:
        """Wait for the end of a worker; when it was in service, have another in its place."""
        code = await asyncio.shield(worker.ended)
        self.living.discard(worker)
        self._is_prepared |= worker.is_prepared
        self._past = total(self._past, worker.last_metrics, counters_only=True)
        if self.in_service.get(worker.index) is worker and not self._is_dismissed:
            self._say("worker_ended", worker=worker.index, pid=worker.pid, exit_code=code)
            if worker.lived_seconds > STEADY_SECONDS:
                self._failures[worker.index] = 0
            await self.keep(worker.index, worker)

    def _pause_seconds(self, index: int) -> float:
        failures = self._failures[index]
        self._failures[index] = min(failures + 1, _MOST_DOUBLINGS)
        return float(min(FIRST_PAUSE_SECONDS * 2**failures, LONGEST_PAUSE_SECONDS))

    def _own_metrics(self) -> Families:
        ready = sum(worker.is_ready for worker in self.in_service.values())
        restarts = "Workers started in place of one that ended on its own."
        return [
            counter("ostiary_worker_restarts_total", restarts, "worker", self._restarts),
            gauge("ostiary_workers", "Workers in service.", len(self.in_service)),
            gauge("ostiary_workers_ready", "Workers that want requests.", ready),
        ]
