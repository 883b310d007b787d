"""What a running server lets out beside its answers: logs, audit trail, metrics, process table."""

import base64
import copy
import json
import re
import secrets
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.server import MINIMAL, SECRET, Server, running_server, wait_for
from tests.support.traffic import FORM, HEADERS, TOKEN

CONTROL = re.compile(rb"[^\x20-\x7e\n]")
HOSTILE_NAMES = (
    'app"\r\n{"event":"token_issued"}',
    "\x1b[2J\x1b]0;owned\x07",
    "\u202egnp.exe",
    "\x7f\x85\u2028\u2029",
    "\U0001f511" * 200,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run one server for the tests that leave it as it is."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


def post(server: Server, form: str, **headers: str) -> Any:
    sent = {"content-type": HEADERS["content-type"], **headers}
    return server.ask(TOKEN, method="POST", body=form, headers=sent)


def settled_audit_lines(server: Server) -> list[dict[str, Any]]:
    """Read the trail once what happened before has been written."""
    time.sleep(0.3)
    return audit_lines(server)


def audit_lines(server: Server) -> list[dict[str, Any]]:
    text = (server.data_directory / "audit.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_SEC_243_hostile_names_stay_inside_their_line(server: Server) -> None:
    before = len(settled_audit_lines(server))
    for name in HOSTILE_NAMES:
        post(server, f"{FORM}&client_id={quote(name)}&client_secret=x")
    wait_for(lambda: len(audit_lines(server)) >= before + len(HOSTILE_NAMES))

    raw = (server.data_directory / "audit.jsonl").read_bytes()
    assert not CONTROL.search(raw)
    events = audit_lines(server)[before:]
    assert [event["event"] for event in events] == ["request_refused"] * len(HOSTILE_NAMES)
    assert all(len(event["claimed"]) <= 64 for event in events)


def test_SEC_244_no_secret_leaves_by_log_audit_metrics_or_process_table(
    tmp_path: Path, postgres_url: str
) -> None:
    canary = secrets.token_urlsafe(24)
    password = postgres_url.partition("://")[2].partition(":")[2].partition("@")[0]
    configuration = {**MINIMAL, "server": {"store": {"env": "CANARY_STORE"}}}
    environ = {"CANARY_STORE": postgres_url}
    with running_server(tmp_path, configuration, environ=environ) as server:
        token = server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS).json()["access_token"]
        assertion = f"{canary}.{canary}.{canary}"
        wrong = base64.b64encode(f"app:{canary}".encode()).decode()
        post(server, FORM, authorization=f"Basic {wrong}")
        post(server, f"{FORM}&client_id=app&client_secret={canary}")
        post(server, f"{FORM}&client_assertion={assertion}")
        post(server, f"{FORM}&client_secret={canary}", **HEADERS)
        server.ask(f"{TOKEN}?client_secret={canary}", method="POST", body=FORM, headers=HEADERS)
        post(server, f"grant_type={canary}&password={canary}", **HEADERS)
        server.ask("/as/introspect.oauth2", method="POST", body=f"token={canary}", headers=HEADERS)
        server.ask(f"/{canary}", headers={"cookie": f"PF={canary}", "authorization": canary})
        metrics = server.ask_admin("/metrics").body.decode()
        table = "".join(process_table(pid) for pid in (server.pid, *server.workers))
    written = server.output + server.errors + metrics + table
    written += (server.data_directory / "audit.jsonl").read_text()
    master_key = (server.data_directory / "master.key").read_text().strip()

    assert "token_issued" in written
    for name, secret in {
        "presented": canary,
        "client": SECRET,
        "store": password,
        "master key": master_key,
        "token": token,
        "signature": token.rpartition(".")[2],
    }.items():
        assert secret not in written, name


def process_table(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def test_SEC_244_children_inherit_no_secret_in_their_environment(server: Server) -> None:
    master_key = (server.data_directory / "master.key").read_text().strip()
    for pid in (server.pid, *server.workers):
        environment = Path(f"/proc/{pid}/environ").read_text()
        assert SECRET not in environment
        assert master_key not in environment


def test_SEC_244_secrets_of_the_environment_reach_no_serving_process(tmp_path: Path) -> None:
    secret = secrets.token_hex(16)
    configuration = copy.deepcopy(dict(MINIMAL))
    configuration["environments"]["default"]["clients"]["app"]["secret"] = {"env": "APP_SECRET"}
    environ = {"APP_SECRET": secret, "PGAPPNAME": "kept"}
    with running_server(tmp_path, configuration, environ=environ) as server:
        for pid in (server.pid, *server.workers):
            kept = Path(f"/proc/{pid}/environ").read_text()
            assert secret not in kept
            assert "PGAPPNAME=kept" in kept

        assert post_as_app(server, secret) == 200
        server.signal(signal.SIGHUP)
        wait_for(lambda: server.events("roll_finished"), 30)
        assert server.errors.count("APP_SECRET") == 0
        assert post_as_app(server, secret) == 200


def post_as_app(server: Server, secret: str) -> int:
    return int(post(server, f"{FORM}&client_id=app&client_secret={secret}").status)


def test_SEC_245_what_lies_on_disk_is_hashed_or_sealed(server: Server) -> None:
    server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS)
    for path in server.data_directory.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert SECRET.encode() not in content, path
            if path.parent.name != "tls":
                assert b"PRIVATE KEY" not in content, path


def test_the_data_directory_is_for_its_owner_alone(server: Server) -> None:
    assert server.data_directory.stat().st_mode & 0o077 == 0
    for path in server.data_directory.rglob("*"):
        if path.suffix != ".pem":
            assert path.stat().st_mode & 0o077 == 0, path


def test_SEC_260_every_decision_writes_one_line_that_says_who_and_how_it_went(
    server: Server,
) -> None:
    before = len(settled_audit_lines(server))
    for _ in range(3):
        server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS)
    post(server, f"{FORM}&client_id=app&client_secret=wrong")
    post(server, f"{FORM}&client_id=nobody&client_secret=wrong")
    post(server, "grant_type=unknown", **HEADERS)
    post(server, f"{FORM}&scope=nope", **HEADERS)
    server.ask("/as/introspect.oauth2", method="POST", body="token=x", headers=HEADERS)
    decisions = 8
    wait_for(lambda: len(audit_lines(server)) >= before + decisions)

    events = settled_audit_lines(server)[before:]
    assert len(events) == decisions
    assert sum(event["event"] == "token_issued" for event in events) == 3
    for event in events:
        assert event["time"].endswith("Z")
        assert event["environment"]
        assert event["address"] == "127.0.0.1"
        assert event.get("client") or event.get("claimed"), event
    refused = [event for event in events if event["event"] == "request_refused"]
    assert {event["code"] for event in refused} == {
        "invalid_client",
        "unsupported_grant_type",
        "invalid_scope",
    }


def test_standard_output_and_audit_file_say_the_same(server: Server) -> None:
    server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS)

    def issued(events: list[dict[str, Any]]) -> list[str]:
        return [event["token_id"] for event in events if event["event"] == "token_issued"]

    wait_for(lambda: issued(audit_lines(server)), 5)
    wait_for(lambda: issued(audit_lines(server)) == issued(server.events()), 5)
