"""New passwords: long, and not what is tried first."""

import pytest

from ostiary.core.model.password_policy import PasswordPolicy
from ostiary.core.signon.new_passwords import (
    Owner,
    WeakPasswordError,
    check_new_password,
    find_unmet,
)

POLICY = PasswordPolicy(min_characters=8)


@pytest.mark.parametrize(
    "password", ["correct horse", "ÄÖÜäöüß!", "        x", "x" * 63 + "y", "k3-\u4f60\u597d-\0-z"]
)
def test_SEC_154_any_characters_will_do_when_there_are_enough(password: str) -> None:
    assert find_unmet(POLICY, Owner("joe"), password) == ()


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "fewer than 8"),
        ("a\u0308" * 4 + "xyz", "fewer than 8"),
        ("PASSWORD1", "everybody tries"),
        ("aaaaaaaaaaaa", "repeats"),
        ("", "1 to 1024"),
        ("x" * 1025, "1 to 1024"),
        ("Joe.Bloggs", "username"),
    ],
)
def test_SEC_154_what_is_short_or_tried_first_is_weak(password: str, reason: str) -> None:
    with pytest.raises(WeakPasswordError, match=reason) as refused:
        check_new_password(POLICY, Owner("joe.bloggs"), password)

    assert not password or password not in str(refused.value)


def test_SEC_154_a_password_alone_has_15_characters() -> None:
    assert find_unmet(PasswordPolicy(), Owner("joe"), "fourteen chars") != ()
    assert find_unmet(PasswordPolicy(), Owner("joe"), "fifteen chars ..") == ()
