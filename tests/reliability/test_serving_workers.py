"""Workers that die, are replaced, or lose their parent."""

import json
import os
import signal
import ssl
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ostiary.main import development_tls
from tests.support.processes import are_gone
from tests.support.server import (
    MINIMAL,
    Server,
    free_port,
    running_server,
    start_server,
    wait_for,
)
from tests.support.traffic import FORM, HEADERS, TOKEN, keep_asking

HEARTBEAT = "/pf/heartbeat.ping"
TWO_WORKERS: Mapping[str, Any] = {**MINIMAL, "server": {"workers": 2, "force_workers": True}}


def test_REL_44_a_worker_that_dies_is_replaced_and_others_serve(tmp_path: Path) -> None:
    with running_server(tmp_path, TWO_WORKERS) as server:
        wait_for(lambda: server.metric("ostiary_workers_ready") == 2)
        victim, survivor = server.workers
        os.kill(victim, signal.SIGKILL)

        during = server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS)
        wait_for(lambda: server.events("worker_ended"))
        wait_for(lambda: server.metric("ostiary_workers_ready") == 2, 15)

        assert during.status == 200
        assert victim not in server.workers
        assert survivor in server.workers
        assert restarts(server) == 1


def restarts(server: Server) -> float:
    return sum(
        server.metric(f'ostiary_worker_restarts_total{{worker="{number}"}}') for number in (0, 1)
    )


def test_REL_44_a_crash_loop_slows_down(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        killed: set[int] = set()
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            for pid in set(server.workers) - killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
            time.sleep(0.01)

        # Pauses of 0.1, 0.2, 0.4 ... seconds, beside the time that starts take: few fit in.
        assert 2 <= len(killed) <= 6
        server.wait_until_ready()


def test_REL_49_the_workers_of_a_killed_parent_are_gone_within_a_second(tmp_path: Path) -> None:
    with running_server(tmp_path, TWO_WORKERS) as first:
        wait_for(lambda: first.metric("ostiary_workers_ready") == 2)
        workers = first.workers
        instance = first.ask_admin("/live").json()["instance"]
        os.kill(first.pid, signal.SIGKILL)

        assert wait_for(lambda: are_gone(workers), 5) < 1
        with running_server(tmp_path, TWO_WORKERS, ports=first.ports) as second:
            assert second.ask_admin("/live").json()["instance"] != instance
            assert second.ask(HEARTBEAT).status == 200


def test_REL_2_a_server_killed_as_a_whole_is_ready_again_soon(tmp_path: Path) -> None:
    with running_server(tmp_path) as first:
        for pid in (first.pid, *first.workers):
            os.kill(pid, signal.SIGKILL)
    with running_server(tmp_path, ports=first.ports) as second:
        answer = second.ask(TOKEN, method="POST", body=FORM, headers=HEADERS)

    assert answer.status == 200


def test_REL_22_no_request_fails_while_workers_are_replaced(tmp_path: Path) -> None:
    configuration = {**MINIMAL, "server": {**TWO_WORKERS["server"], "drain_seconds": 0.5}}
    with running_server(tmp_path, configuration) as server:
        before = server.workers
        roll(server, rounds=2, pause=0.01)

        assert not set(before) & set(server.workers)
        assert len(server.workers) == 2


@pytest.mark.prove
def test_REL_22_no_request_fails_in_twenty_replacements(tmp_path: Path) -> None:
    configuration = {**MINIMAL, "server": {**TWO_WORKERS["server"], "drain_seconds": 1}}
    with running_server(tmp_path, configuration) as server:
        roll(server, rounds=20, pause=0.0)


def roll(server: Server, *, rounds: int, pause: float) -> None:
    """Replace the workers under load, and see that no client noticed."""
    with keep_asking(server, kept=4, fresh=2, pause=pause) as traffic:
        for number in range(1, rounds + 1):
            server.signal(signal.SIGHUP)
            wait_for(partial(has_rolled, server, number), 60)
    assert traffic.failures == []
    assert traffic.successes > 100


def has_rolled(server: Server, times: int) -> bool:
    return len(server.events("roll_finished")) == times


def test_a_new_certificate_is_served_after_a_replacement(tmp_path: Path) -> None:
    made = development_tls.provide(tmp_path / "tls", ["localhost"], now=time.time())
    files = {"certificate": str(made.certificate), "key": str(made.private_key)}
    with running_server(tmp_path / "server", {**MINIMAL, "server": {"tls": files}}) as server:
        address = ("127.0.0.1", server.ports["tls"])
        before = ssl.get_server_certificate(address)
        development_tls.provide(tmp_path / "tls", ["id.example.com"], now=time.time())
        server.signal(signal.SIGHUP)
        wait_for(partial(has_rolled, server, 1), 30)

        assert ssl.get_server_certificate(address) != before
        assert ssl.get_server_certificate(address) == made.certificate.read_text()


def test_a_store_in_memory_outlives_a_worker_with_its_keys(tmp_path: Path) -> None:
    configuration = {**MINIMAL, "server": {"store": "memory:"}}
    with running_server(tmp_path, configuration) as server:
        before = server.ask("/pf/JWKS").json()
        os.kill(server.workers[0], signal.SIGKILL)
        wait_for(lambda: server.events("worker_ended"))
        server.wait_until_ready()

        assert server.ask("/pf/JWKS").json() == before


@pytest.mark.prove
def test_REL_44_a_machine_that_stood_still_loses_no_worker(tmp_path: Path) -> None:
    with running_server(tmp_path, TWO_WORKERS) as server:
        wait_for(lambda: server.metric("ostiary_workers_ready") == 2)
        workers = server.workers
        for signal_ in (signal.SIGSTOP, signal.SIGCONT):
            for pid in (*workers, server.pid):
                os.kill(pid, signal_)
            time.sleep(40 if signal_ == signal.SIGSTOP else 12)

        assert server.workers == workers
        assert not server.events("worker_hangs")
        assert restarts(server) == 0


@pytest.mark.prove
def test_REL_49_fifty_killed_parents_leave_nobody_behind(tmp_path: Path) -> None:
    ports = {name: free_port() for name in ("tls", "http", "admin")}
    instances = set()
    for _ in range(50):
        with running_server(tmp_path, ports=ports) as server:
            instances.add(server.ask_admin("/live").json()["instance"])
            workers = server.workers
            os.kill(server.pid, signal.SIGKILL)
            assert wait_for(partial(are_gone, workers), 5) < 1
    assert len(instances) == 50


@pytest.mark.prove
def test_REL_2_two_hundred_kills_of_everything_lose_nothing(tmp_path: Path) -> None:
    ports = {name: free_port() for name in ("tls", "http", "admin")}
    keys: set[str] = set()
    for _ in range(200):
        server = start_server(tmp_path, ports=ports)
        try:
            assert server.wait_until_ready() < 3
            keys.add(json.dumps(server.ask("/pf/JWKS").json()))
            for pid in (server.pid, *server.workers):
                os.kill(pid, signal.SIGKILL)
        finally:
            server.end()
    assert len(keys) == 1
