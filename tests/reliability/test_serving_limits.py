"""Serving at its limits: descriptors, slow clients, full disks."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import MINIMAL, Server, running_server, wait_for
from tests.support.traffic import FORM, HEADERS, TOKEN, ask_token, connect, keep_asking

HEARTBEAT = "/pf/heartbeat.ping"
HEAD = b"GET /pf/heartbeat.ping HTTP/1.1\r\nHost: localhost\r\n"
BODY_HEAD = (
    "POST /as/token.oauth2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
    f"Content-Type: {HEADERS['content-type']}\r\nAuthorization: {HEADERS['authorization']}\r\n\r\n"
).encode()


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def open_socket(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.ports["http"]), timeout=10)


def test_REL_17_out_of_descriptors_it_pauses_and_recovers(tmp_path: Path) -> None:
    with running_server(tmp_path, command=("prlimit", "--nofile=256")) as server:
        [worker] = server.workers
        with closing(connect(server, "http")) as kept, ExitStack() as idle:
            ask_token(kept)
            for _ in range(400):
                idle.enter_context(open_socket(server))
            wait_for(lambda: server.metric('ostiary_connections{worker="0"}') > 150)
            busy = cpu_seconds(worker)
            time.sleep(1)

            assert cpu_seconds(worker) - busy < 0.5
            assert ask_token(kept).status == 200
            assert server.is_ready()
        left = time.monotonic()

        assert server.ask(HEARTBEAT).status == 200
        assert time.monotonic() - left < 2


def test_connections_beyond_the_limit_wait_and_are_not_refused(tmp_path: Path) -> None:
    with (
        running_server(tmp_path, command=("prlimit", "--nofile=128")) as server,
        ExitStack() as all_,
    ):
        crowd = [all_.enter_context(open_socket(server)) for _ in range(100)]
        late = all_.enter_context(open_socket(server))
        late.sendall(b"GET /pf/heartbeat.ping HTTP/1.1\r\nHost: localhost\r\n\r\n")
        late.settimeout(0.5)
        with pytest.raises(TimeoutError):
            late.recv(1)
        for connection in crowd:
            connection.close()
        late.settimeout(5)

        assert late.recv(100).startswith(b"HTTP/1.1 200 ")


@contextmanager
def slow_clients(server: Server, number: int, start: bytes, drip: bytes) -> Iterator[list[float]]:
    """Keep connections that never finish a request; yields when each was closed by the server."""
    closed: list[float] = []
    over = threading.Event()
    connections = [open_socket(server) for _ in range(number)]
    for connection in connections:
        connection.sendall(start)
        connection.setblocking(False)

    def drip_on() -> None:
        alive = list(connections)
        while alive and not over.wait(0.5):
            for connection in tuple(alive):
                try:
                    connection.send(drip)
                    ended = connection.recv(4096) == b""
                except BlockingIOError:
                    ended = False
                except OSError:
                    ended = True
                if ended:
                    alive.remove(connection)
                    closed.append(time.monotonic())

    thread = threading.Thread(target=drip_on)
    thread.start()
    try:
        yield closed
    finally:
        over.set()
        thread.join()
        for connection in connections:
            connection.close()


def test_REL_19_slow_clients_do_not_hold_up_others(tmp_path: Path) -> None:
    with (
        running_server(tmp_path) as server,
        slow_clients(server, 100, HEAD, b"x: y\r\n"),
        slow_clients(server, 100, BODY_HEAD, b"a"),
        keep_asking(server, kept=2, fresh=1, pause=0.005) as traffic,
    ):
        time.sleep(2)

    assert traffic.failures == []
    assert traffic.successes > 50


@pytest.mark.prove
@pytest.mark.parametrize(
    ("start", "drip"),
    [(HEAD, b"x: y\r\n"), (BODY_HEAD, b"a"), (HEAD + b"\r\n", b"")],
    ids=["headers", "body", "response-read"],
)
def test_REL_19_five_hundred_slow_clients_are_closed_in_time(
    tmp_path: Path, start: bytes, drip: bytes
) -> None:
    with running_server(tmp_path) as server:
        with keep_asking(server, pause=0.005) as quiet:
            time.sleep(10)
        began = time.monotonic()
        with (
            slow_clients(server, 500, start, drip) as closed,
            keep_asking(server, pause=0.005) as traffic,
        ):
            if drip:
                wait_for(lambda: len(closed) == 500, 40)
            else:
                time.sleep(10)

    assert all(moment - began < 32 for moment in closed)
    assert len(traffic.failures) <= traffic.successes / 1000
    assert percentile(traffic.seconds, 99) <= max(2 * percentile(quiet.seconds, 99), 0.02)


def percentile(values: list[float], percent: int) -> float:
    return sorted(values)[min(len(values) * percent // 100, len(values) - 1)]


def with_audit_in(file: str, **audit: Any) -> dict[str, Any]:
    return {**MINIMAL, "server": {"audit": {"file": file, **audit}}}


def test_REL_15_a_full_disk_for_logs_stops_nobody_and_is_counted(tmp_path: Path) -> None:
    with running_server(tmp_path, with_audit_in("/dev/full")) as server:
        statuses = {
            server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS).status for _ in range(5)
        }
        wait_for(lambda: server.metric('ostiary_log_lines_lost_total{sink="audit"}') >= 5)

        assert statuses == {200}
        assert server.metric('ostiary_log_lines_lost_total{sink="stdout"}') == 0


def test_REL_15_a_required_audit_trail_stops_the_service_until_it_can_be_written(
    tmp_path: Path,
) -> None:
    trail = tmp_path / "trail.jsonl"
    trail.symlink_to("/dev/full")
    with running_server(tmp_path, with_audit_in(str(trail), required=True)) as server:
        server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS)
        wait_for(lambda: not server.is_ready())

        assert server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS).status == 503

        trail.unlink()
        server.wait_until_ready(5)
        assert server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS).status == 200
        wait_for(lambda: "token_issued" in trail.read_text())
        assert "lines_lost" in trail.read_text()


def test_the_audit_file_may_be_moved_away(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        audit = server.data_directory / "audit.jsonl"
        server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS)
        wait_for(lambda: "token_issued" in audit.read_text())
        audit.rename(audit.with_suffix(".1"))
        server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS)

        wait_for(audit.exists)
        wait_for(lambda: "token_issued" in audit.read_text())
        assert audit.stat().st_mode & 0o777 == 0o600
        assert len(audit.read_text().splitlines()) == 1


@pytest.mark.prove
def test_REL_46_the_event_loop_is_never_late_for_long(tmp_path: Path) -> None:
    with running_server(tmp_path) as server, keep_asking(server, kept=8, fresh=2):
        series_name = 'ostiary_event_loop_lag_seconds{worker="0"}'
        time.sleep(1)
        server.metric(series_name)
        time.sleep(10)
        assert server.metric(series_name) < 0.05
