"""Users: what their records show and hide."""

from dataclasses import replace

import pytest

from ostiary.core.model.session import Authentication
from ostiary.core.model.user import User, UserPassword
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


def test_SEC_131_a_credential_is_another_one_after_each_change_whatever_the_clock_says() -> None:
    user, seen = make_user(1), {make_user(1).credential}
    for now in (NOW, NOW, NOW - 1000, NOW + 1000, NOW + 1000):
        password = UserPassword(HASH, changed_at=user.next_credential(now))
        user = replace(user, password=password)
        seen.add(user.credential)
        user = replace(user, enabled=False, disabled_at=user.next_credential(now))
        seen.add(user.credential)
    assert len(seen) == 11
    assert max(seen) == user.credential


def test_a_credential_outlives_whatever_else_is_changed() -> None:
    user = make_user(1)
    changed = replace(user, username="other", attributes={}, updated_at=NOW + 9, version=7)
    assert changed.credential == user.credential


@pytest.mark.parametrize("user", [make_user(1), make_user(1, password=None)])
def test_SEC_131_a_proof_holds_for_the_user_and_the_credential_that_it_met(user: User) -> None:
    proof = Authentication(user.id, NOW, credential=user.credential)
    assert proof.holds_for(user)
    assert not proof.holds_for(replace(user, enabled=False))
    assert not proof.holds_for(replace(user, id=make_user(2).id))
    assert not proof.holds_for(replace(user, disabled_at=NOW + 1))
    assert not proof.holds_for(replace(user, password=UserPassword(HASH, changed_at=NOW + 1)))
    assert not Authentication(user.id, NOW).holds_for(user)
