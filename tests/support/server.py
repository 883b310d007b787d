"""A real `ostiary serve` on free ports, with a data directory of its own."""

import ctypes
import http.client
import json
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.lifeline import descendants

SECRET = "a-secret-of-the-tests-0123456789"
MINIMAL: Mapping[str, Any] = {
    "environments": {
        "default": {
            "face": "pingfederate",
            "scopes": {"api:read": "Read"},
            "token_managers": {"default": {"style": "rfc9068", "algorithm": "ES256"}},
            "clients": {
                "app": {
                    "secret": SECRET,
                    "grant_types": ["client_credentials"],
                    "scopes": ["api:read"],
                    "default_scopes": ["api:read"],
                    "may_introspect": True,
                }
            },
        }
    }
}
"""One PingFederate environment with the client "app", whose secret is `SECRET`."""
SEEDS = Path("examples/seeds/ostiary.toml")

_ROOT = Path(__file__).parents[2]
_START_SECONDS = 30.0
_STOP_SECONDS = 45.0
_LOOK_SECONDS = 0.02
# Below the range that the kernel takes for outgoing connections.
_PORTS = range(20_000, 32_000)
_PR_SET_PDEATHSIG = 1


class ServerError(AssertionError):
    """A server did not do as told; the message holds what it wrote."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a listener answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    """A started server.

    Args:
        base_url: of its TLS listener; `http_url` and `admin_url` are the others'.
        directory: holds the configuration, what it writes, and `data`, its data directory.
    """

    process: "subprocess.Popen[bytes]"
    directory: Path
    ports: Mapping[str, int]
    configuration_path: Path

    @property
    def base_url(self) -> str:
        return f"https://localhost:{self.ports['tls']}"

    @property
    def http_url(self) -> str:
        return f"http://localhost:{self.ports['http']}"

    @property
    def admin_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['admin']}"

    @property
    def data_directory(self) -> Path:
        return self.directory / "data"

    @property
    def ca_path(self) -> Path:
        return self.data_directory / "tls" / "ca.pem"

    @property
    def pid(self) -> int:
        """The parent's: `serve` becomes it."""
        return self.process.pid

    @property
    def workers(self) -> list[int]:
        """The process ids of its workers, oldest first."""
        return [pid for pid in descendants(self.pid) if _is_worker(pid)]

    @property
    def output(self) -> str:
        return (self.directory / "stdout").read_text()

    @property
    def errors(self) -> str:
        return (self.directory / "stderr").read_text()

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        """Return the lines it wrote to standard output, all or of one kind."""
        whole = self.output.rpartition("\n")[0]  # the last line may still be on its way
        lines = [json.loads(line) for line in whole.splitlines()]
        return [line for line in lines if name in {None, line["event"]}]

    def ssl_context(self) -> ssl.SSLContext:
        """Return a client's context that trusts the development authority."""
        return ssl.create_default_context(cafile=str(self.ca_path))

    def ask_admin(self, path: str, *, timeout: float = 5.0) -> Answer:
        """Ask the admin listener."""
        return ask("127.0.0.1", self.ports["admin"], path, timeout=timeout)

    def ask(self, path: str, *, listener: str = "http", **request: Any) -> Answer:
        """Send one request on a connection of its own."""
        tls = self.ssl_context() if listener == "tls" else None
        return ask("localhost", self.ports[listener], path, tls=tls, **request)

    def metric(self, series: str) -> float:
        """Return the value of one series, labels and all; 0 when there is none."""
        lines = self.ask_admin("/metrics").body.decode().splitlines()
        values = [line.split()[-1] for line in lines if line.startswith(f"{series} ")]
        return float(values[0]) if values else 0.0

    def is_ready(self) -> bool:
        try:
            return self.ask_admin("/ready").status == 200
        except OSError:
            return False

    def wait_until_ready(self, seconds: float = _START_SECONDS) -> float:
        """Wait until it wants requests, and return how many seconds that took."""
        started = time.monotonic()
        while not self.is_ready():
            if self.process.poll() is not None:
                raise ServerError(f"the server ended: {self.errors}{self.output}")
            if time.monotonic() - started > seconds:
                raise ServerError(f"the server is not ready: {self.errors}{self.output}")
            time.sleep(_LOOK_SECONDS)
        return time.monotonic() - started

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the parent."""
        os.kill(self.pid, number)

    def wait(self, seconds: float = _STOP_SECONDS) -> int:
        """Wait for its end and return the exit code."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ServerError(f"the server does not end: {self.errors}{self.output}") from None

    def stop(self, seconds: float = _STOP_SECONDS) -> int:
        """Ask it to end, and return the exit code."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def end(self) -> None:
        """End it for sure, with everything below it."""
        with suppress(ServerError):
            if self.process.poll() is None:
                self.stop()
        for pid in (*descendants(self.pid), self.pid) if self.process.poll() is None else ():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


def wait_for(condition: Callable[[], object], seconds: float = 10.0) -> float:
    """Wait until a condition holds, and return how long that took."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise ServerError("waited in vain")
        time.sleep(_LOOK_SECONDS)
    return time.monotonic() - started


