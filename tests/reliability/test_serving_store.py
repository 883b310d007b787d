"""Serving while the store goes away, comes back, or changes what it says."""

import copy
import json
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.postgres import PrivatePostgres
from tests.support.server import (
    MINIMAL,
    OSTIARY,
    SECRET,
    Server,
    running_server,
    start_server,
    wait_for,
    write_configuration,
)
from tests.support.traffic import FORM, HEADERS, TOKEN

DISCOVERY = "/.well-known/openid-configuration"
JWKS = "/pf/JWKS"
HEARTBEAT = "/pf/heartbeat.ping"


def on(url: str, **server: Any) -> dict[str, Any]:
    """Configure a server whose store is `url`."""
    return {**copy.deepcopy(MINIMAL), "server": {"store": url, **server}}


def token_status(server: Server) -> int:
    return server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS).status


def apply(server: Server, configuration: Mapping[str, Any]) -> "subprocess.CompletedProcess[str]":
    """Run `ostiary apply` with a configuration for this server's store."""
    path = server.directory / "changed.yaml"
    write_configuration(path, configuration, server.directory, server.ports)
    return subprocess.run(
        [*OSTIARY, "apply", "--config", str(path), "--yes"],
        cwd=server.directory,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def with_scope(configuration: Mapping[str, Any], scope: str) -> dict[str, Any]:
    changed = copy.deepcopy(dict(configuration))
    changed["environments"]["default"]["scopes"][scope] = "New"
    return changed


def test_REL_40_a_server_starts_without_its_store_and_gets_ready_alone(
    tmp_path: Path, private_postgres: PrivatePostgres
) -> None:
    private_postgres.stop()
    server = start_server(tmp_path, on(private_postgres.url, workers=2))
    try:
        wait_for(lambda: server.events("server_starting"), 20)
        wait_for(lambda: is_live(server), 10)
        wait_for(lambda: can_ask(server), 10)

        assert server.ask_admin("/ready").status == 503
        assert server.ask_admin("/ready").json()["waiting_for"]["0"] == ["configuration", "store"]
        assert server.ask(HEARTBEAT).status == 503
        refused = server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS)
        assert refused.status == 503
        assert "Retry-After" in {name.title() for name in refused.headers}

        pid = server.pid
        private_postgres.start()
        server.wait_until_ready(15)

        assert server.pid == pid
        assert not server.events("worker_ended")
        assert token_status(server) == 200
    finally:
        server.end()


def test_REL_40_a_late_store_gets_the_secrets_of_the_environment(
    tmp_path: Path, private_postgres: PrivatePostgres
) -> None:
    private_postgres.stop()
    configuration = on(private_postgres.url)
    configuration["environments"]["default"]["clients"]["app"]["secret"] = {"env": "APP_SECRET"}
    server = start_server(tmp_path, configuration, environ={"APP_SECRET": SECRET})
    try:
        wait_for(lambda: is_live(server), 20)
        private_postgres.start()
        server.wait_until_ready(15)

        assert token_status(server) == 200
    finally:
        server.end()


def is_live(server: Server) -> bool:
    try:
        return server.ask_admin("/live").status == 200
    except OSError:
        return False


def can_ask(server: Server) -> bool:
    try:
        return server.ask(HEARTBEAT).status > 0
    except OSError:
        return False


def test_REL_40_what_needs_no_store_is_answered_from_the_local_copy(
    tmp_path: Path, private_postgres: PrivatePostgres
) -> None:
    with running_server(tmp_path, on(private_postgres.url)) as first:
        keys = first.ask(JWKS).json()
    private_postgres.stop()
    second = start_server(tmp_path, on(private_postgres.url), ports=first.ports)
    try:
        wait_for(lambda: can_ask(second), 20)

        assert second.ask(JWKS).json() == keys
        assert second.ask(DISCOVERY).status == 200
        assert token_status(second) == 200
        assert second.ask(HEARTBEAT).status == 503
        assert not second.is_ready()

        private_postgres.start()
        second.wait_until_ready(15)
        assert second.ask(JWKS).json() == keys
    finally:
        second.end()
    copied = first.data_directory / "snapshot.sealed"
    assert copied.stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE" not in copied.read_bytes()


def test_REL_48_documents_and_tokens_outlast_the_store(
    tmp_path: Path, private_postgres: PrivatePostgres
) -> None:
    with running_server(tmp_path, on(private_postgres.url)) as server:
        private_postgres.kill()
        lost = wait_for(lambda: not server.is_ready(), 10)

        assert lost < 5
        assert server.ask(JWKS).status == 200
        assert server.ask(DISCOVERY).status == 200
        assert token_status(server) == 200

        private_postgres.start()
        assert wait_for(server.is_ready, 10) < 5


def test_REL_48_a_store_that_hangs_is_noticed(
    tmp_path: Path, private_postgres: PrivatePostgres
) -> None:
    with running_server(tmp_path, on(private_postgres.url)) as server:
        private_postgres.freeze()

        assert wait_for(lambda: not server.is_ready(), 10) < 5
        assert server.ask(JWKS).status == 200

        private_postgres.thaw()
        assert wait_for(server.is_ready, 10) < 5


