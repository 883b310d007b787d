"""What is kept can be read back, and says of itself whether it can be trusted."""

from pathlib import Path

import msgspec
import pytest

from bench import results
from bench.load.fixed_rate import FixedRate
from tests.bench import recorded


def test_a_run_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    run = recorded.results(recorded.row((1000, 1100, 900)))
    results.write(run, tmp_path / "deep" / "run.json")
    assert results.read(tmp_path / "deep" / "run.json") == run


def test_a_file_of_results_does_not_hold_the_name_of_the_machine() -> None:
    assert recorded.MACHINE.short_name == "example-7000-2-cores"


def test_rates_are_medians_over_rounds() -> None:
    row = recorded.row((1000, 4000, 900))
    assert row.rate == 1000
    assert row.rate_per_core == pytest.approx(5000 / 4.5)


def test_one_wrong_answer_makes_a_row_invalid() -> None:
    row = recorded.row((1000,), errors=1)
    assert not row.is_valid
    assert recorded.results(row).find_row("ostiary", row.work) is None


def test_wrong_answers_do_not_count_as_work() -> None:
    assert recorded.sample(1000, errors=500).load.rate == 900


def test_a_rate_that_was_not_held_has_no_latency() -> None:
    late = FixedRate(500, 400, 2000, 0, p50_ms=1.0, p99_ms=1.0, max_ms=1.0)
    row = msgspec.structs.replace(recorded.row((1000,)), at_half=(late,))
    assert row.half_p99_ms is None


@pytest.mark.parametrize("is_noisy", [False, True])
def test_a_run_is_noisy_when_raw_signatures_slow_down(is_noisy: bool) -> None:
    run = recorded.results(recorded.row((1000,)))
    assert (recorded.noisy(run) if is_noisy else run).is_noisy == is_noisy
