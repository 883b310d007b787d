"""Charts are drawn from a recorded run."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from bench import charts
from bench.results import Results
from bench.work import Work
from tests.bench import recorded

RUN = recorded.results(
    recorded.row((4000, 4200, 4100)),
    recorded.row((3000, 3000, 3000), is_tls=True),
    recorded.row((1000, 900, 1100), server="oidc-provider"),
    recorded.row((500,), server="authlib", errors=3),
    recorded.row((2000,), work=Work.REFERENCE),
)
draw_both = pytest.mark.parametrize("draw", [charts.draw_throughput, charts.draw_connections])
Draw = Callable[[Results, Path], None]


def words(path: Path) -> set[str]:
    """Return the texts of an SVG file."""
    nodes = ET.parse(path).iter("{http://www.w3.org/2000/svg}text")  # noqa: S314 - our own file
    return {"".join(node.itertext()).strip() for node in nodes}


def test_every_valid_row_is_a_bar_with_its_figure(tmp_path: Path) -> None:
    charts.draw_throughput(RUN, tmp_path / "chart.svg")
    drawn = words(tmp_path / "chart.svg")
    assert {"Ostiary", "4,100", "Ostiary, TLS", "3,000", "Oidc-Provider", "1,000"} <= drawn
    assert "Authlib" not in drawn


def test_two_workers_that_share_a_core_with_the_loader_are_said_to(tmp_path: Path) -> None:
    charts.draw_connections(RUN, tmp_path / "chart.svg")
    drawn = words(tmp_path / "chart.svg")
    assert {"one worker", "two workers", "512"} <= drawn
    assert "connections; two workers share a core with the loader" in drawn


@draw_both
def test_a_chart_has_no_background_of_its_own(draw: Draw, tmp_path: Path) -> None:
    draw(RUN, tmp_path / "chart.svg")
    assert "#ffffff" not in (tmp_path / "chart.svg").read_text()


@draw_both
def test_the_same_run_makes_the_same_file(draw: Draw, tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        draw(RUN, tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
