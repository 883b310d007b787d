"""Phrases: text that remembers its pattern."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.phrases import Phrase, fill


def test_a_phrase_is_its_english_text() -> None:
    phrase = Phrase("to go on to {client}", client="Shop")
    assert phrase == "to go on to Shop"
    assert type(str(phrase)) is str


def test_a_phrase_remembers_how_it_was_made() -> None:
    phrase = Phrase("to go on to {client}", client="Shop")
    assert phrase.pattern == "to go on to {client}"
    assert phrase.values == {"client": "Shop"}


def test_a_value_that_is_missing_is_a_defect() -> None:
    with pytest.raises(KeyError):
        Phrase("to go on to {client}")


@given(st.text())
def test_what_stands_in_a_value_is_not_read_as_a_pattern(value: str) -> None:
    assert fill("<{a}>", {"a": value, "b": "x"}) == f"<{value}>"
