"""Does a worker's memory grow with the requests that it has answered?"""

import msgspec

from bench.errors import BenchError
from bench.load.saturation import saturate
from bench.memory import read_memory
from bench.running_server import RunningServer
from bench.work import PostRequest

_CHUNK_SECONDS = 3


class ProcessMemory(msgspec.Struct, frozen=True):
    """Memory of one process in MB; `role` is parent or worker."""

    role: str
    rss_mb: float
    pss_mb: float


class MemoryPoint(msgspec.Struct, frozen=True):
    """The greatest worker's memory after so many requests."""

    requests: int
    rss_mb: float
    pss_mb: float


class MemoryGrowth(msgspec.Struct, frozen=True):
    """A worker's memory while requests are answered; the first point is after a warm-up."""

    points: tuple[MemoryPoint, ...]

    @property
    def growth(self) -> float:
        """What the last point is above the first, as a share."""
        return self.points[-1].rss_mb / self.points[0].rss_mb - 1


def list_memory(server: RunningServer) -> tuple[ProcessMemory, ...]:
    """Return the memory of each process; the first is the parent of the others."""
    processes = read_memory(server.pid)
    roles = ["parent" if len(processes) > 1 else "worker", *["worker"] * (len(processes) - 1)]
    return tuple(
        ProcessMemory(role, use.rss_mb, use.pss_mb)
        for role, use in zip(roles, processes, strict=True)
    )


def watch(
    server: RunningServer, request: PostRequest, *, core: int, connections: int, requests: int
) -> MemoryGrowth:
    """Load a server until it has answered so many requests, and look at its memory on the way."""
    points: list[MemoryPoint] = []
    answered = 0
    while not points or answered < requests:
        load = saturate(
            server.launch.url, request, core=core, connections=connections, seconds=_CHUNK_SECONDS
        )
        if load.errors or not load.requests:
            raise BenchError(f"{load.errors} wrong answers while memory was watched")
        answered += load.requests
        worker = max(read_memory(server.pid)[1:], key=lambda use: use.rss_mb)
        points.append(MemoryPoint(answered, worker.rss_mb, worker.pss_mb))
    return MemoryGrowth(tuple(points))
