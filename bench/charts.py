"""The charts, as SVG files that can be read on a light page and on a dark one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from bench.results import Results
from bench.rows import ConnectionsPoint, Row
from bench.work import TITLES, Work

# Middle tones: contrast enough against white as well as against a dark page.
_INK = "#768390"
_FAINT = "#76839055"
_COLOURS: Mapping[str, str] = {
    "ostiary": "#2f81f7",
    "ostiary-memory": "#7fb0fa",
    "ostiary-postgres": "#1a5fb4",
    "oidc-provider": "#8a939d",
    "authlib": "#b08a5b",
    "bare": "#6e7f5f",
}
_CHARTED = (
    Work.ES256,
    Work.RS256,
    Work.REFERENCE,
    Work.INTROSPECT,
    Work.CODE,
    Work.REFRESH,
    Work.FLOW,
    Work.HANDOVER,
    Work.HANDOVER_JWT,
    Work.EXCHANGE,
    Work.PASSWORD,
    Work.JWT_BEARER,
    Work.DEVICE_POLL,
    Work.DEVICE,
)
_STYLE: dict[Any, Any] = {  # matplotlib types every key on its own
    "svg.fonttype": "none",  # text stays text: smaller, and sharp at any size
    "svg.hashsalt": "ostiary",  # the same figures make the same file
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans"],
    "font.size": 11,
    "figure.constrained_layout.h_pad": 0.12,
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), _INK
    ),
}


def draw_throughput(results: Results, path: Path) -> None:
    """Draw how many requests a second each server answers, work by work."""
    groups = [
        (work, [row for row in results.rows if row.work is work and row.is_valid])
        for work in _CHARTED
    ]
    groups = [(work, rows) for work, rows in groups if rows]
    with _saved(path, height=0.9 + sum(0.62 + 0.34 * len(rows) for _, rows in groups)) as figure:
        axes = figure.subplots()
        _draw_bars(axes, groups)
        axes.set_title("Requests a second on one core", loc="left", fontweight="bold")
        figure.supxlabel("bar: median of the rounds; line: lowest and highest", fontsize=9)


def _draw_bars(axes: Axes, groups: Sequence[tuple[Work, Sequence[Row]]]) -> None:
    greatest = max((max(row.rates) for _, rows in groups for row in rows), default=1.0)
    place = 0.0
    for work, rows in groups:
        axes.text(0, place, TITLES[work], va="center", fontsize=10, style="italic")
        for row in rows:
            place += 1
            _draw_bar(axes, place, row, gap=greatest * 0.01)
        place += 1.6
    axes.set_ylim(place - 0.8, -0.8)
    axes.set_xlim(0, greatest * 1.12)
    axes.axis("off")


def _draw_bar(axes: Axes, place: float, row: Row, *, gap: float) -> None:
    """Draw the median as a bar, and from the lowest to the highest round as a line."""
    low, high = min(row.rates), max(row.rates)
    axes.barh(
        place,
        row.rate,
        height=0.72,
        color=_COLOURS[row.server],
        alpha=0.6 if row.is_tls else 1.0,
        xerr=None if low == high else [[row.rate - low], [high - row.rate]],
        error_kw={"ecolor": _INK, "elinewidth": 1, "capsize": 2},
    )
    axes.text(-gap, place, row.name, ha="right", va="center")
    axes.text(high + gap, place, f"{row.rate:,.0f}", va="center")


def draw_connections(results: Results, path: Path) -> None:
    """Draw throughput and tail latency over the number of connections."""
    with _saved(path, height=3.6) as figure:
        left, right = figure.subplots(1, 2)
        for workers, alpha in ((1, 1.0), (2, 0.5)):
            points = [point for point in results.curve if point.workers == workers]
            if points:
                name = "one worker" if workers == 1 else "two workers"
                _draw_line(left, points, [point.rate for point in points], name, alpha)
                _draw_line(right, points, [point.p99_ms for point in points], name, alpha)
        _dress(left, "Requests a second (ES256)", results)
        _dress(right, "99th percentile at saturation, ms", results)
        right.set_yscale("log")  # every caller waits for all the others: it grows as they do
        right.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        left.set_ylim(bottom=0)
        left.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        left.legend(frameon=False, loc="lower right")
        note = "two workers share a core with the loader" if results.is_pair_shared else ""
        figure.supxlabel(f"connections{f'; {note}' if note else ''}", fontsize=10)


def _draw_line(
    axes: Axes,
    points: Sequence[ConnectionsPoint],
    values: Sequence[float],
    name: str,
    alpha: float,
) -> None:
    connections = [point.connections for point in points]
    axes.plot(
        connections, values, marker="o", markersize=4, linewidth=2,
        color=_COLOURS["ostiary"], alpha=alpha, linestyle="-" if alpha == 1.0 else "--", label=name,
    )  # fmt: skip


def _dress(axes: Axes, title: str, results: Results) -> None:
    connections = sorted({point.connections for point in results.curve})
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold")
    axes.set_xscale("log", base=2)
    axes.set_xticks(connections, [str(count) for count in connections], fontsize=9)
    axes.minorticks_off()
    axes.grid(axis="y", color=_FAINT, linewidth=0.6)
    axes.spines[["top", "right", "left"]].set_visible(False)


@contextmanager
def _saved(path: Path, *, height: float) -> Iterator[Figure]:
    """Give a figure to draw on, and write it to a file afterwards."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(9, height), layout="constrained")
        yield figure
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", transparent=True, metadata={"Date": None})
