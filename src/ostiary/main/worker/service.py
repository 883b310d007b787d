"""One worker's service, from start to drained."""

import asyncio
import contextlib
import gc
import socket
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from ostiary.adapters.delivery.by_channel import DeliveryByChannel
from ostiary.adapters.outbound.events_log import EventsLog
from ostiary.adapters.stores.backend import StoreBackend, StoreRefusedError
from ostiary.core.base.errors import UnavailableError
from ostiary.main.serving.channel import Channel
from ostiary.main.serving.exit_codes import FAILED, OK, REFUSED
from ostiary.main.serving.metric_families import Families
from ostiary.main.worker.acceptor import ChooseTLS
from ostiary.main.worker.audit_guard import AuditGuard
from ostiary.main.worker.configuration_keeper import ConfigurationKeeper
from ostiary.main.worker.flow_courier import FlowCourier
from ostiary.main.worker.http_server import HTTPServer
from ostiary.main.worker.log_bridge import describe
from ostiary.main.worker.logout_courier import LogoutCourier
from ostiary.main.worker.passkey_library import PasskeyLibrary
from ostiary.main.worker.process_meters import LagProbe, process_families
from ostiary.main.worker.readiness import Readiness

FLUSH_SECONDS = 0.1
STATUS_SECONDS = 1.0
COLLECT_AFTER = 10_000
"""Objects made and not yet gone, before the collector of cycles looks at the youngest."""
PRUNE_SECONDS = 30.0
DELIVERY_SECONDS = 3.0
"""What the messages of the last requests may take when the worker ends."""
PRUNE_MARGIN_SECONDS = 600.0
"""A clock that runs ahead for a while must not forget what is still good for the others."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a service is made of.

    Args:
        listeners: inherited sockets, each with what its connections speak.
        meters: dump the metrics that requests and events feed.
        courier: tells clients of logout, for all of this worker's siblings.
        flow_courier: takes the flow log to the parent, where there is one.
        prunes: this worker deletes what is over from the store, for all of its siblings.
    """

    channel: Channel
    store: StoreBackend
    keeper: ConfigurationKeeper
    readiness: Readiness
    events: EventsLog
    delivery: DeliveryByChannel
    courier: LogoutCourier | None
    flow_courier: FlowCourier | None
    server: HTTPServer
    listeners: tuple[tuple[socket.socket, ChooseTLS], ...]
    meters: Callable[[], Families]
    audit_guard: AuditGuard
    passkey_library: PasskeyLibrary
    finish_seconds: float
    prunes: bool


class Service:
    """Runs one worker: prepares, serves, reports, drains."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._probe = LagProbe()
        self._may_serve = asyncio.Event()
        self._drain_asked = asyncio.Event()
        self._window_seconds = 0.0
        self._retires = False
        self._has_failed = False
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self) -> int:
        """Serve until the parent says otherwise; the exit code."""
        self._spawn(self._listen())
        try:
            await self._parts.keeper.start()
        except StoreRefusedError as error:
            return await refuse(self._parts.channel, str(error))
        self._report_prepared()
        await self._first_of(self._may_serve, self._drain_asked)
        if not self._drain_asked.is_set():
            self._serve()
            await self._drain_asked.wait()
        return await self._drain()

    def drain(self, window_seconds: float, *, retires: bool) -> None:
        """Begin to end; a second call changes nothing."""
        if not self._drain_asked.is_set():
            self._window_seconds, self._retires = window_seconds, retires
            self._drain_asked.set()

    def _serve(self) -> None:
        for listening, choose_tls in self._parts.listeners:
            self._parts.server.listen(listening, choose_tls)
        self._spawn(self._parts.keeper.run(self._report_prepared))
        self._spawn(self._probe.run())
        self._spawn(self._parts.delivery.run())
        if self._parts.courier is not None:
            self._spawn(self._parts.courier.run())
        self._every(FLUSH_SECONDS, self._parts.events.flush)
        if self._parts.flow_courier is not None:
            self._every(FLUSH_SECONDS, self._parts.flow_courier.hand_over)
        self._every(STATUS_SECONDS, self._parts.readiness.tell)
        self._every(STATUS_SECONDS, self._parts.audit_guard.check)
        self._every(STATUS_SECONDS, self._parts.passkey_library.check)
        if self._parts.prunes:
            self._spawn(self._prune())
        self._parts.readiness.accept()
        # What is there by now stays: the collector need not look at it again. And what a request
        # makes goes with its last reference: for the few cycles it need not look at others' often.
        gc.collect()
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)

    async def _drain(self) -> int:
        """Let go of the clients in an order in which none of them loses a request."""
        server = self._parts.server
        if not self._retires:
            self._parts.readiness.end()
        server.say_farewell()
        if self._retires:
            server.stop_accepting()
            await server.is_empty_within(self._window_seconds)
        else:
            await asyncio.sleep(self._window_seconds)
        server.stop_accepting()
        is_empty = await server.is_closed_within(self._parts.finish_seconds)
        await self._parts.delivery.finish(DELIVERY_SECONDS)
        if self._parts.courier is not None:
            await self._parts.courier.close(DELIVERY_SECONDS)
        for task in self._tasks:
            task.cancel()
        if self._parts.flow_courier is not None:
            self._parts.flow_courier.hand_over()
        self._report_metrics()
        await self._parts.channel.flush()
        with contextlib.suppress(UnavailableError):
            await self._parts.store.close()
        return OK if is_empty and not self._has_failed else FAILED

    async def _listen(self) -> None:
        while (message := await self._parts.channel.receive()) is not None:
            match message["kind"]:
                case "serve":
                    self._may_serve.set()
                case "drain":
                    self.drain(message["seconds"], retires=message["retire"])
                case "metrics":
                    self._report_metrics()
                case _:
                    pass
        self.drain(0.0, retires=True)

    def _report_prepared(self) -> None:
        self._parts.channel.send("prepared", complete=self._parts.keeper.is_prepared)

    def _report_metrics(self) -> None:
        process = process_families(self._probe, self._parts.server)
        self._parts.channel.send("metrics", families=[*process, *self._parts.meters()])

    async def _prune(self) -> None:
        while True:
            await asyncio.sleep(PRUNE_SECONDS)
            with contextlib.suppress(UnavailableError):
                await self._parts.store.prune(now=time.time() - PRUNE_MARGIN_SECONDS)

    def _every(self, seconds: float, act: Callable[[], None]) -> None:
        async def repeat() -> None:
            while True:
                await asyncio.sleep(seconds)
                act()

        self._spawn(repeat())

    async def _first_of(self, *events: asyncio.Event) -> None:
        waiting = [asyncio.create_task(event.wait()) for event in events]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        task.add_done_callback(self._check)
        self._tasks.append(task)

    def _check(self, task: asyncio.Task[None]) -> None:
        """End when something that must go on has failed: the parent starts another worker."""
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._parts.events.note("task_failed", failure=describe(failure))
            self._has_failed = True
            self.drain(0.0, retires=True)


async def refuse(channel: Channel, reason: str) -> int:
    """Tell the parent why this worker cannot serve; the exit code."""
    channel.send("refused", reason=reason)
    await channel.flush()
    return REFUSED
