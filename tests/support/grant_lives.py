"""Clients that keep getting codes and tokens while something happens to their server."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.support.grant_client import GrantClient, until_settled
from tests.support.grant_server import GRACE_SECONDS, PEOPLE, sign_on
from tests.support.history import Line, Op, Outcome, find_breaches
from tests.support.server import Server

_REVOKED_OF_TEN = 2


@contextmanager
def open_clients(server: Server, count: int) -> Iterator[list[GrantClient]]:
    """Make clients in the browsers of all the people by turns."""
    cookies = [(name, sign_on(server, name)) for name in PEOPLE]
    chosen = (cookies[number % len(cookies)] for number in range(count))
    clients = [GrantClient(server, cookie, name) for name, cookie in chosen]
    try:
        yield clients
    finally:
        for client in clients:
            client.close()


@contextmanager
def keep_living(clients: Sequence[GrantClient], *, refreshes: int) -> Iterator[None]:
    """Let clients live while the block lasts, and until each knows what became of its requests.

    Args: refreshes is how often one grant is used at most.
    """
    over = threading.Event()
    with ThreadPoolExecutor(len(clients)) as threads:
        lives = [threads.submit(_live, client, over.is_set, refreshes) for client in clients]
        try:
            yield
        finally:
            over.set()
    for life in lives:
        life.result()


def _live(client: GrantClient, is_over: Callable[[], bool], refreshes: int) -> None:
    while not is_over():
        client.close()  # else all would stay with the worker that was there when another died
        newest = until_settled(client.exchange, client.get_code())
        for _ in range(random.randint(0, refreshes)):
            if newest.outcome is Outcome.DONE:
                newest = refresh(client, newest)
        if newest.outcome is Outcome.DONE and random.randrange(10) < _REVOKED_OF_TEN:
            until_settled(client.revoke, newest.grant, newest.refresh_token)


def refresh(client: GrantClient, newest: Line) -> Line:
    """Use the refresh token of an answer until it is known what came of it."""
    return until_settled(client.refresh, newest.grant, newest.refresh_token)


def use_everything(clients: Sequence[GrantClient]) -> int:
    """Use the newest refresh token and the first access token of every grant.

    Returns: how many grants are good.
    """
    return sum(map(_use_everything_of, clients))


def _use_everything_of(client: GrantClient) -> int:
    answers = [line for line in client.lines if line.refresh_token is not None]
    first = {line.grant: line for line in reversed(answers)}
    newest = {line.grant: line for line in answers}
    for line in first.values():
        until_settled(client.look, line.grant, line.access_token)
    return sum(refresh(client, line).outcome is Outcome.DONE for line in newest.values())


def lines_of(clients: Sequence[GrantClient]) -> list[Line]:
    """Return what all of them wrote down."""
    return [line for client in clients for line in client.lines]


def check_history(lines: Sequence[Line], *expected: tuple[Op, Outcome]) -> None:
    """Find no breach in a history in which the expected things happened."""
    happened = {(line.op, line.outcome) for line in lines}
    assert set(expected) <= happened, happened
    breaches = find_breaches(lines, grace_seconds=GRACE_SECONDS)
    assert not breaches, breaches[:3]
