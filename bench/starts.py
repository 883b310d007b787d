"""How long a server takes from nothing to its first token."""

from pathlib import Path

from bench.results import Start
from bench.running_server import start
from bench.servers.contract import MeasuredServer


def measure_starts(server: MeasuredServer, directory: Path, *, core: int, count: int) -> Start:
    """Start a server in an empty directory, and then so many times again in the same one."""
    seconds: list[float] = []
    for _ in range(1 + count):
        with start(server, directory, cores=[core]) as running:
            seconds.append(running.start_seconds)
    return Start(server.key, server.title, first=seconds[0], again=tuple(seconds[1:]))
