"""Gauges of one worker process: memory, descriptors, connections, how late its loop runs."""

import asyncio
import os
import time
from pathlib import Path

from ostiary.main.serving.metric_families import Families, count, gauge
from ostiary.main.worker.http_server import HTTPServer

PROBE_SECONDS = 0.1
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_STATM = Path("/proc/self/statm")
_DESCRIPTORS = Path("/proc/self/fd")


class LagProbe:
    """Measures how late the event loop runs what is due."""

    def __init__(self) -> None:
        self._worst_seconds = 0.0

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            # The loop's own clock stands still while the loop is busy.
            due = time.monotonic() + PROBE_SECONDS
            await asyncio.sleep(PROBE_SECONDS)
            self._worst_seconds = max(self._worst_seconds, time.monotonic() - due)

    def take_worst(self) -> float:
        """Return the worst delay since the last call."""
        worst, self._worst_seconds = self._worst_seconds, 0.0
        return worst


def process_families(probe: LagProbe, server: HTTPServer) -> Families:
    """Dump what can be read off the process."""
    resident = int(_STATM.read_text().split()[1]) * _PAGE_BYTES
    descriptors = sum(1 for _ in _DESCRIPTORS.iterdir())
    return [
        gauge("ostiary_resident_memory_bytes", "Memory of a worker.", resident),
        gauge("ostiary_open_descriptors", "Open file descriptors of a worker.", descriptors),
        gauge("ostiary_connections", "Open client connections.", server.connections),
        count(
            "ostiary_accept_pauses_total",
            "Times that a worker was too full to accept connections.",
            server.accept_pauses,
        ),
        count(
            "ostiary_failed_handshakes_total",
            "Connections that ended before TLS was agreed on.",
            server.failed_handshakes,
        ),
        gauge(
            "ostiary_event_loop_lag_seconds",
            "Worst delay of the event loop since the last scrape.",
            probe.take_worst(),
        ),
    ]
