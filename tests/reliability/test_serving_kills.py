"""Processes that are killed while clients exchange codes and use refresh tokens."""

import os
import random
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.grant_lives import (
    check_history,
    keep_living,
    lines_of,
    open_clients,
    use_everything,
)
from tests.support.grant_server import running_grant_server
from tests.support.history import Line, Op, Outcome
from tests.support.server import Server
from tests.support.table_rows import count_rows
from tests.support.worker_kills import KILLS_OF_ONE_SERVER, kill_workers

CLIENTS = 8


@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.prove)])
def test_REL_1_workers_killed_during_exchanges_redeem_nothing_twice_and_lose_nothing(
    tmp_path: Path, own_postgres_url: str, kills: int
) -> None:
    survive(tmp_path, own_postgres_url, kills, Op.EXCHANGE, refreshes=0)


@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.prove)])
def test_REL_3_sessions_survive_workers_killed_during_rotations(
    tmp_path: Path, own_postgres_url: str, kills: int
) -> None:
    survive(tmp_path, own_postgres_url, kills, Op.REFRESH, refreshes=30)


def survive(directory: Path, url: str, kills: int, op: Op, *, refreshes: int) -> None:
    """Kill workers under load, and see that the clients can tell no difference."""
    good, lines = 0, list[Line]()
    for done in range(0, kills, KILLS_OF_ONE_SERVER):
        with (
            running_grant_server(directory, url) as server,
            open_clients(server, CLIENTS) as clients,
        ):
            with keep_living(clients, refreshes=refreshes):
                kill_workers(server, min(KILLS_OF_ONE_SERVER, kills - done), clients, op)
            good += use_everything(clients)

            assert count_rows(server, url)["user_grants"] == good
        lines += lines_of(clients)
    check_history(lines, (Op.EXCHANGE, Outcome.DONE), (op, Outcome.UNKNOWN))


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.prove)])
def test_REL_2_a_server_killed_as_a_whole_redeems_nothing_twice_and_loses_nothing(
    tmp_path: Path, kills: int
) -> None:
    with ExitStack() as opened:
        server = opened.enter_context(running_grant_server(tmp_path))
        clients = opened.enter_context(open_clients(server, CLIENTS))
        with keep_living(clients, refreshes=3):
            for _ in range(kills):
                time.sleep(random.uniform(0.2, 0.5))
                kill_everything(server)
                again = running_grant_server(tmp_path, ports=server.ports)
                server = opened.enter_context(again)
        good = use_everything(clients)

        assert count_rows(server, None)["user_grants"] == good
    check_history(lines_of(clients), (Op.EXCHANGE, Outcome.DONE), (Op.REFRESH, Outcome.DONE))
    assert Outcome.UNKNOWN in {line.outcome for line in lines_of(clients)}


def kill_everything(server: Server) -> None:
    """Kill the parent and its workers."""
    for pid in (server.pid, *server.workers):
        os.kill(pid, signal.SIGKILL)
