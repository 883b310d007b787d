"""The supervisor: starts the crew, replaces it one by one, ends it in order."""

import asyncio
import secrets
import socket
from collections.abc import Mapping

from ostiary.main.parent.crew import Crew, Say, WorkerRefusedError
from ostiary.main.parent.flow_book import FlowBook
from ostiary.main.parent.worker_process import Inheritance, WorkerProcess
from ostiary.main.serving.exit_codes import FAILED, OK
from ostiary.main.serving.listeners import listen
from ostiary.main.serving.metric_families import Families, gauge
from ostiary.main.serving.prepare_process import run_prepare
from ostiary.main.serving.settings import ServeSettings

_READY_SECONDS = 30.0
_SPARE_SECONDS = 5.0


class Supervisor:
    """Runs one server.

    Args:
        listeners: bound sockets by listener name; they listen once the first worker may serve.
    """

    def __init__(
        self,
        settings: ServeSettings,
        inheritance: Inheritance,
        listeners: Mapping[str, socket.socket],
        say: Say,
    ) -> None:
        self.instance = secrets.token_hex(8)
        self.is_draining = False
        self.flows = FlowBook() if settings.has_flow_log else None
        self._settings = settings
        self._settings_descriptor = inheritance.settings
        self._listeners = listeners
        self._say = say
        self._crew = Crew(
            inheritance,
            settings.workers,
            say,
            self.flows or FlowBook(),
            instance=self.instance,
            is_prepared=settings.is_prepared,
        )
        self._roll: asyncio.Task[None] | None = None
        self._is_roll_asked = False
        self._window_seconds = settings.drain_seconds
        self._stop_asked = asyncio.Event()
        self._force_asked = asyncio.Event()

    @property
    def is_ready(self) -> bool:
        """Requests are welcome: the workers want them, and the server is not on its way out."""
        return not self.is_draining and self._crew.is_ready

    def reasons(self) -> dict[str, tuple[str, ...]]:
        """Tell for each worker what it is waiting for."""
        workers = sorted(self._crew.in_service.items())
        return {str(index): worker.reasons for index, worker in workers}

    async def run(self) -> int:
        """Serve until asked to stop; the exit code.

        Raises: WorkerRefusedError when the first worker cannot serve; ListenerRefusedError.
        """
        starting = asyncio.create_task(self._start())
        asked = asyncio.create_task(self._stop_asked.wait())
        await asyncio.wait({starting, asked}, return_when=asyncio.FIRST_COMPLETED)
        try:
            if starting.done():
                starting.result()
            await asked
        finally:
            starting.cancel()
            asked.cancel()
            self._crew.dismiss()
            code = await self._end()
        return code

    def stop(self, window_seconds: float) -> None:
        """Drain and end; asked a second time, end at once."""
        if self._stop_asked.is_set():
            self._force_asked.set()
        self._window_seconds = window_seconds
        self._stop_asked.set()

    def roll(self) -> None:
        """Read files and configuration anew, in new workers that replace the old ones.

        While workers are started or replaced already, this is remembered: what they have read may
        be older than what is to be read.
        """
        self._is_roll_asked = True
        if not self._crew.in_service or (self._roll is not None and not self._roll.done()):
            self._say("roll_postponed", reason="workers are being started or replaced already")
        else:
            self._begin_roll()

    async def metrics(self) -> Families:
        """Sum the workers' metrics, and add the parent's own."""
        ready = gauge("ostiary_ready", "Whether requests are welcome.", float(self.is_ready))
        return [ready, *await self._crew.metrics()]

    async def _start(self) -> None:
        first = await self._crew.bring_up(0)
        for name, bound in self._listeners.items():
            listen(name, bound)
        self._crew.take_into_service(first)
        for index in range(1, self._settings.workers):
            self._crew.spawn(self._crew.keep(index))
        self._crew.spawn(self._crew.end_silent())
        if self._is_roll_asked:
            self._begin_roll()

    def _begin_roll(self) -> None:
        self._roll = self._crew.spawn(self._roll_while_asked())

    async def _roll_while_asked(self) -> None:
        while self._is_roll_asked:
            self._is_roll_asked = False
            await self._replace_all()

    async def _replace_all(self) -> None:
        self._say("roll_started")
        if self._settings.configuration_file and not self._settings.initial:
            code = await run_prepare(self._settings_descriptor)
            if code != OK:
                reason = "the configuration was not applied; standard error says why"
                self._say("roll_abandoned", reason=reason, exit_code=code)
                return
        for index, old in sorted(self._crew.in_service.items()):
            if reason := await self._replace(index, old):
                self._say("roll_abandoned", worker=index, reason=reason)
                return
        self._say("roll_finished")

    async def _replace(self, index: int, old: WorkerProcess) -> str:
        """Replace one worker once another is ready; "" or the reason why the old one stays."""
        try:
            worker = await self._crew.bring_up(index)
        except WorkerRefusedError as error:
            return str(error)
        worker.serve()
        if not await worker.is_ready_within(_READY_SECONDS):
            worker.drain(seconds=0, retire=True)
            return f"the new worker is not ready: {', '.join(worker.reasons)}"
        self._crew.in_service[index] = worker
        window_seconds = self._settings.drain_seconds
        old.drain(seconds=window_seconds, retire=True)
        await self._await_end([old], window_seconds)
        return ""

    async def _end(self) -> int:
        self.is_draining = True
        living = list(self._crew.living)
        for worker in living:
            worker.drain(seconds=self._window_seconds, retire=False)
        # The workers accept until their window ends; nobody may queue where nobody accepts.
        for bound in self._listeners.values():
            bound.close()
        in_order = await self._await_end(living, self._window_seconds)
        return OK if in_order and not any(worker.ended.result() for worker in living) else FAILED

    async def _await_end(self, workers: list[WorkerProcess], window_seconds: float) -> bool:
        """Wait until they have drained; kill what is left then, or when forced to."""
        limit = window_seconds + self._settings.finish_seconds + _SPARE_SECONDS
        forced = asyncio.create_task(self._force_asked.wait())
        ending = asyncio.create_task(_await_all(workers))
        await asyncio.wait({forced, ending}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        forced.cancel()
        late = [worker for worker in workers if not worker.ended.done()]
        for worker in late:
            self._say("worker_killed", worker=worker.index, pid=worker.pid)
            worker.kill()
        await ending
        return not late


async def _await_all(workers: list[WorkerProcess]) -> None:
    await asyncio.gather(*(asyncio.shield(worker.ended) for worker in workers))
