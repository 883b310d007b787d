"""As much as a server takes: wrk, on keep-alive connections that each wait for their answer."""

import msgspec

from bench.errors import BenchError
from bench.processes import ROOT, ask
from bench.work import PostRequest, basic_credentials

_SCRIPT = ROOT / "bench" / "load" / "wrk.lua"
# An answer that takes longer counts as none.
_PATIENCE_SECONDS = 10


class _WrkReport(msgspec.Struct, frozen=True):
    """The line that wrk.lua prints; latencies are microseconds."""

    requests: int
    microseconds: int
    wrong: int
    broken: int
    p50: float
    p99: float
    max: float


class Saturation(msgspec.Struct, frozen=True):
    """What a server did while it was loaded to its limit.

    Args:
        errors: answers that were not 200 or lacked what was asked for, and broken connections.
    """

    requests: int
    seconds: float
    errors: int
    p50_ms: float
    p99_ms: float
    max_ms: float

    @property
    def rate(self) -> float:
        """Right answers a second."""
        return (self.requests - self.errors) / self.seconds


def parse_report(output: str) -> Saturation:
    """Read what wrk printed with our script."""
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise BenchError(f"wrk reported nothing:\n{output}")
    report = msgspec.json.decode(lines[-1], type=_WrkReport)
    return Saturation(
        requests=report.requests,
        seconds=report.microseconds / 1e6,
        errors=report.wrong + report.broken,
        p50_ms=report.p50 / 1000,
        p99_ms=report.p99 / 1000,
        max_ms=report.max / 1000,
    )


def saturate(
    url: str, request: PostRequest, *, core: int, connections: int, seconds: int
) -> Saturation:
    """Load a server for so many whole seconds."""
    command = ["wrk", "--threads", "1", "--connections", str(connections)]
    command += ["--timeout", f"{_PATIENCE_SECONDS}s"]
    command += ["--duration", f"{seconds}s", "--script", str(_SCRIPT), url + request.path]
    environ = {
        "BENCH_BODY": request.body,
        "BENCH_AUTHORIZATION": basic_credentials(),
        "BENCH_MARKER": request.marker,
    }
    return parse_report(ask(command, core=core, environ=environ, seconds=seconds + 30))
