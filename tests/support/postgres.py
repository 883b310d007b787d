"""PostgreSQL servers for tests, from Debian's binaries: one shared, others to maltreat.

Every server listens on loopback only, asks for a password, keeps fsync on, and
runs under tests/support/lifeline.py, so that none outlives the test session.
"""

import json
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

import psycopg
from psycopg import sql

from tests.support.lifeline import descendants
from tests.support.session import SessionDirectory

_HOST = "127.0.0.1"
_OWNER = "ostiary"
_START_TIMEOUT_SECONDS = 60
_STOP_TIMEOUT_SECONDS = 60
_LIFELINE = Path(__file__).with_name("lifeline.py")
_READY_LINE = 7  # of postmaster.pid
_CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
max_wal_senders = 0
shared_buffers = 32MB
max_wal_size = 256MB
fsync = on
synchronous_commit = on
log_line_prefix = '%m [%p] %u@%d '
"""


class PostgresError(RuntimeError):
    """A server is missing, or did not do as told."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """The address of a running server, and the right to make databases in it."""

    port: int
    password: str

    def create_database(self) -> str:
        """Make an empty database and answer its URL; its owner is no superuser."""
        name = f"test_{secrets.token_hex(8)}"
        self._administer(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(_OWNER)
            )
        )
        return f"postgresql://{_OWNER}:{self.password}@{_HOST}:{self.port}/{name}"

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        name = sql.Identifier(url.rpartition("/")[2])
        self._administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def create_owner(self) -> None:
        """Make the role that owns the databases; once for each server."""
        self._administer(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(_OWNER), sql.Literal(self.password)
            )
        )

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(
            host=_HOST,
            port=self.port,
            user="postgres",
            password=self.password,
            dbname="postgres",
            connect_timeout=30,
            autocommit=True,
        ) as connection:
            connection.execute(statement)


class PrivatePostgres:
    """A server of one test's own, with one database, to stop, kill and freeze.

    The port and the data stay the same over stops and starts.
    """

    url: str

    def __init__(self) -> None:
        """Make the server, start it, and make its database."""
        session = SessionDirectory.of_this_session()
        self._cluster = _Cluster.create(session.path)
        self._process: _Process | None = None
        self.start()
        self._cluster.address.create_owner()
        self.url = self._cluster.address.create_database()

    @property
    def is_running(self) -> bool:
        """Whether the server's process is there, frozen or not."""
        return self._process is not None and self._process.is_running

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        if self.is_running:
            raise PostgresError("already running")
        self._process = self._cluster.start(subprocess.PIPE)

    def stop(self) -> None:
        """Stop the server as an administrator would: connections end, nothing is lost."""
        self.thaw()
        self._running().end(signal.SIGINT)

    def kill(self) -> None:
        """Kill the server and all its processes with SIGKILL; the next start recovers."""
        self._running().end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let the server and all its processes hang (SIGSTOP): connections stay, unanswered."""
        self._running().signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        self._running().signal_all(signal.SIGCONT)

    def close(self) -> None:
        """End the server, in whatever state it is, and remove its data."""
        if self._process is not None:
            self._process.let_go()
        shutil.rmtree(self._cluster.directory, ignore_errors=True)

    def _running(self) -> "_Process":
        if self._process is None or not self._process.is_running:
            raise PostgresError("not running")
        return self._process


def shared_postgres() -> Postgres:
    """Find the server that this session's workers share; the first to ask starts it."""
    session = SessionDirectory.of_this_session()
    record = session.path / "postgres.json"
    with session.lock("postgres"):
        if not record.exists():
            cluster = _Cluster.create(session.path)
            with session.lifeline() as lifeline, session.sign_of_life("postgres") as alive:
                process = cluster.start(lifeline, remove=session.path, pass_fds=[alive])
            # Its end is awaited by the session's holder, never by us: without
            # a return code Popen would warn that it is still running.
            process.keeper.returncode = 0
            cluster.address.create_owner()
            record.write_text(json.dumps(asdict(cluster.address)))
        return Postgres(**json.loads(record.read_text()))


