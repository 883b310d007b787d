"""The report says what was measured, and what is wrong with it."""

import io

import msgspec
import pytest
from rich.console import Console

from bench import report
from bench.results import Results
from bench.work import Work
from tests.bench import recorded

RUN = recorded.results(
    recorded.row((4000,)),
    recorded.row((1000,), server="oidc-provider"),
    recorded.row((500,), work=Work.RS256, errors=7),
)


def page(run: Results) -> str:
    """Return the page of Markdown."""
    return report.render_page(run, "run.json")


def test_a_ratio_stands_beside_the_rate() -> None:
    assert "| Ostiary | 4,000 | 90% | 4,444 | 4.00 | – | 2.00 | 4.00 | 1.50 | 0 |" in page(RUN)


def test_an_invalid_row_shows_its_errors_and_no_figures() -> None:
    assert "| Ostiary | invalid | – | – | – | – | – | – | – | 7 |" in page(RUN)


def test_persistence_of_each_server_is_stated() -> None:
    assert "| Oidc-Provider | one process | in memory | oidc-provider 1.0 |" in page(RUN)


def test_half_load_that_was_not_held_is_said_to_be() -> None:
    row = recorded.row((4000,))
    late = tuple(msgspec.structs.replace(half, rate=100.0) for half in row.at_half)
    run = recorded.results(msgspec.structs.replace(row, at_half=late))
    assert "| 4.00 | not held | 0 |" in page(run)


def test_a_noisy_run_is_marked() -> None:
    assert "Noisy: the raw signature rate moved by 22%" in page(recorded.noisy(RUN))
    assert "Noisy" not in page(RUN)


def test_a_part_that_failed_is_named() -> None:
    run = msgspec.structs.replace(RUN, problems=("wrk failed",))
    assert "A part failed: wrk failed" in page(run)


def test_charts_and_data_are_linked() -> None:
    for link in ("(run.json)", "(throughput.svg)", "(connections.svg)"):
        assert link in page(RUN)


@pytest.mark.parametrize(
    "table",
    [
        *("goals", "how each server was run", "raw signatures", "beside 8 logins"),
        *("password grants with the real hash", "beside 8 password grants"),
    ],
)
def test_the_terminal_shows_every_table(table: str) -> None:
    written = io.StringIO()
    report.show(RUN, Console(file=written, width=112))
    assert table in written.getvalue()


def test_no_figure_is_cut_off_on_the_terminal() -> None:
    written = io.StringIO()
    report.show(RUN, Console(file=written, width=112))
    assert "…" not in written.getvalue()


def test_a_slower_core_than_that_of_the_goals_is_said_to_be() -> None:
    slow = msgspec.structs.replace(recorded.RATES, p256=27_000)
    run = msgspec.structs.replace(RUN, signatures=(slow, slow))
    assert "This core signs 50% as fast" in page(run)
    assert "This core" not in page(RUN)


def test_how_fast_the_bare_server_is_stands_beside_how_fast_the_core_signs() -> None:
    assert "Bare uvicorn" not in page(RUN)
    run = recorded.results(recorded.row((8_280,), server="bare"))
    assert "Bare uvicorn is 50% as fast as on that machine" in page(run)
