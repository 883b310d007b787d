"""What the loaders report: right answers, wrong ones, and how long they took."""

import pytest

from bench.errors import BenchError
from bench.load import fixed_rate, pacer, saturation
from bench.load.pacer import PacerOrder, PacerReport

WRK = """Running 1s test @ http://127.0.0.1:9031/as/token.oauth2
  1 threads and 32 connections
  11908 requests in 1.00s, 11.21MB read
Requests/sec:  11900.1
{"requests":11908,"microseconds":1000652,"wrong":2,"broken":1,"p50":2561.0,"p99":6120.5,"max":9001.0}
"""
ORDER = PacerOrder("http://127.0.0.1:1", "/", {}, "", "x", rate=100.0, seconds=2.0, seed=1)


def test_the_line_of_our_script_is_found_in_what_wrk_prints() -> None:
    load = saturation.parse_report(WRK)
    assert (load.requests, load.errors) == (11908, 3)
    assert (load.p50_ms, load.p99_ms) == (2.561, 6.1205)
    assert load.rate == pytest.approx(11905 / 1.000652)


def test_wrk_without_a_report_is_an_error() -> None:
    with pytest.raises(BenchError, match="unable to connect"):
        saturation.parse_report("unable to connect to 127.0.0.1:9031 Connection refused\n")


@pytest.mark.parametrize(
    ("received", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Le", False),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nA: b\r\n\r\nabc", False),
        (b"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 4\r\n\r\nabcd", True),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", True),
    ],
)
def test_an_answer_is_whole_when_its_body_is(received: bytes, whole: bool) -> None:
    assert pacer.is_whole(received) == whole


def test_an_answer_without_a_length_is_refused() -> None:
    with pytest.raises(ValueError, match="without Content-Length"):
        pacer.is_whole(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")


def test_arrivals_are_ordered_and_come_at_the_rate() -> None:
    due = pacer.arrivals(1000.0, 20.0, seed=7)
    assert due == sorted(due)
    assert due[-1] < 20.0
    assert len(due) == pytest.approx(20_000, rel=0.05)


def test_the_same_seed_draws_the_same_arrivals() -> None:
    assert pacer.arrivals(100.0, 1.0, seed=3) == pacer.arrivals(100.0, 1.0, seed=3)


def test_a_request_is_written_with_the_length_of_its_body() -> None:
    written = pacer.write_request("/token", {"A": "b"}, "x=1")
    assert written == (
        b"POST /token HTTP/1.1\r\nHost: localhost\r\nA: b\r\nContent-Length: 3\r\n\r\nx=1"
    )


def test_the_rate_is_that_of_right_answers() -> None:
    summary = fixed_rate.summarize(ORDER, PacerReport([1.0] * 190, errors=10, seconds=2.0))
    assert (summary.rate, summary.requests, summary.errors) == (95.0, 200, 10)
    assert not summary.is_held


def test_nothing_answered_is_no_rate() -> None:
    assert fixed_rate.summarize(ORDER, PacerReport([], errors=200, seconds=2.0)).rate == 0
