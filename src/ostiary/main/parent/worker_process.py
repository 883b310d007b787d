"""One worker, as the parent sees it: started, listened to, told to stop."""

import asyncio
import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ostiary.main.parent.flow_book import FlowBook
from ostiary.main.serving.channel import Channel, Message

_METRICS_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Inheritance:
    """Descriptors that every worker of this parent inherits.

    Args:
        lifeline: reading end of a pipe that only the parent can write to; it ends with the parent.
        listeners: bound sockets by listener name ("tls", "http").
    """

    settings: int
    lifeline: int
    listeners: Mapping[str, int] = field(default_factory=dict)

    def descriptors(self) -> tuple[int, ...]:
        return (self.settings, self.lifeline, *self.listeners.values())


class WorkerProcess:
    """A started worker and the last that was heard of it.

    Args:
        refusal: resolves once the worker has tried to prepare the store: "" when it goes on, else
            the reason why it does not.
        ended: resolves to the exit code.
    """

    def __init__(
        self,
        index: int,
        process: asyncio.subprocess.Process,
        channel: Channel,
        flows: FlowBook,
    ) -> None:
        self.index = index
        self.process = process
        self.channel = channel
        self._flows = flows
        self.is_accepting = False
        self.is_ready = False
        self.is_prepared = False
        self.reasons: tuple[str, ...] = ("starting",)
        self.last_heard = self._started = time.monotonic()
        loop = asyncio.get_running_loop()
        self.refusal: asyncio.Future[str] = loop.create_future()
        self.ended: asyncio.Future[int] = loop.create_future()
        self._settled = asyncio.Event()
        self.last_metrics: list[Any] = []
        self._asked_metrics: list[asyncio.Future[None]] = []
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(
        cls, index: int, inheritance: Inheritance, flows: FlowBook, *, instance: str, prepare: bool
    ) -> "WorkerProcess":
        """Start a worker.

        Args: prepare tells it to migrate the store and apply the configuration file.
        """
        ours, theirs = socket.socketpair()
        arguments = json.dumps(
            {
                "index": index,
                "instance": instance,
                "prepare": prepare,
                "settings": inheritance.settings,
                "lifeline": inheritance.lifeline,
                "channel": theirs.fileno(),
                "listeners": dict(inheritance.listeners),
            }
        )
        with theirs:
            # -P: a file in the working directory must not shadow a module.
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "ostiary.main.worker", arguments),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(*inheritance.descriptors(), theirs.fileno()),
            )
        return cls(index, process, await Channel.over(ours), flows)

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def lived_seconds(self) -> float:
        return time.monotonic() - self._started

    async def is_ready_within(self, seconds: float) -> bool:
        """Wait until it wants requests, or ended, or the time is over."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), seconds)
        return self.is_ready

    async def fetch_metrics(self) -> list[Any]:
        """Ask for the current metrics; the last known ones when the worker does not answer."""
        if not self.ended.done():
            asked = asyncio.get_running_loop().create_future()
            self._asked_metrics.append(asked)
            self.channel.send("metrics")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asked, _METRICS_SECONDS)
        return self.last_metrics

    def serve(self) -> None:
        """Let it accept connections."""
        self.channel.send("serve")

    def drain(self, *, seconds: float, retire: bool) -> None:
        """Tell it to end.

        Args: retire: others go on serving, so it stops accepting at once and stays "ready" for
            the connections that it still has.
        """
        self.channel.send("drain", seconds=seconds, retire=retire)

    def kill(self) -> None:
        """End it without asking."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, 9)

    async def _listen(self) -> None:
        while (message := await self.channel.receive()) is not None:
            self.last_heard = time.monotonic()
            self._take(message)
        code = await self.process.wait()
        self.channel.close()
        self.is_accepting = self.is_ready = False
        self._resolve(f"worker {self.index} ended early, with exit code {code}; see its last words")
        self._answer_metrics()
        self._settled.set()
        self.ended.set_result(code)

    def _take(self, message: Message) -> None:
        match message["kind"]:
            case "prepared":
                self.is_prepared = message["complete"]
                self._resolve("")
            case "refused":
                self._resolve(message["reason"])
            case "status":
                self.is_accepting = message["accepting"]
                self.is_ready, self.reasons = message["ready"], tuple(message["reasons"])
                if self.is_ready:
                    self._settled.set()
            case "metrics":
                self.last_metrics = message["families"]
                self._answer_metrics()
            case "flows":
                self._flows.take(self.index, message["entries"], message["lost"])
            case _:
                pass

    def _resolve(self, refusal: str) -> None:
        if not self.refusal.done():
            self.refusal.set_result(refusal)

    def _answer_metrics(self) -> None:
        asked, self._asked_metrics = self._asked_metrics, []
        for future in asked:
            if not future.done():
                future.set_result(None)
