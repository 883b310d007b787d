"""Before anything is timed, an answer that is not what was asked for ends the run."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bench.errors import BenchError
from bench.running_server import RunningServer, start
from bench.servers.authlib_flask import AuthlibFlask
from bench.servers.bare_uvicorn import BareUvicorn
from bench.servers.contract import Launch
from bench.verify import verify
from bench.work import CLIENT_ID, SCOPES, Work
from tests.bench.answering import answering

GOOD: Mapping[str, Any] = {
    "access_token": "t" * 40,
    "token_type": "Bearer",
    "scope": " ".join(SCOPES),
    "active": True,
    "client_id": CLIENT_ID,
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Run the one server that starts at once."""
    core = min(os.sched_getaffinity(0))
    with start(BareUvicorn(), tmp_path_factory.mktemp("bare"), cores=[core]) as running:
        yield running


def test_a_right_jwt_passes(bare: RunningServer) -> None:
    assert verify(bare.server, bare.launch, Work.ES256) > 500


def test_a_jwt_with_another_algorithm_is_refused(bare: RunningServer) -> None:
    with pytest.raises(BenchError, match="the token does not verify"):
        verify(bare.server, bare.launch, Work.RS256)


def test_a_server_counts_as_started_with_its_first_token(bare: RunningServer) -> None:
    assert 0 < bare.start_seconds < 60


def test_a_server_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    class Broken(BareUvicorn):
        def launch(self, directory: Path, *, workers: int = 1) -> Launch:
            return Launch(["sh", "-c", "echo out of luck"], "http://127.0.0.1:1")

    core = min(os.sched_getaffinity(0))
    with pytest.raises(BenchError, match="out of luck"), start(Broken(), tmp_path, cores=[core]):
        pass


@pytest.mark.parametrize("work", [Work.REFERENCE, Work.INTROSPECT])
def test_a_right_answer_passes(work: Work) -> None:
    with answering(200, json.dumps(GOOD).encode()) as url:
        verify(AuthlibFlask(), Launch([], url), work)


@pytest.mark.parametrize(
    ("work", "change", "problem"),
    [
        (Work.REFERENCE, {"scope": SCOPES[0]}, "scope is"),
        (Work.REFERENCE, {"token_type": "MAC"}, "token_type is not Bearer"),
        (Work.REFERENCE, {"access_token": "short"}, "a short token"),
        (Work.INTROSPECT, {"active": False}, "the token is not active"),
        (Work.INTROSPECT, {"client_id": "somebody"}, "another client's token"),
    ],
)
def test_a_wrong_answer_is_refused(work: Work, change: dict[str, Any], problem: str) -> None:
    with (
        answering(200, json.dumps({**GOOD, **change}).encode()) as url,
        pytest.raises(BenchError, match=problem),
    ):
        verify(AuthlibFlask(), Launch([], url), work)


def test_a_refusal_is_reported_with_its_status() -> None:
    with answering(401, b"{}") as url, pytest.raises(BenchError, match="answered 401"):
        verify(AuthlibFlask(), Launch([], url), Work.REFERENCE)
