"""A fixed rate: requests arrive as from many callers, whether or not the last one is done."""

import sys

import msgspec

from bench.load.pacer import PacerOrder, PacerReport
from bench.processes import ask
from bench.statistics import percentile
from bench.work import PostRequest


class Pace(msgspec.Struct, frozen=True):
    """How often, for how long, and from which number the arrivals are drawn."""

    rate: float
    seconds: float
    seed: int


class FixedRate(msgspec.Struct, frozen=True):
    """How long callers waited at a rate that the server can well take.

    Args:
        requested_rate, rate: requests a second that were meant to be sent, and right answers.
        p50_ms: like the other latencies, from the moment at which a request was due, so that one
            that had to wait for a free connection counts its wait.
    """

    requested_rate: float
    rate: float
    requests: int
    errors: int
    p50_ms: float
    p99_ms: float
    max_ms: float

    @property
    def is_held(self) -> bool:
        """Whether the rate was reached, within 3 %."""
        return self.rate >= 0.97 * self.requested_rate


def summarize(order: PacerOrder, report: PacerReport) -> FixedRate:
    """Turn single latencies into what is reported."""
    waits = report.latencies_ms or [0.0]
    return FixedRate(
        requested_rate=order.rate,
        rate=len(report.latencies_ms) / report.seconds,
        requests=len(report.latencies_ms) + report.errors,
        errors=report.errors,
        p50_ms=percentile(waits, 0.50),
        p99_ms=percentile(waits, 0.99),
        max_ms=max(waits),
    )


def hold_rate(url: str, request: PostRequest, *, core: int, pace: Pace) -> FixedRate:
    """Send requests at a pace, from a process of its own."""
    order = PacerOrder(
        url=url,
        path=request.path,
        headers=dict(request.headers),
        body=request.body,
        marker=request.marker,
        rate=pace.rate,
        seconds=pace.seconds,
        seed=pace.seed,
    )
    output = ask(
        [sys.executable, "-m", "bench.load.pacer"],
        core=core,
        standard_input=msgspec.json.encode(order).decode(),
        seconds=2 * pace.seconds + 60,
    )
    return summarize(order, msgspec.json.decode(output, type=PacerReport))
