"""The report as tables of text: one description for the terminal and for Markdown."""

from collections.abc import Iterator, Sequence

from bench.beside_tables import logins_table, password_tables
from bench.goals import judge
from bench.results import Results
from bench.rows import Row
from bench.statistics import median
from bench.table import Table
from bench.work import TITLES, Work

_NONE = "–"
_ROWS_HEAD = (
    "Server",
    "requests\n/s",
    "busy\ncore",
    "per busy\ncore",
    "× oidc-\nprovider",
    "×\nAuthlib",
    "p50\nms",
    "p99\nms",
    "p99 ms\nat half",
    "errors",
)


def tables(results: Results) -> Iterator[Table]:
    """Yield every table that the run has figures for."""
    for work in Work:
        rows = [row for row in results.rows if row.work is work]
        if rows:
            yield _rows_table(results, work, rows)
    if results.signatures:
        yield _signatures_table(results)
    if results.starts:
        yield _starts_table(results)
    if results.memory:
        yield _memory_table(results)
    if results.growth:
        yield _growth_table(results)
    if results.curve:
        yield _curve_table(results)
    if results.logins:
        yield logins_table(results.logins)
    if results.password_grants:
        yield from password_tables(results.password_grants)
    yield _setting_table(results)
    yield _goals_table(results)


def _rows_table(results: Results, work: Work, rows: Sequence[Row]) -> Table:
    return Table(
        TITLES[work],
        _ROWS_HEAD,
        [_row(results, row) for row in rows],
    )


def _row(results: Results, row: Row) -> list[str]:
    if not row.is_valid:
        return [row.name, "invalid", *[_NONE] * 7, f"{row.errors:,}"]
    return [
        row.name,
        f"{row.rate:,.0f}",
        f"{row.busy:.0%}",
        f"{row.rate_per_core:,.0f}",
        _times(row, results.find_row("oidc-provider", row.work)),
        _times(row, results.find_row("authlib", row.work)),
        f"{row.p50_ms:.2f}",
        f"{row.p99_ms:.2f}",
        _half(row),
        "0",
    ]


def _half(row: Row) -> str:
    if row.half_p99_ms is not None:
        return f"{row.half_p99_ms:.2f}"
    return "not held" if row.at_half else _NONE


def _times(row: Row, peer: Row | None) -> str:
    return f"{row.rate / peer.rate:.2f}" if peer else _NONE


def _signatures_table(results: Results) -> Table:
    taken = results.signatures
    kinds = (
        ("P-256 (ES256)", [one.p256 for one in taken], [one.p256_wall for one in taken]),
        ("RSA-2048 (RS256)", [one.rsa2048 for one in taken], [one.rsa2048_wall for one in taken]),
    )
    return Table(
        f"raw signatures on the server's core, taken {len(taken)} times",
        ("Key", "per CPU second", "per second", "lowest", "highest"),
        [
            [key, *(f"{value:,.0f}" for value in (median(cpu), median(wall), min(wall), max(wall)))]
            for key, cpu, wall in kinds
        ],
    )


def _starts_table(results: Results) -> Table:
    return Table(
        "seconds from process start to first token",
        ("Server", "first start", "later starts, median"),
        [
            [one.title, f"{one.first:.2f}", f"{median(one.again):.2f}" if one.again else _NONE]
            for one in results.starts
        ],
    )


def _memory_table(results: Results) -> Table:
    rows = []
    for server in results.memory:
        for process in server.processes:
            name = f"{server.title}, {process.role}" if len(server.processes) > 1 else server.title
            rows.append([name, f"{process.rss_mb:.0f}", f"{process.pss_mb:.0f}"])
    return Table("memory after the rounds, MB", ("Process", "RSS", "PSS"), rows)


def _growth_table(results: Results) -> Table:
    points = results.growth.points if results.growth else ()
    shown = {points[0], points[len(points) // 2], points[-1]}
    return Table(
        "memory of Ostiary's worker under ES256 load, MB",
        ("Requests", "RSS", "PSS"),
        [
            [f"{point.requests:,}", f"{point.rss_mb:.1f}", f"{point.pss_mb:.1f}"]
            for point in points
            if point in shown
        ],
    )


def _curve_table(results: Results) -> Table:
    title = "Ostiary, ES256, over connections"
    if results.is_pair_shared:
        title += " (two workers share their second core with the loader)"
    return Table(
        title,
        ("Connections", "workers", "requests/s", "p99 ms"),
        [
            [
                str(point.connections),
                str(point.workers),
                f"{point.rate:,.0f}",
                f"{point.p99_ms:.2f}",
            ]
            for point in results.curve
        ],
    )


def _setting_table(results: Results) -> Table:
    seen = {row.title: row for row in results.rows}
    return Table(
        "how each server was run",
        ("Server", "set up as", "keeps tokens", "versions"),
        [
            [row.title, row.setting, row.persistence, _versions(results, row.server)]
            for row in seen.values()
        ],
        is_prose=True,
    )


def _versions(results: Results, server: str) -> str:
    return ", ".join(f"{name} {number}" for name, number in results.versions[server].items())


def _goals_table(results: Results) -> Table:
    rows = []
    for judgement in judge(results):
        goal, measured, margin = judgement.goal, judgement.measured, judgement.margin
        rows.append(
            [
                goal.text,
                ("≤ " if goal.is_limit else "≥ ") + f"{goal.goal:,.6g} {goal.unit}",
                _NONE if measured is None else f"{_figure(measured)} {goal.unit}",
                judgement.verdict.value,
                _NONE if margin is None else f"{margin:+.0%}",
            ]
        )
    return Table("goals", ("Goal", "wanted", "measured", "verdict", "margin"), rows)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
