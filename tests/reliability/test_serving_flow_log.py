"""The flow log of a running server: on its admin listener alone, joined over workers."""

import http.cookies
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import OSTIARY, SEEDS, Answer, Server, load_toml, running_server, wait_for

BEGIN = "/as/authorization.oauth2?client_id=im_client&response_type=token&response_mode=pi.flow"
ACTION = "application/vnd.pingidentity.checkUsernamePassword+json"
PASSWORD = "Password1"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the seeds with two workers in dev mode, where the log is open."""
    configuration = {**load_toml(SEEDS), "server": {"workers": 2, "force_workers": True}}
    with running_server(tmp_path_factory.mktemp("flows"), configuration) as running:
        wait_for(lambda: running.metric("ostiary_workers_ready") == 2)
        yield running


def begin(server: Server) -> tuple[str, str]:
    """Begin a sign-on; return its id and the cookie that opens it."""
    answer = server.ask(BEGIN)
    assert answer.status == 200, answer.body
    return answer.json()["id"], cookie_of(answer)


def check(server: Server, flow: str, cookie: str, password: str) -> Answer:
    headers = {"content-type": ACTION, "x-xsrf-header": "test", "cookie": cookie}
    body = json.dumps({"username": "joe", "password": password})
    return server.ask(f"/pf-ws/authn/flows/{flow}", method="POST", body=body, headers=headers)


def cookie_of(answer: Answer) -> str:
    """Return the cookies that an answer sets."""
    sent = next(value for name, value in answer.headers.items() if name.lower() == "set-cookie")
    cookies = http.cookies.SimpleCookie(sent)
    return "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())


def shown(server: Server, flow: str, count: int = 1) -> dict[str, Any]:
    """Return a flow as the log has it once it has that many entries."""
    found: list[Any] = []

    def is_there() -> bool:
        found[:] = server.ask_admin(f"/flows?flow={flow}").json()["flows"]
        return bool(found) and len(found[0]["entries"]) >= count

    wait_for(is_there)
    flow_shown: dict[str, Any] = found[0]
    return flow_shown


def test_a_sign_on_is_told_from_its_beginning_to_its_end(server: Server) -> None:
    flow, cookie = begin(server)
    assert check(server, flow, cookie, "wrong").status == 400
    assert check(server, flow, cookie, PASSWORD).status == 200

    wait_for(lambda: "ended_at" in shown(server, flow))
    told = shown(server, flow)
    forms = [each for each in told["entries"] if each.get("kind") == "username_password"]
    outcomes = [each["outcome"] for each in forms]
    assert told["client"] == "im_client"
    assert outcomes[-2:] == ["refused", "passed"]
    assert told["entries"][-1]["outcome"] == "finished"


def test_SEC_244_nothing_in_it_opens_anything(server: Server) -> None:
    flow, cookie = begin(server)
    token = check(server, flow, cookie, PASSWORD).json()["authorizeResponse"]["access_token"]
    shown(server, flow, 3)
    for path in ("/flows", "/flows.html"):
        body = server.ask_admin(path).body.decode()
        for canary in (
            PASSWORD,
            flow,
            cookie.partition("=")[2],
            token,
        ):
            assert canary not in body


def test_the_page_runs_no_script_and_cannot_be_framed(server: Server) -> None:
    answer = server.ask_admin("/flows.html")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert answer.status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert b"<script" not in answer.body


def test_it_is_on_the_admin_listener_alone(server: Server) -> None:
    assert server.ask("/flows").status == 404
    assert server.ask("/flows.html").status == 404


@pytest.mark.parametrize("query", ["after=x", "after=-1", "after=" + "9" * 400, "flow=%ff", "&&=="])
def test_nonsense_in_the_query_is_no_failure(server: Server, query: str) -> None:
    assert server.ask_admin(f"/flows?{query}").status == 200


def test_the_command_shows_it_in_a_terminal(server: Server) -> None:
    flow, cookie = begin(server)
    check(server, flow, cookie, "wrong")
    shown(server, flow, 3)
    done = _ostiary(server, "flows", flow)
    assert done.returncode == 0, done.stderr
    assert "usernamePassword.check" in done.stdout
    assert "refused" in done.stdout
    assert "wrong" in done.stdout  # why, not what was typed

    document = json.loads(_ostiary(server, "flows", flow, "--json").stdout)
    assert document["flows"][0]["client"] == "im_client"

    nothing = _ostiary(server, "flows", "gone")
    assert nothing.stdout == ""
    assert nothing.stderr == "Nothing is kept of the flow 'gone', or not any more.\n"


def test_it_is_off_outside_of_dev_mode_unless_it_is_switched_on(tmp_path: Path) -> None:
    configuration = {**load_toml(SEEDS), "server": {"flow_log": False}}
    with running_server(tmp_path, configuration) as server:
        begin(server)
        answer = server.ask_admin("/flows")
        assert answer.status == 404
        assert "flow_log" in answer.json()["error"]
        assert server.ask_admin("/flows.html").status == 404
        refused = _ostiary(server, "flows")
        assert refused.returncode == 1
        assert "flow_log = true" in refused.stderr


def _ostiary(server: Server, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [*OSTIARY, *arguments, "--config", str(server.configuration_path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
