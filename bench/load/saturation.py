"""As much as a server takes: wrk, on keep-alive connections that each wait for their answer."""

from contextlib import ExitStack
from tempfile import NamedTemporaryFile

import msgspec

from bench.errors import BenchError
from bench.load.requests import ChainedRequests
from bench.processes import ROOT, ask
from bench.work import PostRequest, basic_credentials

_SCRIPTS = ROOT / "bench" / "load"
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
    url: str,
    request: PostRequest | ChainedRequests,
    *,
    core: int,
    connections: int,
    seconds: int,
) -> Saturation:
    """Load a server for so many whole seconds, or until there is nothing left to be sent."""
    script = request.script if isinstance(request, ChainedRequests) else "wrk.lua"
    command = ["wrk", "--threads", "1", "--connections", str(connections)]
    command += ["--timeout", f"{_PATIENCE_SECONDS}s", "--duration", f"{seconds}s"]
    command += ["--script", str(_SCRIPTS / script), url + request.path]
    environ = {
        "BENCH_SCRIPTS": str(_SCRIPTS),
        "BENCH_BODY": request.body,
        "BENCH_AUTHORIZATION": basic_credentials(),
        "BENCH_MARKER": request.marker,
    }
    with ExitStack() as stack:
        if isinstance(request, ChainedRequests):
            links = stack.enter_context(NamedTemporaryFile("w", prefix="bench-links-"))
            links.write("".join(f"{link}\n" for link in request.links))
            links.flush()
            environ["BENCH_PATH"] = request.path
            environ["BENCH_LINKS"] = links.name
            environ["BENCH_FOLLOWS"] = request.follows
            environ["BENCH_CONNECTIONS"] = str(connections)
        return parse_report(ask(command, core=core, environ=environ, seconds=seconds + 30))
