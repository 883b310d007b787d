"""Starting: what a started server is, and what keeps one from starting."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import can_connect
from tests.support.server import (
    MINIMAL,
    Server,
    ask,
    free_port,
    running_server,
    start_server,
)
from tests.support.traffic import FORM, HEADERS, TOKEN, ask_token, connect

HEARTBEAT = "/pf/heartbeat.ping"
JWKS = "/pf/JWKS"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Run one server for the tests that leave it as it is."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.mark.parametrize("listener", ["tls", "http"])
def test_a_started_server_answers_on_every_listener(server: Server, listener: str) -> None:
    heartbeat = server.ask(HEARTBEAT, listener=listener)
    token = server.ask(TOKEN, listener=listener, method="POST", body=FORM, headers=HEADERS)

    assert (heartbeat.status, heartbeat.body) == (200, b"OK")
    assert token.status == 200, token.body


def test_the_authority_is_printed_so_that_curl_can_use_it(server: Server) -> None:
    [command] = [line for line in server.errors.splitlines() if "--cacert" in line]
    arguments = command.partition("try  ")[2].split()

    done = subprocess.run([*arguments, "--silent"], capture_output=True, check=True, timeout=20)

    assert done.stdout == b"OK"


def test_the_parent_loads_no_product_code(server: Server) -> None:
    names = "import sys, ostiary.main.parent.__main__; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", names], capture_output=True, text=True, check=True, timeout=30
    )

    modules = done.stdout.split()
    ours = {name for name in modules if name.startswith("ostiary.")}
    assert all(name.startswith("ostiary.main") for name in ours), ours
    heavy = {"cryptography", "pydantic", "msgspec", "uvicorn", "typer", "rich", "alembic"}
    assert not heavy & {name.partition(".")[0] for name in modules}


def test_a_worker_loads_nothing_that_only_commands_need() -> None:
    names = "import sys, ostiary.main.worker.__main__; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", names], capture_output=True, text=True, check=True, timeout=30
    )

    roots = {name.partition(".")[0] for name in done.stdout.split()}
    assert not roots & {"pydantic", "typer", "rich", "jinja2", "alembic", "sqlalchemy", "yaml"}


def test_parent_and_worker_are_small(server: Server) -> None:
    with closing(connect(server, "tls")) as connection:
        ask_token(connection)

    assert resident_mib(server.pid) < 40
    assert all(resident_mib(pid) < 80 for pid in server.workers)


def resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def test_liveness_and_readiness_are_told_apart(server: Server) -> None:
    live, ready = server.ask_admin("/live"), server.ask_admin("/ready")

    assert (live.status, live.json()["status"]) == (200, "live")
    assert (ready.status, ready.json()["status"]) == (200, "ready")
    assert live.json()["instance"] == ready.json()["instance"]


def test_a_taken_port_is_named_and_nothing_is_touched(tmp_path: Path) -> None:
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        server = start_server(tmp_path, ports={"http": port})

        assert server.wait(20) == 1

    assert f"port {port} is taken by another process" in server.errors
    assert "--http" in server.errors
    assert not (server.data_directory / "ostiary.db").exists()


def test_REL_47_a_second_server_on_the_same_file_is_refused(tmp_path: Path) -> None:
    with running_server(tmp_path / "first") as first:
        store = f"sqlite:///{first.data_directory / 'ostiary.db'}"
        second = start_server(tmp_path / "second", {**MINIMAL, "server": {"store": store}})

        assert second.wait(20) == 1
        assert f"another server (pid {first.pid}) uses " in second.errors
        assert first.ask(TOKEN, method="POST", body=FORM, headers=HEADERS).status == 200


def test_REL_39_a_store_with_a_newer_schema_ends_the_start_soon(tmp_path: Path) -> None:
    with running_server(tmp_path) as first:
        pass
    with sqlite3.connect(first.data_directory / "ostiary.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    started = time.monotonic()
    second = start_server(tmp_path, ports=first.ports)

    assert second.wait(20) == 1
    assert time.monotonic() - started < 5
    assert "schema is at revision 9999" in second.errors
    assert not can_connect(first.ports["http"])


def test_a_broken_configuration_is_refused_in_the_words_of_check(tmp_path: Path) -> None:
    server = start_server(tmp_path, {"environments": {"default": {"face": "pingfed"}}})

    assert server.wait(20) == 1
    assert "environments.default.face" in server.errors


def test_SEC_253_dev_mode_listens_on_this_machine_only(tmp_path: Path) -> None:
    server = start_server(tmp_path, arguments=("--http", "0.0.0.0:9080"))

    assert server.wait(20) == 1
    assert "loopback" in server.errors


def test_the_plain_listener_is_named_on_the_command_line(tmp_path: Path) -> None:
    port = free_port()
    configuration = {**MINIMAL, "server": {"listeners": {"http": "off"}}}
    with running_server(
        tmp_path, configuration, arguments=("--http", f"127.0.0.1:{port}")
    ) as server:
        assert ask("127.0.0.1", port, HEARTBEAT).status == 200
        assert not can_connect(server.ports["http"])


def test_a_server_without_standard_output_serves(tmp_path: Path) -> None:
    with running_server(tmp_path, command=("sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh")) as server:
        assert server.ask(TOKEN, method="POST", body=FORM, headers=HEADERS).status == 200
        assert server.stop() == 0


@pytest.mark.prove
def test_a_start_takes_four_seconds_at_first_and_then_one_and_a_half(tmp_path: Path) -> None:
    seconds = []
    for _ in range(6):
        server = start_server(tmp_path)
        try:
            seconds.append(server.wait_until_ready())
        finally:
            server.end()
    assert seconds[0] < 4
    assert sorted(seconds[1:])[2] < 1.5


def test_a_file_that_lacks_an_environment_of_the_store_does_not_start(tmp_path: Path) -> None:
    with running_server(tmp_path) as first:
        keys = first.ask(JWKS).json()
    others = {"environments": {"else": MINIMAL["environments"]["default"]}}

    second = start_server(tmp_path, others, ports=first.ports)

    assert second.wait(20) == 1
    assert (
        "ostiary: this configuration has no environment default, which the store has; `ostiary "
        "apply` removes it, or name another data directory (--data-directory)\n"
    ) in second.errors
    with running_server(tmp_path, ports=first.ports) as third:
        assert third.ask(JWKS).json() == keys


@pytest.mark.parametrize(("option", "value"), [("--http", "127.0.0.1:99999"), ("--workers", "2")])
def test_a_value_of_the_command_line_is_refused_by_the_name_of_its_option(
    tmp_path: Path, option: str, value: str
) -> None:
    server = start_server(tmp_path, arguments=(option, value))

    assert server.wait(20) == 1
    assert any(line.startswith(f"{option}: ") for line in server.errors.splitlines())
    assert "\n1 error and 1 warning; nothing was done\n" in server.errors


def test_the_start_text_names_the_plain_listeners_as_urls(server: Server) -> None:
    lines = server.errors.splitlines()

    assert f"ostiary: plain HTTP at http://127.0.0.1:{server.ports['http']}" in lines
    admin = f"http://127.0.0.1:{server.ports['admin']}"
    assert f"ostiary: health, metrics and administration at {admin}" in lines


def test_a_data_directory_that_cannot_be_made_is_named_with_its_option(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()

    server = start_server(tmp_path, arguments=("--data-directory", str(in_the_way / "data")))

    assert server.wait(20) == 1
    assert f"the data directory {in_the_way}/data cannot be made: " in server.errors
    assert "choose another with --data-directory" in server.errors
