"""SCIM filters: whatever a stranger sends is read or refused, and means what was written."""

import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.formats.scim_filter import (
    Comparison,
    Every,
    Filter,
    FilterRefusedError,
    Negation,
    Operator,
    Some,
    Value,
    parse_filter,
)
from ostiary.core.formats.scim_matching import matches

PATHS = st.sampled_from(["username", "name.given", "enabled", "age"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES: st.SearchStrategy[Value] = st.one_of(
    TEXTS, st.booleans(), st.none(), st.integers(-999, 999), st.just(1.5)
)
OPERATORS = st.sampled_from([each for each in Operator if each is not Operator.IS_PRESENT])
COMPARISONS: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Comparison, PATHS, OPERATORS, VALUES),
    st.builds(Comparison, PATHS, st.just(Operator.IS_PRESENT), st.none()),
)
FILTERS: st.SearchStrategy[Filter] = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.builds(Negation, inner),
        st.builds(Every, st.tuples(inner, inner)),
        st.builds(Some, st.tuples(inner, inner)),
    ),
    max_leaves=5,
)
FOUND = st.dictionaries(
    st.sampled_from(["username", "name.given", "enabled", "age"]),
    st.lists(VALUES, max_size=2).map(tuple),
)


def write(part: Filter) -> str:
    match part:
        case Comparison(path, Operator.IS_PRESENT, _):
            return f"{path} pr"
        case Comparison(path, operator, value):
            return f"{path} {operator} {json.dumps(value, ensure_ascii=False)}"
        case Negation(inner):
            return f"not ({write(inner)})"
        case Every(parts):
            return " and ".join(f"({write(inner)})" for inner in parts)
        case Some(parts):
            return " or ".join(f"({write(inner)})" for inner in parts)


@given(st.text(max_size=200))
def test_anything_is_read_or_refused(text: str) -> None:
    with suppress(FilterRefusedError):
        parse_filter(text)


@given(
    st.lists(
        st.sampled_from(
            ["(", ")", "[", "]", "not", "and", "or", "a", "eq", "pr", '"x"', "1", "true", " "]
        ),
        max_size=60,
    ).map(" ".join)
)
def test_any_row_of_words_is_read_or_refused(text: str) -> None:
    with suppress(FilterRefusedError):
        parse_filter(text)


@given(FILTERS)
def test_what_is_written_is_what_is_read(part: Filter) -> None:
    assert parse_filter(write(part)) == part


@given(FILTERS, FOUND)
def test_a_negation_holds_where_its_part_does_not(
    part: Filter, found: dict[str, tuple[Value, ...]]
) -> None:
    def find(path: str) -> tuple[Value, ...]:
        return found.get(path, ())

    assert matches(Negation(part), find) is not matches(part, find)
