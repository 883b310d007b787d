"""Standard output whose reader stalls: nobody in the server waits for it."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.processes import are_gone
from tests.support.server import running_server, wait_for
from tests.support.traffic import FORM, HEADERS, TOKEN


@pytest.fixture
def full_pipe(tmp_path: Path) -> Iterator[Path]:
    """Make a named pipe that is full, and that nobody empties."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    held = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    for piece in (b"\n" * 4096, b"\n"):
        with suppress(BlockingIOError):
            while True:
                os.write(held, piece)
    yield path
    os.close(held)


def test_REL_15_a_stalled_reader_of_standard_output_stops_nobody(
    tmp_path: Path, full_pipe: Path
) -> None:
    into_pipe = ("sh", "-c", f'exec "$@" >"{full_pipe}"', "sh")
    with running_server(tmp_path / "server", command=into_pipe) as server:
        before = server.workers
        assert server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS).status == 200

        os.kill(before[0], signal.SIGKILL)
        wait_for(lambda: set(server.workers) - set(before), 15)
        server.wait_until_ready()
        assert server.ask_admin("/live").status == 200
        assert server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS).status == 200

        workers = server.workers
        assert server.stop(20) == 0

    assert are_gone(workers)
