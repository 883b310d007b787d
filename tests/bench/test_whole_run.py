"""The whole tool, as `make bench` starts it: one short run, one that is broken off."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench import results
from bench.cpu import read_tree
from bench.processes import install
from bench.work import Work
from tests.support.markdown import ROOT
from tests.support.processes import are_gone
from tests.support.server import wait_for

SECONDS = 60


@pytest.fixture(scope="module", autouse=True)
def wrk() -> None:
    """Bring wrk onto a machine that has none, outside of the time that a run takes."""
    install("system_packages.sh", "wrk")
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("the benchmark needs two cores")


@contextmanager
def bench(folder: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Start the tool on Ostiary alone."""
    command = [sys.executable, "-m", "bench", "--quick", "--servers", "ostiary"]
    with subprocess.Popen(
        [*command, "--results", str(folder), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def test_a_quick_run_measures_ostiary_and_keeps_the_results(tmp_path: Path) -> None:
    with bench(tmp_path, "--only", "es256,introspect", "--parts", "rounds") as process:
        output, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, output
    (path,) = tmp_path.glob("*.json")
    run = results.read(path)
    assert [(row.work, row.is_tls) for row in run.rows] == [
        (Work.ES256, False),
        (Work.ES256, True),
        (Work.INTROSPECT, False),
    ]
    assert all(row.rate > 0 and row.is_valid for row in run.rows)
    assert (tmp_path / "throughput.svg").exists()
    assert "token, JWT signed with ES256" in output


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_broken_off_leaves_no_process_and_no_file(
    how: signal.Signals, tmp_path: Path
) -> None:
    with bench(tmp_path, "--only", "es256", "--parts", "rounds", "--rounds", "60") as process:
        wait_for(lambda: is_measuring(process.pid), SECONDS)
        started = [one.pid for one in read_tree(process.pid)[1:]]
        process.send_signal(how)
        output, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 130, output
    assert len(started) >= 2  # the parent and its worker
    assert are_gone(started)
    assert list(tmp_path.iterdir()) == []
    assert list((ROOT / "bench" / ".work").glob(f"{process.pid}-*")) == []


def is_measuring(pid: int) -> bool:
    """Tell whether wrk runs below a process, beside Ostiary's parent and its worker."""
    tree = read_tree(pid)
    return len(tree) >= 4 and any(is_wrk(one.pid) for one in tree)


def is_wrk(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text() == "wrk\n"
    except (FileNotFoundError, ProcessLookupError):
        return False
