"""The figures in docs/performance.md that a whole run writes there."""

from collections.abc import Iterator
from pathlib import Path

from bench.goals import P256_RATE
from bench.processes import ROOT
from bench.report import render_table
from bench.results import Results
from bench.rows import Row
from bench.statistics import median
from bench.table import Table
from bench.work import TITLES, Work

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- written by make bench -->", "<!-- end of what make bench writes -->"
_WORKS = (
    Work.HANDOVER,
    Work.HANDOVER_JWT,
    Work.DEVICE_POLL,
    Work.DEVICE,
    Work.JWT_BEARER,
    Work.EXCHANGE,
    Work.PASSWORD,
)
_NONE = "–"


def update(results: Results, page: Path = PAGE) -> bool:
    """Put a run's figures in the place of the last one's, and tell whether there were any."""
    lines = list(figures(results))
    if not lines:
        return False
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text("\n".join([f"{before}{BEGIN}", *lines, f"{END}{after}"]))
    return True


def figures(results: Results) -> Iterator[str]:
    """Yield the lines of the part that a run writes, none where it has none of the figures."""
    rows = [
        row
        for work in _WORKS
        for row in results.rows
        if row.work is work and row.is_valid and row.server.startswith("ostiary")
    ]
    grants = results.password_grants
    if not rows and not grants:
        return
    yield from ("", _origin(results), "")
    if rows:
        yield from render_table(_works(rows))
    if grants:
        yield ""
        yield (
            f"Password grants with the real hash: {grants.rate_per_core:.1f} for each second of "
            f"CPU time, {grants.share:.0%} of the {grants.hash_rate:.1f} raw hashes of that core "
            "in the same run. The 99th percentile of ES256 tokens at half load was "
            f"{grants.times:.2f} times that without them."
        )
    yield ""


def _origin(results: Results) -> str:
    speed = median([rates.p256 for rates in results.signatures] or [P256_RATE]) / P256_RATE
    noise = ", noisy" if results.signatures and results.is_noisy else ""
    return (
        f"Run of {results.started_at[:10]} on {results.machine.model}, one core, which signs "
        f"{speed:.0%} as fast as that of the goals{noise}:"
    )


def _works(rows: list[Row]) -> Table:
    return Table(
        "",
        ("Work", "on", "a second", "per busy core", "p99 ms", "p99 ms at half"),
        [
            [
                TITLES[row.work],
                row.persistence.partition(" ")[0].rstrip(";"),
                f"{row.rate:,.0f}",
                f"{row.rate_per_core:,.0f}",
                f"{row.p99_ms:.1f}",
                _NONE if row.half_p99_ms is None else f"{row.half_p99_ms:.1f}",
            ]
            for row in rows
        ],
    )
