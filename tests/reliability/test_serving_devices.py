"""Devices on real processes: many who ask, redeem and decide at the same moment."""

import time
from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest

from tests.support.at_once import send_at_once
from tests.support.device_server import (
    INTERVAL_SECONDS,
    NO,
    YES,
    answering,
    begin_device,
    is_connected,
    polling,
    running_device_server,
)
from tests.support.grant_client import GrantClient, make_line
from tests.support.grant_lives import check_history
from tests.support.grant_server import sign_on
from tests.support.history import Op, Outcome
from tests.support.server import Answer, Server

AT_ONCE = 32
HASTY = 8
DONE, REFUSED = (Op.EXCHANGE, Outcome.DONE), (Op.EXCHANGE, Outcome.REFUSED)


@pytest.fixture(scope="module")
def device_server(
    store_url: str | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Serve with two workers on PostgreSQL, and with one on SQLite."""
    with running_device_server(tmp_path_factory.mktemp("devices"), store_url) as server:
        yield server


@pytest.fixture(scope="module")
def browsers(device_server: Server) -> dict[str, str]:
    """Sign two people on, and return the cookies of their browsers."""
    return {name: sign_on(device_server, name) for name in ("joe", "ann")}


@pytest.mark.parametrize("rounds", [3, pytest.param(200, marks=pytest.mark.prove)])
def test_SEC_110_of_many_who_ask_at_once_for_an_approved_device_s_tokens_one_gets_them(
    device_server: Server, browsers: dict[str, str], rounds: int
) -> None:
    client = GrantClient(device_server, browsers["joe"], "joe")
    for _ in range(rounds):
        redeem_at_once(client)
    client.close()

    check_history(client.lines, DONE, REFUSED, (Op.LOOK, Outcome.DONE))


def redeem_at_once(client: GrantClient) -> None:
    """Let a device in, ask many times for its tokens, and look whether those that came are good."""
    codes = begin_device(client.server)
    (said,) = send_at_once(client.server, [answering(client.server, client.cookie, codes, YES)])
    assert decided(said) == "yes"
    code, started = str(codes["device_code"]), time.monotonic()
    answers = send_at_once(client.server, [polling(codes)] * AT_ONCE)
    lines = [make_line(Op.EXCHANGE, code, "joe", code, (started, each)) for each in answers]
    client.lines += lines

    assert sorted(answer.status for answer in answers) == [200, *[400] * (AT_ONCE - 1)]
    (won,) = [line for line in lines if line.outcome is Outcome.DONE]
    assert client.look(code, won.access_token).outcome is Outcome.DONE


@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.prove)])
def test_SEC_114_of_a_yes_and_a_no_at_once_one_counts_and_the_device_hears_the_same(
    device_server: Server, browsers: dict[str, str], rounds: int
) -> None:
    for number in range(rounds):
        codes = begin_device(device_server)
        yes = answering(device_server, browsers["joe"], codes, YES)
        no = answering(device_server, browsers["ann"], codes, NO)
        requests = [yes, no] if number % 2 else [no, yes]

        said = Counter(decided(each) for each in send_at_once(device_server, requests))

        assert said in ({"yes": 1, "over": 1}, {"no": 1, "over": 1})
        (polled,) = send_at_once(device_server, [polling(codes)])
        assert heard(polled) == ("tokens" if said["yes"] else "access_denied")


def test_SEC_109_all_workers_make_the_same_interval_longer(
    device_server: Server, store_url: str | None
) -> None:
    codes = begin_device(device_server)

    answers = send_at_once(device_server, [polling(codes)] * HASTY)

    told = Counter(heard(each) for each in answers)
    assert told == {"authorization_pending": 1, "slow_down": HASTY - 1}
    if store_url is not None:
        with psycopg.connect(store_url) as database:
            rows = database.execute(
                "SELECT interval_seconds FROM device_requests WHERE decision IS NULL"
            ).fetchall()
        assert rows == [(INTERVAL_SECONDS + 5 * (HASTY - 1),)]


def heard(answer: Answer) -> str:
    """Return what a device is told."""
    return "tokens" if answer.status == 200 else str(answer.json()["error"])


def decided(answer: Answer) -> str:
    """Return what a person's answer has brought about."""
    if answer.status in {302, 303}:
        assert is_connected(answer) or "error=access_denied" in answer.headers["location"]
        return "yes" if is_connected(answer) else "no"
    assert "This code is over" in answer.body.decode(), answer.body
    return "over"
