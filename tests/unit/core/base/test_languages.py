"""Languages: the first that somebody wishes for and that there is, or English."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.languages import LANGUAGES, choose_language, parse_language_ranges


@pytest.mark.parametrize(
    ("wished", "language"),
    [
        ([], "en"),
        (["de"], "de"),
        (["fr-CA"], "fr"),
        (["DE-at"], "de"),
        (["it", "fr", "de"], "fr"),
        (["it"], "en"),
        (["deu", "", "-", "*"], "en"),
        (["en-GB", "de"], "en"),
    ],
)
def test_the_first_wish_that_can_be_met_is_met(wished: list[str], language: str) -> None:
    assert choose_language(wished) == language


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("", ()),
        ("de", ("de",)),
        ("de-CH, de;q=0.9, en;q=0.8", ("de-CH", "de", "en")),
        ("en;q=0.2, de ; q=0.8, fr", ("fr", "de", "en")),
        ("de;q=0, en", ("en",)),
        ("fr, de", ("fr", "de")),
        ("*, de", ("de",)),
        ("de;q=2, en;q=x, fr;x=1, it", ("it",)),
        ("de;q=1.9, en", ("de", "en")),
        (",,, de,", ("de",)),
    ],
)
def test_a_list_is_read_by_its_weights(header: str, tags: tuple[str, ...]) -> None:
    assert parse_language_ranges(header) == tags


@given(st.text() | st.from_regex(r"([a-z]{2}(;q=0\.[0-9])?, ?){0,300}", fullmatch=True))
def test_whatever_a_header_says_there_is_a_language(header: str) -> None:
    assert choose_language(parse_language_ranges(header)) in LANGUAGES
