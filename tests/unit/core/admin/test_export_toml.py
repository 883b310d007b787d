"""TOML as we write it: read back it is the same, and it reads well."""

import math
import tomllib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.admin.toml_text import LINE_CHARACTERS, render_toml

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        TEXTS,
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.datetimes(timezones=st.just(UTC)),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4), st.sets(TEXTS, max_size=2))
def test_what_is_written_reads_back_the_same(table: dict[str, Any], inline: set[str]) -> None:
    assert tomllib.loads(render_toml(table, inline=inline)) == table


def test_values_come_before_tables_and_tables_after_a_blank_line() -> None:
    table = {"one": {"two": {"a": 1}, "b": [True]}, "c": "d", "empty": {}}
    assert render_toml(table) == ('c = "d"\n\n[one]\nb = [true]\n\n[one.two]\na = 1\n\n[empty]\n')


def test_a_table_that_only_holds_tables_has_no_line_of_its_own() -> None:
    assert render_toml({"one": {"two": {"a": 1}}}) == "[one.two]\na = 1\n"


def test_a_table_asked_for_inline_stands_on_one_line() -> None:
    table = {"secret": {"stored": True, "expires_at": datetime(2026, 12, 1, tzinfo=UTC)}}
    assert render_toml(table, inline={"secret"}) == (
        "secret = { stored = true, expires_at = 2026-12-01T00:00:00Z }\n"
    )


def test_a_long_list_has_one_line_for_each_entry() -> None:
    names = ["x" * 30] * 4
    lines = render_toml({"names": names}).splitlines()
    assert len(lines) == 6
    assert all(len(line) <= LINE_CHARACTERS for line in lines)


def test_a_name_that_is_not_bare_is_quoted() -> None:
    assert render_toml({"api:read": 1, "a.b": {"ü": 2}}) == '"api:read" = 1\n\n["a.b"]\n"ü" = 2\n'


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\u0085", "\u202e", "\n"])
def test_a_character_that_does_not_print_is_escaped(character: str) -> None:
    text = render_toml({"name": character})
    assert text.removesuffix("\n").isprintable()
    assert tomllib.loads(text) == {"name": character}


@pytest.mark.parametrize("value", [None, object(), {1, 2}])
def test_what_toml_does_not_have_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        render_toml({"name": value})


def test_infinity_is_written_as_toml_has_it() -> None:
    assert tomllib.loads(render_toml({"number": math.inf})) == {"number": math.inf}
