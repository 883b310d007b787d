"""Recovery codes: minted, digested for one owner, used up."""

import re

import pytest

from ostiary.core.base.secret import Secret
from ostiary.core.crypto import recovery_codes
from ostiary.core.crypto.recovery_codes import digest_code, without_code
from ostiary.core.crypto.secret_digests import SecretDigester

DIGESTER = SecretDigester(Secret(bytes(32)))


def test_a_set_has_ten_different_codes_of_two_groups() -> None:
    codes = recovery_codes.mint_codes()

    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", code) for code in codes)


@pytest.mark.parametrize("typed", ["01abc defgh", "0iABC-DEFGH", "OLABCDEFGH", " 01abc–defgh\n"])
def test_a_code_is_recognised_however_it_is_typed(typed: str) -> None:
    assert digest_code(DIGESTER, "me", typed) == digest_code(DIGESTER, "me", "01ABC-DEFGH")


@pytest.mark.parametrize("typed", ["", "01ABC-DEFG", "01ABC-DEFGHJ", "01ABC-DEFGJ", "\ud800"])
def test_another_code_is_not(typed: str) -> None:
    assert digest_code(DIGESTER, "me", typed) != digest_code(DIGESTER, "me", "01ABC-DEFGH")


def test_the_same_code_of_somebody_else_or_under_another_key_has_another_digest() -> None:
    mine = digest_code(DIGESTER, "me", "01ABC-DEFGH")

    assert digest_code(DIGESTER, "you", "01ABC-DEFGH") != mine
    assert digest_code(DIGESTER, "me01ABC", "DEFGH") != digest_code(DIGESTER, "me", "01ABCDEFGH")
    other = SecretDigester(Secret(bytes(range(32))))
    assert digest_code(other, "me", "01ABC-DEFGH") != mine


def test_SEC_162_a_used_code_is_none_of_those_that_are_left() -> None:
    kept = (b"first", b"second", b"third")

    left = without_code(kept, b"second")

    assert left == (b"first", b"third")
    assert without_code(left, b"second") is None
    assert without_code((), b"second") is None
