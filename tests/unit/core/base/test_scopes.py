"""Scope sets: ordered, without repetition, split at single spaces."""

import pytest

from ostiary.core.base.scopes import SCOPE_NAME, ScopeSet


def test_names_keep_the_order_in_which_they_were_asked_for() -> None:
    assert str(ScopeSet.parse("write read write")) == "write read"
    assert tuple(ScopeSet.of(["b", "a", "b"])) == ("b", "a")


def test_an_empty_text_is_an_empty_set() -> None:
    assert ScopeSet.parse("") == ScopeSet()
    assert not ScopeSet()
    assert str(ScopeSet()) == ""


@pytest.mark.parametrize("text", ["a  b", " a", "a ", "a\tb", "a\nb", "a\u00a0b"])
def test_a_text_with_other_white_space_is_no_subset_of_its_words(text: str) -> None:
    assert not ScopeSet.parse(text).is_subset_of(frozenset({"a", "b"}))


def test_S0_15_a_name_may_hold_a_colon() -> None:
    scopes = ScopeSet.parse("api:read api:write")
    assert scopes.is_subset_of(frozenset({"api:read", "api:write", "other"}))
    assert "api:read" in scopes
    assert "api" not in scopes
    assert all(SCOPE_NAME.match(name) for name in scopes)


@pytest.mark.parametrize("name", ["", "a b", 'a"', "a\\", "a\n", "é", "\x7f"])
def test_what_the_grammar_forbids_is_no_scope_name(name: str) -> None:
    assert SCOPE_NAME.match(name) is None
