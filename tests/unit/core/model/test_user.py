"""Users: what their records show and hide."""

import pytest

from ostiary.core.model.user import UserPassword
from tests.support.users import HASH, NOW, make_user


def test_SEC_155_neither_hash_nor_attributes_are_in_a_repr() -> None:
    shown = repr(make_user(1))

    assert HASH not in shown
    assert "user1@example.com" not in shown


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        (UserPassword(HASH, NOW), False),
        (UserPassword(HASH, NOW, must_change=True), True),
        (UserPassword(HASH, NOW, expires_at=NOW + 1), False),
        (UserPassword(HASH, NOW, expires_at=NOW), True),
    ],
)
def test_a_password_set_by_others_or_too_old_is_to_be_changed(
    password: UserPassword, expected: bool
) -> None:
    assert password.is_to_be_changed(NOW) is expected
