"""JSON: what this server writes it reads, and whatever it reads has one meaning everywhere."""

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ostiary.core.base import strict_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_we_write_is_read_back(value: Any) -> None:
    assert strict_json.loads(msgspec.json.encode(value)) == value
    assert strict_json.loads(json.dumps(value).encode()) == value


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:\\u0d8e1-.eE ', max_size=40))
@example('"\\ud83d"')
@example("1e400")
def test_whatever_comes_it_is_a_value_or_a_refusal(data: bytes | str) -> None:
    try:
        value = strict_json.loads(data)
    except ValueError:
        return
    # Whatever was let through can be written again, by any writer.
    assert strict_json.loads(msgspec.json.encode(value)) == value
    _check_finite(value)


@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=4), st.data())
def test_SEC_92_a_member_added_twice_is_always_refused(
    members: dict[str, Any], draw: st.DataObject
) -> None:
    name = draw.draw(st.sampled_from(sorted(members)))
    added = f"{json.dumps(name)}:{json.dumps(draw.draw(NUMBERS | TEXT))}"
    text = f"{json.dumps(members)[:-1]},{added}}}"
    assert json.loads(text) is not None
    with pytest.raises(ValueError, match="duplicate"):
        strict_json.loads(text)


@given(st.integers(0, 70), st.sampled_from(["[", '{"a":', '["[{", ']))
def test_SEC_95_depth_is_counted_whatever_the_nesting_is_made_of(depth: int, opening: str) -> None:
    closing = "}" if opening[0] == "{" else "]"
    text = opening * depth + "0" + closing * depth
    try:
        strict_json.loads(text)
        assert depth <= strict_json.MAX_DEPTH
    except ValueError:
        assert depth > strict_json.MAX_DEPTH


def _check_finite(value: Any) -> None:
    match value:
        case float():
            assert math.isfinite(value)
        case list():
            for item in value:
                _check_finite(item)
        case dict():
            for item in value.values():
                _check_finite(item)
        case _:
            pass