def test_REL_38_a_change_is_seen_by_every_worker_within_two_seconds(
    tmp_path: Path, postgres_url: str
) -> None:
    configuration = on(postgres_url, workers=2)
    with running_server(tmp_path, configuration) as server:
        wait_for(lambda: server.metric("ostiary_workers_ready") == 2)

        done = apply(server, with_scope(configuration, "api:new"))
        applied = time.monotonic()

        assert done.returncode == 0, done.stderr
        wait_for(lambda: len(loads(server, version=2)) == 2, 5)
        assert time.monotonic() - applied < 2
        for _ in range(8):
            assert "api:new" in server.ask(DISCOVERY).json()["scopes_supported"]


def loads(server: Server, *, version: int) -> list[dict[str, Any]]:
    return [event for event in server.events("configuration_loaded") if event["version"] == version]


def test_REL_38_a_broken_file_changes_nothing_at_a_replacement(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        before = server.workers
        broken = json.loads(server.configuration_path.read_text())
        broken["environments"]["default"]["token_managers"]["default"]["algorithm"] = "none"
        server.configuration_path.write_text(json.dumps(broken))
        roll(server, "roll_abandoned")

        assert "token_managers.default.algorithm" in server.errors
        assert server.workers == before
        assert token_status(server) == 200


def test_a_replacement_reads_the_file_anew(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        changed = with_scope(json.loads(server.configuration_path.read_text()), "api:new")
        server.configuration_path.write_text(json.dumps(changed))
        roll(server, "roll_finished")

        assert "api:new" in server.ask(DISCOVERY).json()["scopes_supported"]


def test_a_file_that_changes_while_workers_are_replaced_is_read_once_more(tmp_path: Path) -> None:
    with running_server(tmp_path) as server, socket.socket() as kept:
        kept.connect(("127.0.0.1", server.ports["http"]))
        kept.sendall(b"GET ")  # keeps the worker that is replaced for a while
        wait_for(lambda: server.metric('ostiary_connections{worker="0"}') == 1)
        server.signal(signal.SIGHUP)
        wait_for(lambda: len(server.workers) == 2, 30)
        changed = with_scope(json.loads(server.configuration_path.read_text()), "api:new")
        server.configuration_path.write_text(json.dumps(changed))
        for _ in range(3):
            server.signal(signal.SIGHUP)
        wait_for(lambda: len(server.events("roll_finished")) == 2, 30)

        assert "api:new" in server.ask(DISCOVERY).json()["scopes_supported"]
        assert len(server.events("roll_started")) == 2
        assert server.events("roll_postponed")


def roll(server: Server, outcome: str) -> None:
    server.signal(signal.SIGHUP)
    wait_for(lambda: server.events(outcome), 30)


def test_a_store_sealed_by_another_master_key_is_refused(tmp_path: Path) -> None:
    with running_server(tmp_path) as first:
        (first.data_directory / "master.key").unlink()
    second = start_server(tmp_path, ports=first.ports)

    assert second.wait(20) == 1
    assert "master key" in second.errors


REFERENCES: Mapping[str, Any] = {
    "environments": {
        "default": {
            **MINIMAL["environments"]["default"],
            "token_managers": {"default": {"kind": "reference"}},
        }
    }
}
"""Every token is written into the store."""


def test_REL_47_a_server_whose_file_is_gone_is_not_ready_and_issues_nothing(
    tmp_path: Path,
) -> None:
    with running_server(tmp_path, REFERENCES) as server:
        (server.data_directory / "ostiary.db").unlink()

        assert token_status(server) == 503
        wait_for(lambda: not server.is_ready(), 10)
        assert server.ask_admin("/ready").json()["waiting_for"] == {"0": ["store"]}
        [told] = server.events("store_unavailable")
        assert "ostiary.db was moved, replaced or deleted" in told["reason"]


def test_REL_14_a_server_without_room_is_not_ready_until_there_is_some(tmp_path: Path) -> None:
    with running_server(tmp_path, REFERENCES) as server:
        [worker] = server.workers
        limits = resource.prlimit(worker, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

        assert token_status(server) == 503
        wait_for(lambda: not server.is_ready(), 10)
        assert token_status(server) == 503

        resource.prlimit(worker, resource.RLIMIT_FSIZE, limits)
        wait_for(server.is_ready, 10)
        assert token_status(server) == 200


@pytest.mark.prove
def test_REL_48_ten_minutes_without_the_store(
    tmp_path: Path, private_postgres: PrivatePostgres
) -> None:
    with running_server(tmp_path, on(private_postgres.url)) as server:
        private_postgres.stop()
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            assert server.ask(JWKS).status == 200
            assert server.ask(DISCOVERY).status == 200
            assert token_status(server) == 200
            time.sleep(1)


def test_a_file_read_anew_removes_no_environment(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        others = {"environments": {"else": MINIMAL["environments"]["default"]}}
        write_configuration(server.configuration_path, others, tmp_path, server.ports)

        server.signal(signal.SIGHUP)
        wait_for(lambda: server.events("roll_abandoned"), 20)

        assert "this configuration has no environment default" in server.errors
        assert token_status(server) == 200
