"""What the admin listener tells: probes, and metrics that strangers cannot swell."""

import json
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.server import MINIMAL, Server, running_server, wait_for
from tests.support.traffic import FORM, HEADERS, TOKEN

HEAD = b"GET /pf/heartbeat.ping HTTP/1.1\r\nHost: localhost\r\n"


def test_REL_43_made_up_names_make_no_new_series(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        for _ in range(3):
            attack(server)
        before = series(server)
        for _ in range(100):
            attack(server)

        assert series(server) == before
        assert len(before) < 300


def attack(server: Server) -> None:
    """Send requests full of names that nobody has."""
    word = secrets.token_hex(8)
    server.ask(f"/{word}")
    server.ask(f"/{word}/as/token", method="POST")
    server.ask(TOKEN, method=word.upper()[:4])
    for form in (
        f"grant_type={word}",
        f"grant_type=client_credentials&client_id={word}&client_secret={word}",
        f"grant_type=client_credentials&scope={word}",
    ):
        server.ask(TOKEN, method="POST", body=form, headers=HEADERS)


def series(server: Server) -> set[str]:
    lines = server.ask_admin("/metrics").body.decode().splitlines()
    return {line.rpartition(" ")[0] for line in lines if not line.startswith("#")}


def test_requests_are_counted_by_route_over_all_workers(tmp_path: Path) -> None:
    configuration = {**MINIMAL, "server": {"workers": 2, "force_workers": True}}
    with running_server(tmp_path, configuration) as server:
        wait_for(lambda: server.metric("ostiary_workers_ready") == 2)
        for _ in range(20):
            server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS)
        for _ in range(5):
            server.ask("/nowhere")

        count = "ostiary_request_seconds_count"
        assert server.metric(f'{count}{{route="{TOKEN}",status="200"}}') == 20
        assert server.metric(f'{count}{{route="other",status="404"}}') == 5
        assert server.metric('ostiary_token_issued_total{grant_type="client_credentials"}') == 20


def test_counters_outlive_the_worker_that_counted(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS)
        os.kill(server.workers[0], 15)
        wait_for(lambda: server.events("worker_ended"))
        server.wait_until_ready()

        assert server.metric('ostiary_token_issued_total{grant_type="client_credentials"}') == 1


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 200),
        (b"HEAD /live HTTP/1.1\r\nHost: localhost:9999\r\n\r\n", 200),
        (b"GET /live HTTP/1.1\r\nHost: attacker.example\r\n\r\n", 421),
        (b"GET /live HTTP/1.1\r\n\r\n", 400),
        (b"GET /live HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
        (b"GET http://localhost/live HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"POST /live HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (b"GET /secrets HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"\x16\x03\x01\r\n\r\n", 400),
    ],
    ids=[
        "address",
        "head",
        "rebound name",
        "no host",
        "two hosts",
        "absolute",
        "post",
        "path",
        "tls",
    ],
)
def test_the_admin_listener_answers_probes_and_nothing_else(
    shared: Server, head: bytes, status: int
) -> None:
    with socket.create_connection(("127.0.0.1", shared.ports["admin"]), timeout=5) as connection:
        connection.sendall(head)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))

    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"connection: close" in answer
    body = answer.partition(b"\r\n\r\n")[2]
    assert body == b"" if head.startswith(b"HEAD") else json.loads(body)


def test_the_admin_listener_is_not_held_up_by_silent_clients(shared: Server) -> None:
    with ExitStack() as silent:
        for _ in range(100):
            address = ("127.0.0.1", shared.ports["admin"])
            silent.enter_context(socket.create_connection(address, timeout=5))
        wait_for(shared.is_ready, 8)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run one server for the tests that leave it as it is."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running
