"""A server of the run: started, warm, verified, and looked at from outside."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError
from bench.processes import running
from bench.servers.contract import Launch, MeasuredServer
from bench.verify import exchange
from bench.work import Work, token_request

_START_SECONDS = 60.0
_LOOK_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers.

    Args:
        start_seconds: from the start of its process to its first token.
    """

    server: MeasuredServer
    launch: Launch
    process: "subprocess.Popen[bytes]"
    start_seconds: float

    @property
    def pid(self) -> int:
        return self.process.pid

    def check_alive(self) -> None:
        """Raise BenchError when it has ended."""
        if self.process.poll() is not None:
            raise BenchError(f"{self.server.title} ended by itself: {self.process.returncode}")


@contextmanager
def start(
    server: MeasuredServer, directory: Path, *, cores: Sequence[int], workers: int = 1
) -> Iterator[RunningServer]:
    """Run a server for as long as the block lasts; its files and its log are in `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    launch = server.launch(directory, workers=workers)
    log = directory / "log"
    started = time.perf_counter()
    with running(launch.command, cores=cores, log=log, environ=launch.environ) as process:
        _wait_for_token(server, launch, process, log)
        yield RunningServer(server, launch, process, time.perf_counter() - started)


def _wait_for_token(
    server: MeasuredServer, launch: Launch, process: "subprocess.Popen[bytes]", log: Path
) -> None:
    request = token_request(server.endpoint(Work.ES256))
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            exchange(launch.url, request)
            return
        except ConnectionError:
            if process.poll() is not None:
                raise BenchError(f"{server.title} did not start:\n{log.read_text()}") from None
            time.sleep(_LOOK_SECONDS)
    raise BenchError(f"{server.title} gave no token within a minute:\n{log.read_text()}")
