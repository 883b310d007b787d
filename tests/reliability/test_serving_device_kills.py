"""Workers that are killed while devices come for their tokens."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from tests.support.at_once import send_at_once
from tests.support.device_server import (
    YES,
    answering,
    begin_device,
    is_connected,
    polling,
    running_device_server,
)
from tests.support.grant_client import GrantClient, make_line, until_settled, until_told
from tests.support.grant_lives import check_history, lines_of, open_clients
from tests.support.history import Line, Op, Outcome
from tests.support.server import Answer
from tests.support.worker_kills import KILLS_OF_ONE_SERVER, kill_workers

CLIENTS = 6
T = TypeVar("T")


@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.prove)])
def test_REL_1_workers_killed_while_devices_come_for_tokens_redeem_nothing_twice_and_lose_nothing(
    tmp_path: Path, own_postgres_url: str, kills: int
) -> None:
    lines = list[Line]()
    for done in range(0, kills, KILLS_OF_ONE_SERVER):
        with (
            running_device_server(tmp_path, own_postgres_url) as server,
            open_clients(server, CLIENTS) as clients,
        ):
            with keep_redeeming(clients):
                number = min(KILLS_OF_ONE_SERVER, kills - done)
                kill_workers(server, number, clients, Op.EXCHANGE)
            for client in clients:
                look_at_everything(client)
            lines += lines_of(clients)

    check_history(
        lines,
        (Op.EXCHANGE, Outcome.DONE),
        (Op.EXCHANGE, Outcome.UNKNOWN),
        (Op.LOOK, Outcome.DONE),
    )


@contextmanager
def keep_redeeming(clients: Sequence[GrantClient]) -> Iterator[None]:
    """Let devices in and fetch their tokens while the block lasts."""
    over = threading.Event()
    with ThreadPoolExecutor(len(clients)) as threads:
        lives = [threads.submit(redeem_on, client, over.is_set) for client in clients]
        try:
            yield
        finally:
            over.set()
    for life in lives:
        life.result()


def redeem_on(client: GrantClient, is_over: Callable[[], bool]) -> None:
    """Let one device in after the other; each fetches its tokens, and gets none once more.

    The latter is no line of the history: it ends nothing, as a code that comes twice would.
    """
    while not is_over():
        code = until_told(lambda: unless_killed(let_in, client))
        until_settled(partial(fetch, client), code)
        assert until_settled(partial(poll, client), code).outcome is Outcome.REFUSED


def let_in(client: GrantClient) -> str | None:
    """Let a device in, and return its code; None where nobody can tell whether that worked."""
    codes = begin_device(client.server)
    yes = answering(client.server, client.cookie, codes, YES)
    (answer,) = send_at_once(client.server, [yes])
    return str(codes["device_code"]) if is_connected(answer) else None


def fetch(client: GrantClient, code: str) -> Line:
    """Let a device ask for its tokens, and write down what became of it."""
    line = poll(client, code)
    client.lines.append(line)
    return line


def poll(client: GrantClient, code: str) -> Line:
    """Let a device ask for its tokens."""
    started = time.monotonic()
    answer = unless_killed(ask, client, code)
    return make_line(Op.EXCHANGE, code, client.subject, code, (started, answer))


def ask(client: GrantClient, code: str) -> Answer | None:
    (answer,) = send_at_once(client.server, [polling({"device_code": code})])
    return answer


def unless_killed(run: Callable[..., T | None], *about: object) -> T | None:
    """Return what comes of a conversation; None where its worker was killed meanwhile."""
    try:
        return run(*about)
    except (OSError, http.client.HTTPException):
        return None


def look_at_everything(client: GrantClient) -> None:
    """Ask whether the access tokens that came are good."""
    for line in [each for each in client.lines if each.access_token is not None]:
        until_settled(client.look, line.grant, line.access_token)
