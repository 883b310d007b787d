"""Usernames: one person, one key, however the name is written."""

import pytest

from ostiary.core.base.usernames import UsernameRefusedError, username_key


@pytest.mark.parametrize(
    "spelling",
    ["joe", "JOE", " joe", "joe\u00a0", "\u3000Joe "],
)
def test_SEC_147_case_and_space_around_a_name_make_no_other_name(spelling: str) -> None:
    assert username_key(spelling) == "joe"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jörg", "jo\u0308rg"),
        ("STRASSE", "straße"),
        ("\u1e9e", "ss"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("\u212b", "å"),
        ("\u1fb3\u0301", "\u03ac\u03b9"),
    ],
)
def test_SEC_147_letters_that_mean_the_same_make_the_same_name(one: str, other: str) -> None:
    assert username_key(one) == username_key(other)


@pytest.mark.parametrize(("one", "other"), [("joe", "j oe"), ("joe", "j\u043ee"), ("a.b", "ab")])
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert username_key(one) != username_key(other)


@pytest.mark.parametrize(
    "name",
    [
        *("", "   ", "jo\0e", "joe\n", "jo\u200be", "\ufeffjoe", "jo\u202ee", "jo\ue000e"),
        *("j\ud800oe", "x" * 257, "\u0149" * 200),
    ],
)
def test_what_nobody_could_read_is_no_name(name: str) -> None:
    with pytest.raises(UsernameRefusedError):
        username_key(name)
