"""Medians, percentiles, spread."""

import pytest

from bench import statistics


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 50), (0.99, 99), (0.991, 100), (1.0, 100), (0.0, 1)]
)
def test_a_percentile_is_a_value_that_was_seen(share: float, value: int) -> None:
    assert statistics.percentile(range(100, 0, -1), share) == value


def test_nothing_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        statistics.percentile([], 0.5)


def test_the_median_lies_between_the_two_in_the_middle() -> None:
    assert statistics.median([4.0, 1.0, 2.0, 8.0]) == 3.0


def test_spread_is_the_whole_range_as_a_share_of_the_median() -> None:
    assert statistics.spread([90.0, 100.0, 110.0]) == pytest.approx(0.2)


def test_one_value_has_no_spread() -> None:
    assert statistics.spread([5.0]) == 0
