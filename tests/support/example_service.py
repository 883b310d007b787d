"""The services of `examples/`, run as their first lines say."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes import can_connect
from tests.support.server import free_port

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def serve_example(name: str, environ: Mapping[str, str], log: Path) -> Iterator[int]:
    """Run a service of `examples/` with uvicorn until the block ends, and give its port."""
    port = free_port()
    command = [sys.executable, "-W", "error", "-m", "uvicorn", "--app-dir", str(ROOT / "examples")]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port), f"{name}:app"],
            env={**os.environ, **environ, "PYTHONPATH": str(ROOT / "src")},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + 30
        while not can_connect(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(20)
    said = log.read_text()
    assert "Traceback" not in said, said
    assert "Warning" not in said, said