@dataclass(frozen=True, slots=True)
class _Process:
    """A postmaster and the process that watches over it."""

    keeper: subprocess.Popen[bytes]
    pid: int

    @property
    def is_running(self) -> bool:
        return self.keeper.poll() is None

    def signal_all(self, how: signal.Signals) -> None:
        os.kill(self.pid, how)  # first: a stopped postmaster makes no more children
        for pid in descendants(self.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, how)

    def end(self, how: signal.Signals) -> None:
        """Signal the postmaster; its keeper ends when everything has ended."""
        os.kill(self.pid, how)
        self._wait()

    def let_go(self) -> None:
        """End the lifeline, and with it everything else."""
        self._close_lifeline()
        self._wait()

    def _wait(self) -> None:
        try:
            self.keeper.wait(_STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            raise PostgresError("PostgreSQL does not end") from None
        self._close_lifeline()

    def _close_lifeline(self) -> None:
        if self.keeper.stdin is not None:
            self.keeper.stdin.close()


@dataclass(frozen=True, slots=True)
class _Cluster:
    """A data directory and the address that it is served on."""

    binaries: Path
    directory: Path
    address: Postgres

    @classmethod
    def create(cls, parent: Path) -> Self:
        directory = Path(tempfile.mkdtemp(prefix="postgres-", dir=parent))
        user = _server_user()
        if user is not None:
            shutil.chown(directory, user, user)
        cluster = cls(
            binaries=_find_binaries(),
            directory=directory,
            address=Postgres(port=free_port(), password=secrets.token_urlsafe(16)),
        )
        cluster._initialise()
        return cluster

    def start(
        self, lifeline: int, *, remove: Path | None = None, pass_fds: Sequence[int] = ()
    ) -> _Process:
        user = _server_user()
        with (self.directory / "log").open("ab") as log:
            keeper = subprocess.Popen(
                [
                    *[sys.executable, "-I", str(_LIFELINE), "--signal", "SIGINT"],
                    *(["--user", user] if user is not None else []),
                    *(["--remove", str(remove)] if remove is not None else []),
                    *["--", str(self.binaries / "postgres"), "-D", str(self._data)],
                    *["-p", str(self.address.port)],
                ],
                stdin=lifeline,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.directory,
                env=_environment(),
                pass_fds=pass_fds,
                # An interrupt from the terminal is for pytest.
                start_new_session=True,
            )
        process = _Process(keeper, _read_pid(keeper.stdout))
        self._wait_until_ready(process)
        return process

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def _initialise(self) -> None:
        password_file = self.directory / "password"
        password_file.write_text(self.address.password)
        user = _server_user()
        if user is not None:
            shutil.chown(password_file, user, user)
        done = subprocess.run(
            [
                *[str(self.binaries / "initdb"), "--pgdata", str(self._data)],
                *["--username", "postgres", "--pwfile", str(password_file)],
                *["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"],
                "--no-sync",
            ],
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            cwd=self.directory,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise PostgresError(f"initdb failed: {done.stdout}{done.stderr}")
        password_file.unlink()
        with (self._data / "postgresql.conf").open("a") as configuration:
            configuration.write(_CONFIGURATION)

    def _wait_until_ready(self, process: _Process) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if not process.is_running:
                process.let_go()
                raise PostgresError(f"PostgreSQL ended at its start: {self._end_of_log()}")
            if self._is_ready(process.pid):
                return
            time.sleep(0.02)
        process.end(signal.SIGKILL)
        raise PostgresError(f"PostgreSQL does not start: {self._end_of_log()}")

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return (
            len(lines) > _READY_LINE
            and lines[0] == str(pid)
            and lines[_READY_LINE].startswith("ready")
        )

    def _end_of_log(self) -> str:
        return (self.directory / "log").read_text(errors="replace")[-4000:]


def _read_pid(stream: IO[bytes] | None) -> int:
    if stream is None:
        raise PostgresError("the keeper has no output")
    with stream:
        line = stream.readline()
    if not line:
        raise PostgresError("the keeper ended before it started PostgreSQL")
    return int(line)


def _find_binaries() -> Path:
    """Find the newest server that Debian's packages brought, or the one on PATH."""
    installed = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if installed:
        return max(installed, key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    if on_path is None:
        raise PostgresError(
            "PostgreSQL is missing; run as root: scripts/system_packages.sh postgresql"
        )
    return Path(on_path).resolve().parent


def _server_user() -> str | None:
    """Name whom the server runs as when we are root, which PostgreSQL refuses to be."""
    return "postgres" if os.getuid() == 0 else None


def _environment() -> dict[str, str]:
    # Nothing of ours: PGPORT, PGDATA and the like would be heeded.
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def free_port() -> int:
    """Pick a port below the range that the kernel hands to outgoing connections.

    A server that is stopped for a while finds it still free.
    """
    for _ in range(100):
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return port
    raise PostgresError("no free port")