def free_port() -> int:
    """Find a port that nothing listens on."""
    while True:
        port = random.choice(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def load_toml(path: Path) -> dict[str, Any]:
    """Read a configuration of this repository."""
    return tomllib.loads((_ROOT / path).read_text())


def start_server(
    directory: Path,
    configuration: Mapping[str, Any] = MINIMAL,
    *,
    arguments: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
    ports: Mapping[str, int] | None = None,
    command: Sequence[str] = (),
) -> Server:
    """Start a server without waiting for it.

    Args:
        configuration: as the file would hold it; addresses, public URL, data directory, dev mode
            and a drain window of 0 seconds are filled in where its `server` has nothing else.
        arguments: for `ostiary serve`.
        ports: of "tls", "http", "admin", where a test needs to know them before.
        command: what runs it, such as ("prlimit", "--nofile=256").
    """
    chosen = dict(ports or {})
    for name in ("tls", "http", "admin"):
        while name not in chosen:
            port = free_port()
            chosen |= {} if port in chosen.values() else {name: port}
    directory.mkdir(exist_ok=True)
    path = directory / "ostiary.yaml"
    write_configuration(path, configuration, directory, chosen)
    with (directory / "stdout").open("ab") as out, (directory / "stderr").open("ab") as err:
        process = subprocess.Popen(
            [*command, *OSTIARY, "serve", "--config", str(path), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=directory,
            env={**os.environ, "PYTHONPATH": str(_ROOT / "src"), **(environ or {})},
            start_new_session=True,  # an interrupt from the terminal is for pytest
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - no thread of ours runs then
        )
    return Server(process, directory, chosen, path)


def write_configuration(
    path: Path, configuration: Mapping[str, Any], directory: Path, ports: Mapping[str, int]
) -> None:
    """Write a configuration with this server's addresses; JSON is YAML."""
    given = configuration.get("server", {})
    server = {
        "mode": "dev",
        "public_url": f"https://localhost:{ports['tls']}",
        "drain_seconds": 0,
        **given,
        "data_directory": str(directory / "data"),
        "listeners": {
            **{name: f"127.0.0.1:{port}" for name, port in ports.items()},
            **{name: "off" for name, value in given.get("listeners", {}).items() if value == "off"},
        },
    }
    path.write_text(json.dumps({**configuration, "server": server}))
    path.chmod(0o600)


@contextmanager
def running_server(
    directory: Path, configuration: Mapping[str, Any] = MINIMAL, **how: Any
) -> Iterator[Server]:
    """Run a server for as long as the block lasts; `how` is as in `start_server`."""
    server = start_server(directory, configuration, **how)
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.end()


def ask(
    host: str,
    port: int,
    path: str,
    *,
    method: str = "GET",
    body: bytes | str | None = None,
    headers: Mapping[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
    timeout: float = 10.0,
) -> Answer:
    """Send one request on a connection of its own."""
    connection: http.client.HTTPConnection
    if tls is None:
        connection = http.client.HTTPConnection(host, port, timeout=timeout)
    else:
        connection = http.client.HTTPSConnection(host, port, timeout=timeout, context=tls)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


_SCRIPT = Path(sys.executable).with_name("ostiary")
OSTIARY = (
    (str(_SCRIPT),)
    if _SCRIPT.exists()
    else (sys.executable, "-c", "from ostiary_cli.app import main; main()")
)


def _is_worker(pid: int) -> bool:
    try:
        return b"ostiary.main.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
