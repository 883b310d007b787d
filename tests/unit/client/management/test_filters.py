"""Filters as they go over the wire, and what is no filter."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from ostiary_client import ConfigurationError
from ostiary_client.management import Filter, where

ANN, BEN, CLEO = (where("username").equals(name) for name in ("ann", "ben", "cleo"))


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (where("name.given").contains("nn"), 'name.given co "nn"'),
        (where("email").ends_with("@x.org"), 'email ew "@x.org"'),
        (where("enabled").equals(False), "enabled eq false"),
        (where("age").at_least(18), "age ge 18"),
        (where("age").at_most(80), "age le 80"),
        (where("nickname").is_present(), "nickname pr"),
        (where("username").starts_with('a"b\\'), 'username sw "a\\"b\\\\"'),
        (where("username").equals("é\n"), 'username eq "\\u00e9\\n"'),
        (
            where("createdAt").above(datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=1)))),
            'createdAt gt "2026-01-02T02:00:00.000Z"',
        ),
        (where("createdAt").below(datetime(2026, 1, 2, tzinfo=UTC)), None),
    ],
)
def test_a_comparison_is_what_it_says(made: Filter, text: str | None) -> None:
    assert str(made) == made.text == (text or 'createdAt lt "2026-01-02T00:00:00.000Z"')


def test_parentheses_stand_where_the_words_would_bind_otherwise() -> None:
    assert (ANN | BEN | CLEO).text == (
        'username eq "ann" or username eq "ben" or username eq "cleo"'
    )
    assert ((ANN | BEN) & ~CLEO).text == (
        '(username eq "ann" or username eq "ben") and not (username eq "cleo")'
    )
    assert (ANN & BEN | CLEO).text == (
        '(username eq "ann" and username eq "ben") or username eq "cleo"'
    )


@pytest.mark.parametrize("name", ["", "a b", "a eq 1 or b", 'a"', "a.", "a(", "1a", "é"])
def test_what_is_no_name_is_no_part_of_a_filter(name: str) -> None:
    with pytest.raises(ConfigurationError):
        where(name)


@pytest.mark.parametrize("value", [1.5, None, ["a"], b"a", datetime(2026, 1, 1)])  # noqa: DTZ001
def test_values_that_nobody_can_compare_with_are_refused(value: Any) -> None:
    with pytest.raises(ConfigurationError):
        where("age").equals(value)


def test_half_of_a_filter_is_not_lost_to_and_or_not() -> None:
    with pytest.raises(ConfigurationError, match="Join filters with"):
        bool(ANN and BEN)
