"""The explorer of a running server: in dev mode, and nowhere else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import MINIMAL, Server, running_server

EXPLORER = "/pf-ws/authn/explorer"
FILES = {
    "": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server in dev mode."""
    with running_server(tmp_path_factory.mktemp("explorer")) as running:
        yield running


@pytest.mark.parametrize("ending", FILES)
def test_each_file_is_what_it_says_and_nothing_keeps_it(server: Server, ending: str) -> None:
    answer = server.ask(EXPLORER + ending)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert answer.status == 200
    assert headers["content-type"] == FILES[ending]
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_SEC_27_the_page_runs_its_own_script_and_cannot_be_framed(server: Server) -> None:
    answer = server.ask(EXPLORER)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    policy = dict(each.split(" ", 1) for each in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert headers["x-frame-options"] == "DENY"
    assert b"<script>" not in answer.body
    assert b"<style>" not in answer.body


def test_a_host_that_is_not_ours_does_not_get_it(server: Server) -> None:
    answer = server.ask(EXPLORER + ".json", headers={"Host": "attacker.example"})
    assert answer.status in {400, 421}


def test_in_production_there_is_none(tmp_path: Path) -> None:
    with running_server(tmp_path, in_production()) as server:
        assert server.ask("/pf/heartbeat.ping").status == 200
        for ending in FILES:
            assert server.ask(EXPLORER + ending).status == 404
        assert server.ask_admin("/flows").status == 404


def in_production() -> dict[str, Any]:
    """Return a configuration for production behind a proxy, without a secret in it."""
    environment = {**MINIMAL["environments"]["default"], "clients": {}}
    return {
        "environments": {"default": environment},
        "server": {"mode": "production", "listeners": {"tls": "off"}},
    }
