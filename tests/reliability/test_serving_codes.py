"""Codes on real processes: many redemptions at once, and processes that are killed meanwhile."""

import os
import random
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from tests.support.at_once import render_request, send_at_once
from tests.support.grant_client import GrantClient, form_of, make_line
from tests.support.grant_lives import (
    check_history,
    keep_living,
    lines_of,
    open_clients,
    use_everything,
)
from tests.support.grant_server import FORM_HEADERS, TOKEN, running_grant_server
from tests.support.history import Line, Op, Outcome
from tests.support.postgres import Postgres
from tests.support.server import Server, wait_for
from tests.support.table_rows import count_rows

EXCHANGED, REFUSED = (Op.EXCHANGE, Outcome.DONE), (Op.EXCHANGE, Outcome.REFUSED)
AT_ONCE = 32
CLIENTS = 8
KILLS_OF_ONE_SERVER = 5
"""Before the pauses in which it starts workers get long."""


@pytest.mark.parametrize("rounds", [5, pytest.param(200, marks=pytest.mark.prove)])
def test_SEC_30_of_many_redemptions_at_once_one_succeeds_and_nothing_of_it_stays(
    grant_client: GrantClient, rounds: int
) -> None:
    for _ in range(rounds):
        redeem_at_once(grant_client)

    check_history(grant_client.lines, EXCHANGED, REFUSED, (Op.LOOK, Outcome.REFUSED))


def redeem_at_once(client: GrantClient) -> None:
    """Present one code many times, and see that one succeeds and its tokens are worth nothing."""
    code = client.get_code()
    request = render_request("POST", TOKEN, FORM_HEADERS, form_of(Op.EXCHANGE, code))
    started = time.monotonic()
    answers = send_at_once(client.server, [request] * AT_ONCE)
    lines = [make_line(Op.EXCHANGE, code, "joe", code, (started, each)) for each in answers]
    client.lines += lines

    assert sorted(answer.status for answer in answers) == [200, *[400] * (AT_ONCE - 1)]
    (won,) = [line for line in lines if line.outcome is Outcome.DONE]
    assert client.refresh(code, won.refresh_token).outcome is Outcome.REFUSED
    assert client.look(code, won.access_token).outcome is Outcome.REFUSED


@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.prove)])
@pytest.mark.parametrize(
    "refreshes", [pytest.param(0, id="exchange"), pytest.param(20, id="rotation")]
)
def test_REL_1_REL_3_killed_workers_redeem_nothing_twice_and_lose_nothing(
    tmp_path: Path, postgres: Postgres, kills: int, refreshes: int
) -> None:
    url, good, lines = postgres.create_database(), 0, list[Line]()
    for done in range(0, kills, KILLS_OF_ONE_SERVER):
        with (
            running_grant_server(tmp_path, url) as server,
            open_clients(server, CLIENTS) as clients,
        ):
            with keep_living(clients, refreshes=refreshes):
                kill_workers(server, min(KILLS_OF_ONE_SERVER, kills - done))
            good += use_everything(clients)
            assert count_rows(server, url)["user_grants"] == good
        lines += lines_of(clients)
    check_history(lines, EXCHANGED, (Op.EXCHANGE, Outcome.UNKNOWN))
    postgres.drop_database(url)


def kill_workers(server: Server, kills: int) -> None:
    """Kill one of two workers at some moment, wait until there are two again, and so on."""
    for number in range(1, kills + 1):
        time.sleep(random.uniform(0.005, 0.2))
        os.kill(random.choice(server.workers), signal.SIGKILL)
        wait_for(partial(has_replaced, server, number), 60)


def has_replaced(server: Server, workers: int) -> bool:
    """Tell whether so many workers were replaced, and all want requests."""
    names = [f'ostiary_worker_restarts_total{{worker="{index}"}}' for index in (0, 1)]
    replaced = sum(server.metric(name) for name in names)
    return replaced >= workers and server.metric("ostiary_workers_ready") == len(names)
