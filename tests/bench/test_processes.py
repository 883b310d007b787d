"""Processes of a run end with it, however it ends."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.errors import BenchError
from bench.processes import ask, free_ports, install, running
from tests.support.lifeline import descendants
from tests.support.markdown import ROOT
from tests.support.processes import are_gone, can_connect
from tests.support.server import wait_for

HOLDER = """
import sys, time
from pathlib import Path
from bench.processes import running
with running(["sleep", "600"], cores=[0], log=Path(sys.argv[1])):
    time.sleep(600)
"""


def test_the_whole_group_of_a_server_is_ended(tmp_path: Path) -> None:
    with running(["sh", "-c", "sleep 600 & wait"], cores=[0], log=tmp_path / "log") as process:
        wait_for(lambda: len(descendants(process.pid)) == 1)
        started = [process.pid, *descendants(process.pid)]
    wait_for(lambda: are_gone(started))


def test_a_server_ends_when_the_run_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=ROOT) as holder:
        # What ties it to the run is set before it becomes the program that was asked for.
        wait_for(lambda: _is_sleeping(descendants(holder.pid)))
        started = descendants(holder.pid)
        holder.send_signal(signal.SIGKILL)
    wait_for(lambda: are_gone(started))


def _is_sleeping(pids: list[int]) -> bool:
    return any(Path(f"/proc/{pid}/comm").read_text() == "sleep\n" for pid in pids)


def test_what_a_server_writes_is_kept(tmp_path: Path) -> None:
    with running(["echo", "ready"], cores=[0], log=tmp_path / "log") as process:
        process.wait()
    assert (tmp_path / "log").read_text() == "ready\n"


def test_a_failed_command_is_reported_in_its_own_words() -> None:
    with pytest.raises(BenchError, match="no such option"):
        ask(["sh", "-c", "echo no such option >&2; exit 3"], core=0, seconds=10)


def test_a_command_that_takes_too_long_is_ended() -> None:
    with pytest.raises(BenchError, match="took longer"):
        ask(["sleep", "600"], core=0, seconds=0.1)


def test_what_cannot_be_installed_is_reported_in_the_words_of_the_script() -> None:
    with pytest.raises(BenchError, match=r"node_packages.sh nowhere failed:\n.*nowhere"):
        install("node_packages.sh", "nowhere")


def test_free_ports_differ_and_are_free() -> None:
    ports = free_ports(4)
    assert len(set(ports)) == 4
    assert not any(map(can_connect, ports))
