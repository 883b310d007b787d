"""The real loaders against a real server: every answer is looked at."""

import os
from collections.abc import Callable

import pytest

from bench.load.fixed_rate import FixedRate, Pace, hold_rate
from bench.load.saturation import Saturation, saturate
from bench.processes import install
from bench.work import Endpoint, PostRequest, token_request
from tests.bench.answering import answering

RIGHT = b'{"access_token":"x","token_type":"Bearer"}'
REQUEST = token_request(Endpoint("/token", {}))
Load = Callable[[str, PostRequest], Saturation | FixedRate]


@pytest.fixture(scope="module", autouse=True)
def wrk() -> None:
    """Bring wrk onto a machine that has none."""
    install("system_packages.sh", "wrk")


def to_the_limit(url: str, request: PostRequest) -> Saturation:
    core = max(os.sched_getaffinity(0))
    return saturate(url, request, core=core, connections=2, seconds=1)


def at_a_rate(url: str, request: PostRequest) -> FixedRate:
    core = max(os.sched_getaffinity(0))
    return hold_rate(url, request, core=core, pace=Pace(100.0, 0.5, seed=1))


both = pytest.mark.parametrize("load", [to_the_limit, at_a_rate])


@both
def test_right_answers_are_counted(load: Load) -> None:
    with answering(200, RIGHT) as url:
        measured = load(url, REQUEST)
    assert measured.requests > 0
    assert measured.errors == 0


@both
@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b'{"error":"invalid_client"}'), (401, RIGHT), (503, b"")],
    ids=["200 without a token", "401", "503"],
)
def test_every_wrong_answer_is_an_error(load: Load, status: int, body: bytes) -> None:
    with answering(status, body) as url:
        measured = load(url, REQUEST)
    assert measured.errors == measured.requests > 0
