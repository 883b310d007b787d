"""User codes: whatever way one is typed, it is that one and no other."""

from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.user_codes import (
    LETTERS,
    LONG_CHARACTERS,
    SHORT_CHARACTERS,
    mint_user_code,
    read_user_code,
    write_user_code,
)

codes = st.sampled_from([SHORT_CHARACTERS, LONG_CHARACTERS]).flatmap(
    lambda length: st.text(LETTERS, min_size=length, max_size=length)
)


@given(codes)
def test_SEC_115_a_code_is_read_as_it_is_shown(code: str) -> None:
    assert read_user_code(write_user_code(code)) == code


@given(codes, st.randoms(use_true_random=False))
def test_SEC_115_case_dashes_and_spaces_do_not_matter(code: str, random: object) -> None:
    typed = ""
    for letter in code:
        typed += random.choice([letter, letter.lower()])  # type: ignore[attr-defined]
        typed += random.choice(["", "-", " ", "–", "\u00a0"])  # type: ignore[attr-defined]
    assert read_user_code(typed) == code


@given(codes, codes)
def test_SEC_115_two_codes_are_never_taken_for_each_other(one: str, other: str) -> None:
    assert (read_user_code(one) == read_user_code(other)) is (one == other)


@given(st.text())
def test_SEC_115_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    code = read_user_code(typed)
    assert code is None or (set(code) <= set(LETTERS) and read_user_code(code) == code)


def test_SEC_115_look_alikes_stand_for_letters() -> None:
    assert read_user_code("8CDF-6HJ1") == "BCDFGHJL"


def test_what_is_minted_is_a_code() -> None:
    for length in (SHORT_CHARACTERS, LONG_CHARACTERS):
        code = mint_user_code(length)
        assert (len(code), read_user_code(code)) == (length, code)
