"""A whole run writes its figures into the page about performance, and nothing else."""

from pathlib import Path

import msgspec
import pytest

from bench.performance_page import BEGIN, END, PAGE, update
from bench.work import Work
from tests.bench import recorded


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "performance.md"
    path.write_text(f"# Above\n\n{BEGIN}\nold\n{END}\n\nBelow.\n")
    return path


def test_figures_of_the_last_run_take_the_place_of_those_before(page: Path) -> None:
    run = recorded.results(recorded.row((900,), work=Work.DEVICE))
    assert update(run, page)
    written = page.read_text()
    assert "| in | 900 | 1,000 | 4.0 | 1.5 |" in written
    assert "Password grants with the real hash: 40.0" in written
    assert "old" not in written
    assert written.startswith(f"# Above\n\n{BEGIN}\n")
    assert written.endswith(f"{END}\n\nBelow.\n")


def test_the_second_time_nothing_is_written_twice(page: Path) -> None:
    run = recorded.results(recorded.row((900,), work=Work.DEVICE))
    update(run, page)
    first = page.read_text()
    update(run, page)
    assert page.read_text() == first


def test_a_row_with_errors_is_left_out(page: Path) -> None:
    update(recorded.results(recorded.row((900,), work=Work.DEVICE, errors=1)), page)
    assert "900" not in page.read_text()


def test_a_run_without_any_of_the_figures_changes_nothing(page: Path) -> None:
    run = msgspec.structs.replace(recorded.results(recorded.row((900,))), password_grants=None)
    before = page.read_text()
    assert not update(run, page)
    assert page.read_text() == before


def test_the_real_page_has_a_place_for_them() -> None:
    text = PAGE.read_text()
    assert text.count(BEGIN) == text.count(END) == 1
