"""Stopping: drained in order, finished in time, forced when asked twice."""

import os
import signal
import socket
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.support.processes import are_gone, can_connect
from tests.support.server import (
    MINIMAL,
    Server,
    running_server,
    wait_for,
)
from tests.support.traffic import FORM, HEADERS, TOKEN, ask_token, connect, keep_asking

HEARTBEAT = "/pf/heartbeat.ping"
TWO_WORKERS: Mapping[str, Any] = {**MINIMAL, "server": {"workers": 2, "force_workers": True}}


def draining_for(seconds: float) -> Mapping[str, Any]:
    return {**MINIMAL, "server": {"drain_seconds": seconds}}


def send_request_halfway(server: Server) -> socket.socket:
    """Begin a token request whose last byte is missing, over a new connection."""
    connection = socket.create_connection(("127.0.0.1", server.ports["http"]), timeout=10)
    headers = {**HEADERS, "host": "localhost", "content-length": str(len(FORM))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    connection.sendall(f"POST {TOKEN} HTTP/1.1\r\n{lines}\r\n{FORM[:-1]}".encode())
    return connection


def read_to_end(connection: socket.socket) -> str:
    """Read until the server closes."""
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received.decode()


def test_a_stopped_server_ends_with_zero_and_leaves_nothing(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        workers = server.workers

        assert server.stop() == 0

    assert workers
    assert are_gone(workers)
    assert server.events("server_stopped")[0]["exit_code"] == 0


def test_an_interrupt_stops_it_soon_whatever_the_drain_window(tmp_path: Path) -> None:
    with running_server(tmp_path, draining_for(60)) as server:
        server.signal(signal.SIGINT)

        assert server.wait(10) == 0


def test_REL_23_a_request_in_flight_is_finished_before_the_end(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        with send_request_halfway(server) as connection:
            wait_for(lambda: server.metric('ostiary_connections{worker="0"}') == 1)
            server.signal(signal.SIGTERM)
            wait_for(lambda: not can_connect(server.ports["http"]))
            connection.sendall(FORM[-1:].encode())
            answer = read_to_end(connection)

        assert server.wait() == 0

    assert answer.startswith("HTTP/1.1 200 ")
    assert "access_token" in answer


def test_REL_23_a_request_whose_head_comes_in_two_pieces_is_answered(tmp_path: Path) -> None:
    head = f"GET {HEARTBEAT} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    address = "127.0.0.1"
    with running_server(tmp_path) as server:
        port = server.ports["http"]
        with (
            socket.create_connection((address, port), timeout=10) as asking,
            socket.create_connection((address, port), timeout=10) as silent,
        ):
            asking.sendall(head[:-10])
            wait_for(lambda: server.metric('ostiary_connections{worker="0"}') == 2)
            server.signal(signal.SIGTERM)
            # Who has asked for nothing is let go last of all.
            assert read_to_end(silent) == ""
            asking.sendall(head[-10:])
            answer = read_to_end(asking)

        assert server.wait() == 0

    assert answer.startswith("HTTP/1.1 503 ")
    assert "connection: close" in answer


def test_REL_23_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    with running_server(tmp_path, draining_for(60)) as server:
        workers = server.workers
        server.signal(signal.SIGTERM)
        wait_for(lambda: not server.is_ready())
        server.signal(signal.SIGTERM)

        assert server.wait(10) == 1

    assert are_gone(workers)


def test_while_draining_it_is_not_ready_and_still_serves(tmp_path: Path) -> None:
    with running_server(tmp_path, draining_for(3)) as server:
        with closing(connect(server, "tls")) as kept:
            ask_token(kept)
            server.signal(signal.SIGTERM)
            wait_for(lambda: not server.is_ready())

            heartbeat = server.ask(HEARTBEAT)
            fresh = server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS)
            again = ask_token(kept)
            live = server.ask_admin("/live")

        assert heartbeat.status == 503
        assert (fresh.status, fresh.headers["connection"]) == (200, "close")
        assert (again.status, again.getheader("connection")) == (200, "close")
        assert live.status == 200
        assert server.wait() == 0


def test_a_worker_that_is_told_to_end_drains(tmp_path: Path) -> None:
    configuration = {**MINIMAL, "server": {**TWO_WORKERS["server"], "drain_seconds": 0.5}}
    with running_server(tmp_path, configuration) as server:
        wait_for(lambda: server.metric("ostiary_workers_ready") == 2)
        with keep_asking(server, kept=4, fresh=1, pause=0.005) as traffic:
            os.kill(server.workers[0], signal.SIGTERM)
            wait_for(lambda: server.events("worker_ended"), 15)

    assert traffic.failures == []
    assert server.events("worker_ended")[0]["exit_code"] == 0
