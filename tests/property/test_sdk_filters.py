"""Filters that the SDK makes mean at the server what the program said, whatever the values are."""

from functools import reduce
from operator import and_, or_

from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.formats.scim_filter import (
    Comparison,
    Every,
    Filter,
    Negation,
    Operator,
    Some,
    parse_filter,
)
from ostiary.core.formats.scim_matching import matches
from ostiary_client import management
from ostiary_client.management import where

PATHS = ("username", "name.given", "enabled", "age")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES: st.SearchStrategy[str | bool | int] = st.one_of(
    TEXTS, st.booleans(), st.integers(-999, 999)
)
Pair = tuple[management.Filter, Filter]
"""What the SDK makes, and what is meant by it."""


@st.composite
def comparisons(draw: st.DrawFn) -> Pair:
    path, value = draw(st.sampled_from(PATHS)), draw(VALUES)
    made = where(path)
    if draw(st.booleans()):
        return made.is_present(), Comparison(path, Operator.IS_PRESENT, None)
    if isinstance(value, str) and draw(st.booleans()):
        return made.contains(value), Comparison(path, Operator.CONTAINS, value)
    return made.equals(value), Comparison(path, Operator.EQUALS, value)


def joined(parts: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    several = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(
        several.map(
            lambda pairs: (
                reduce(and_, [made for made, _ in pairs]),
                Every(tuple(meant for _, meant in pairs)),
            )
        ),
        several.map(
            lambda pairs: (
                reduce(or_, [made for made, _ in pairs]),
                Some(tuple(meant for _, meant in pairs)),
            )
        ),
        parts.map(lambda pair: (~pair[0], Negation(pair[1]))),
    )


PAIRS = st.recursive(comparisons(), joined, max_leaves=6)
USERS = st.fixed_dictionaries({}, optional=dict.fromkeys(PATHS, VALUES))


@given(comparisons())
def test_a_comparison_is_read_as_it_was_made(pair: Pair) -> None:
    made, meant = pair
    assert parse_filter(made.text) == meant


@given(PAIRS, USERS)
def test_joined_filters_hold_for_whom_the_program_means(
    pair: Pair, user: dict[str, str | bool | int]
) -> None:
    made, meant = pair

    def read(path: str) -> tuple[str | bool | int, ...]:
        return (user[path],) if path in user else ()

    assert matches(parse_filter(made.text), read) == matches(meant, read)
