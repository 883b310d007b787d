"""What administrators do with users, and what is recorded of it."""

from collections.abc import Iterator

import pytest

from ostiary.adapters.directories.local import LocalDirectory
from ostiary.core.admin.new_users import NewUser
from ostiary.core.admin.user_administration import UnknownUserError, UserAdministration
from ostiary.core.base.secret import Secret
from ostiary.core.base.usernames import UsernameRefusedError
from ostiary.core.model.audit import (
    PasswordChanged,
    UserAdded,
    UserChanged,
    UserDeleted,
    UserUnlocked,
)
from ostiary.core.model.password_policy import Failures
from ostiary.core.ports.users import UsernameTakenError
from ostiary.core.signon.new_passwords import WeakPasswordError
from ostiary.core.signon.outcomes import Accepted, Locked, MustChange, Rejected
from tests.support.signon import SignOn

LONG = "correct horse battery"


@pytest.fixture
def site() -> Iterator[SignOn]:
    site = SignOn()
    yield site
    site.hashing.close()


@pytest.fixture
def users(site: SignOn) -> UserAdministration:
    return UserAdministration(
        directory=LocalDirectory(site.store.users, site.hashing),
        attempts=site.store.attempts,
        hashing=site.hashing,
        events=site.events,
        clock=site.clock,
        source="test",
    )


async def test_a_new_user_signs_on_with_its_password(
    site: SignOn, users: UserAdministration
) -> None:
    joe = await users.add(site.env, NewUser("joe", password=Secret(LONG)))

    assert site.events.events == [UserAdded(site.env.id, joe.id, "test")]
    assert await site.attempt("joe", LONG) == Accepted(joe)
    assert await users.get(site.env, "JOE") == joe


async def test_SEC_154_a_weak_password_is_refused_unless_it_is_asked_for(
    site: SignOn, users: UserAdministration
) -> None:
    new = NewUser("joe", password=Secret("Password1"))
    with pytest.raises(WeakPasswordError):
        await users.add(site.env, new)

    joe = await users.add(site.env, new, allow_weak=True)

    with pytest.raises(WeakPasswordError):
        await users.set_password(site.env, joe, "short", must_change=False)
    for impossible in ("", "x" * 1025):
        with pytest.raises(WeakPasswordError, match="1 to 1024"):
            await users.set_password(site.env, joe, impossible, must_change=False, allow_weak=True)
    assert await site.attempt("joe", "Password1") == Accepted(joe)


async def test_two_users_of_one_name_are_refused_and_nothing_is_recorded(
    site: SignOn, users: UserAdministration
) -> None:
    await users.add(site.env, NewUser("joe"))

    with pytest.raises(UsernameTakenError):
        await users.add(site.env, NewUser("Joe"))
    with pytest.raises(UsernameRefusedError, match="the username is empty"):
        await users.add(site.env, NewUser(" "))

    assert len(site.events.events) == 1


async def test_a_new_password_lets_a_locked_user_in_and_the_old_one_does_not(
    site: SignOn, users: UserAdministration
) -> None:
    joe = await users.add(site.env, NewUser("joe", password=Secret(LONG)))
    for _ in range(5):
        await site.attempt("joe")
    assert isinstance(await site.attempt("joe", LONG), Locked)

    changed = await users.set_password(site.env, joe, LONG + "!", must_change=True)

    assert site.emitted(PasswordChanged) == [PasswordChanged(site.env.id, joe.id, "test")]
    assert isinstance(await site.attempt("joe", LONG), Rejected)
    assert await site.attempt("joe", LONG + "!") == MustChange(changed)


async def test_an_unlocked_user_may_try_again(site: SignOn, users: UserAdministration) -> None:
    joe = await users.add(site.env, NewUser("joe", password=Secret(LONG)))
    for _ in range(5):
        await site.attempt("joe")
    failures = await users.failures_of(site.env, joe)
    assert failures == Failures(5, site.clock.now() + 60)

    await users.unlock(site.env, joe)

    assert site.emitted(UserUnlocked) == [UserUnlocked(site.env.id, joe.id, "test")]
    assert await users.failures_of(site.env, joe) == Failures()
    assert await site.attempt("joe", LONG) == Accepted(joe)


async def test_a_disabled_user_cannot_sign_on_until_it_is_enabled(
    site: SignOn, users: UserAdministration
) -> None:
    joe = await users.add(site.env, NewUser("joe", password=Secret(LONG)))

    joe = await users.set_enabled(site.env, joe, enabled=False)
    assert isinstance(await site.attempt("joe", LONG), Rejected)
    joe = await users.set_enabled(site.env, joe, enabled=True)

    assert await site.attempt("joe", LONG) == Accepted(joe)
    assert site.emitted(UserChanged) == [
        UserChanged(site.env.id, joe.id, enabled, "test") for enabled in (False, True)
    ]


async def test_a_deleted_user_is_gone_and_its_name_is_free(
    site: SignOn, users: UserAdministration
) -> None:
    joe = await users.add(site.env, NewUser("joe"))

    await users.delete(site.env, joe)
    await users.delete(site.env, joe)

    assert site.emitted(UserDeleted) == [UserDeleted(site.env.id, joe.id, "test")]
    with pytest.raises(UnknownUserError, match='no user "joe"'):
        await users.get(site.env, "joe")
    again = await users.add(site.env, NewUser("joe"))
    assert again.id != joe.id
