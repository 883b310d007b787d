"""Runs a command beside a PostgreSQL server of its own, whose URL is in BENCH_STORE.

Usage: python -m bench.with_postgres DIRECTORY COMMAND…. Both run on the cores of this process, and
both end when it does.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from bench.errors import BenchError
from bench.processes import free_ports

_START_SECONDS = 60.0
_READY_LINE = 7  # of postmaster.pid
_TIED = ("setpriv", "--pdeathsig", "TERM")
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "50",
    "max_wal_size": "1GB",
    "shared_buffers": "128MB",
}
"""Beside these it runs with its defaults: each commit is flushed to the disk."""


class Cluster:
    """A data directory, and the server on it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._data = directory / "cluster"
        self._binaries = _find_binaries()
        self._user = "postgres" if os.getuid() == 0 else None  # root it refuses to be

    def start(self) -> tuple["subprocess.Popen[bytes]", str]:
        """Start the server, made before if it is not there, and return its URL, too."""
        password_file = self._directory / "password"
        if not self._data.exists():
            self._make(password_file)
        (port,) = free_ports(1)
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        process = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "INT"),
                *([] if self._user is None else self._as_user()),
                *(str(self._binaries / "postgres"), "-D", str(self._data), "-p", str(port)),
                *settings,
            ],
            cwd="/",
        )
        self._wait(process)
        password = password_file.read_text()
        return process, f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"

    def _make(self, password_file: Path) -> None:
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(16))
        self._data.mkdir()
        if self._user is not None:
            shutil.chown(self._data, self._user, self._user)
            shutil.chown(password_file, self._user, self._user)
            for path in (self._directory, self._directory.parent):
                path.chmod(0o711)  # the run's own directories; others may pass, and look at nothing
        command = [str(self._binaries / "initdb"), "--pgdata", str(self._data), "--no-sync"]
        command += ["--username", "postgres", "--pwfile", str(password_file)]
        command += ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"]
        done = subprocess.run(
            command, user=self._user, group=self._user, cwd="/", capture_output=True, check=False
        )
        if done.returncode != 0:
            raise BenchError(f"initdb failed: {(done.stdout + done.stderr).decode()}")

    def _as_user(self) -> list[str]:
        return ["--reuid", str(self._user), "--regid", str(self._user), "--clear-groups"]

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise BenchError("PostgreSQL ended at its start")
            if _is_ready(self._data / "postmaster.pid", process.pid):
                return
            time.sleep(0.02)
        raise BenchError("PostgreSQL does not start")


def _is_ready(path: Path, pid: int) -> bool:
    lines = path.read_text().splitlines() if path.exists() else []
    return (
        len(lines) > _READY_LINE and lines[0] == str(pid) and lines[_READY_LINE].startswith("ready")
    )


def _find_binaries() -> Path:
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if installed:
        return max(installed, key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    if on_path is None:
        raise BenchError("PostgreSQL is missing")
    return Path(on_path).resolve().parent


def main(directory: str, command: Sequence[str]) -> int:
    """Start the server, run the command, and end both when told to end."""
    postgres, url = Cluster(Path(directory)).start()
    served = subprocess.Popen([*_TIED, *command], env={**os.environ, "BENCH_STORE": url})

    def end(number: int, frame: FrameType | None) -> None:
        served.terminate()

    signal.signal(signal.SIGTERM, end)
    try:
        return served.wait()
    finally:
        postgres.send_signal(signal.SIGINT)
        postgres.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
