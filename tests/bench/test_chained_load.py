"""Requests that differ: each spends its own code, token or login, and every answer is looked at."""

import itertools
import json
import os
from urllib.parse import parse_qs

import pytest

from bench.load.requests import ChainedRequests
from bench.load.saturation import Saturation, saturate
from bench.processes import install
from tests.bench.answering import Asked, Told, conversing

FORM = "grant_type=x&spent="
MARKER = '"refresh_token"'
CONNECTIONS = 4
FLOW = "/as/authorization.oauth2"


@pytest.fixture(scope="module", autouse=True)
def wrk() -> None:
    """Bring wrk onto a machine that has none."""
    install("system_packages.sh", "wrk")


def load(url: str, chain: ChainedRequests) -> Saturation:
    core = max(os.sched_getaffinity(0))
    return saturate(url, chain, core=core, connections=CONNECTIONS, seconds=1)


def spent(asked: Asked) -> str:
    (value,) = parse_qs(asked.body)["spent"]
    return value


def codes(*links: str) -> ChainedRequests:
    return ChainedRequests("chain.lua", "/token", FORM, MARKER, links)


def refreshes() -> ChainedRequests:
    links = [f"first{number}" for number in range(CONNECTIONS)]
    return ChainedRequests("chain.lua", "/token", FORM, MARKER, links, '"refresh_token":"([^"]+)"')


def logins() -> ChainedRequests:
    bodies = [json.dumps({"username": f"user{number}"}) for number in range(8)]
    return ChainedRequests("flow.lua", FLOW, "", '"status":"COMPLETED"', bodies)


def test_every_code_is_spent_once_and_the_time_ends_with_the_last() -> None:
    seen: list[str] = []

    def answer(asked: Asked) -> Told:
        seen.append(spent(asked))
        return Told(200, b'{"refresh_token":"x"}')

    with conversing(answer) as url:
        measured = load(url, codes("a", "b", "c", "d", "e", "f"))
    assert sorted(seen) == ["a", "b", "c", "d", "e", "f"]
    assert (measured.requests, measured.errors) == (6, 0)
    assert 0 < measured.seconds < 1


def test_every_refresh_token_is_that_of_an_earlier_answer_and_none_comes_twice() -> None:
    numbers, seen, given = itertools.count(), list[str](), set(refreshes().links)

    def answer(asked: Asked) -> Told:
        seen.append(spent(asked))
        given.add(following := f"next{next(numbers)}")
        return Told(200, json.dumps({"refresh_token": following}, separators=(",", ":")).encode())

    with conversing(answer) as url:
        measured = load(url, refreshes())
    assert measured.errors == 0
    assert len(seen) > CONNECTIONS
    assert len(set(seen)) == len(seen)
    assert given.issuperset(seen)


def test_both_requests_of_a_login_count_as_one_and_the_second_brings_the_cookie_of_the_first() -> (
    None
):
    numbers, finished, begun = itertools.count(), list[Asked](), list[Asked]()

    def answer(asked: Asked) -> Told:
        if asked.method == "GET":
            begun.append(asked)
            name = f"flow{next(numbers)}"
            state = json.dumps({"id": name, "status": "ASKED"}, separators=(",", ":"))
            return Told(200, state.encode(), {"Set-Cookie": f"PF=of{name}; Path=/"})
        finished.append(asked)
        return Told(200, b'{"id":"x","status":"COMPLETED"}')

    with conversing(answer) as url:
        measured = load(url, logins())
    assert measured.errors == 0
    # Answers to what was on its way when the time was over are not counted.
    assert 0 <= len(finished) - measured.requests <= CONNECTIONS
    assert all(not asked.cookie for asked in begun)
    assert all(asked.path.endswith(asked.cookie.removeprefix("PF=of")) for asked in finished)
    assert len({asked.body for asked in finished}) == 8


def polls() -> ChainedRequests:
    links = [f"device_code={number}" for number in range(8)]
    return ChainedRequests("poll.lua", "/token", "grant_type=x&", '"error":"', links)


def devices() -> ChainedRequests:
    return ChainedRequests("device.lua", "/device", "scope=x", MARKER, ["cookie0", "cookie1"])


def test_devices_that_wait_ask_in_turn_and_a_refusal_is_the_right_answer() -> None:
    seen: list[str] = []

    def answer(asked: Asked) -> Told:
        seen.append(asked.body.partition("device_code=")[2])
        error = "slow_down" if len(seen) % 2 else "authorization_pending"
        return Told(400, json.dumps({"error": error}, separators=(",", ":")).encode())

    with conversing(answer) as url:
        measured = load(url, polls())
    assert measured.errors == 0
    assert measured.requests > CONNECTIONS
    assert set(seen) == {str(number) for number in range(8)}


def test_all_four_requests_of_a_device_count_as_one_and_each_device_gets_its_own_tokens() -> None:
    numbers, redeemed, cookies = itertools.count(), list[str](), set[str]()

    def answer(asked: Asked) -> Told:
        if asked.path == "/device":
            number = next(numbers)
            told = {"device_code": f"device{number}", "user_code": f"USER-{number}"}
        elif asked.method == "GET":
            cookies.add(asked.cookie)
            code = asked.path.partition("user_code=")[2]
            told = {"id": code.replace("USER-", "flow"), "status": "ASKED", "userCode": code}
        elif asked.path.startswith("/pf-ws/authn/flows/"):
            assert json.loads(asked.body)["userCode"][5:] == asked.path.rpartition("flow")[2]
            told = {"id": asked.path.rpartition("/")[2], "status": "OAUTH_DEVICE_COMPLETED"}
        else:
            redeemed.append(asked.body.partition("device_code=")[2])
            told = {"refresh_token": "x"}
        return Told(200, json.dumps(told, separators=(",", ":")).encode())

    with conversing(answer) as url:
        measured = load(url, devices())
    assert measured.errors == 0
    assert measured.requests > CONNECTIONS
    assert 0 <= len(redeemed) - measured.requests <= CONNECTIONS
    assert len(set(redeemed)) == len(redeemed)
    assert cookies == {"PF=cookie0", "PF=cookie1"}


@pytest.mark.parametrize("chain", [codes("a"), refreshes(), logins(), polls(), devices()], ids=str)
@pytest.mark.parametrize("told", [Told(400, b'{"error":"x"}'), Told(200, b'{"id":"a"}')], ids=str)
def test_every_wrong_answer_is_an_error(chain: ChainedRequests, told: Told) -> None:
    with conversing(lambda _: told) as url:
        measured = load(url, chain)
    assert measured.errors == measured.requests > 0
