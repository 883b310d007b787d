"""Usernames: one person, one key, however the name is written."""

import pytest

from ostiary.core.base.usernames import UsernameRefusedError, username_key

UNSEEN = (
    *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180E, 0x180F, 0x200D),
    *(0x2060, 0x206F, 0x2800, 0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0, 0x1D173),
    *(0xE0000, 0xE0100, 0xE01EF, 0xE0FFF),
)
"""Of every range that Unicode has shown as nothing (Default_Ignorable_Code_Point), and a blank."""


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
        *(
            "joe\u034f",
            "joe\ufe0f",
            "jo\u115fe",
            "jo\u3164e",
            "joe\u2800",
            "jo\u17b4e",
            "\uffa0joe",
        ),
        *("j\ud800oe", "x" * 257, "\u0149" * 200),
    ],
)
def test_what_nobody_could_read_is_no_name(name: str) -> None:
    with pytest.raises(UsernameRefusedError):
        username_key(name)


@pytest.mark.parametrize("code_point", UNSEEN, ids=hex)
def test_SEC_147_a_character_that_does_not_show_makes_no_other_name(code_point: int) -> None:
    with pytest.raises(UsernameRefusedError, match="cannot be seen"):
        username_key(f"jo{chr(code_point)}e")
