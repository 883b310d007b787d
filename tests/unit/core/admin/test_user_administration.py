"""What administrators do with users, and what is recorded of it."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from ostiary.adapters.stores.backend import unavailable
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.admin.new_users import NewUser
from ostiary.core.admin.user_administration import UnknownUserError, UserAdministration
from ostiary.core.base.secret import Secret
from ostiary.core.base.usernames import UsernameRefusedError
from ostiary.core.model.audit.accounts import (
    AccessEnded,
    PasswordChanged,
    UserAdded,
    UserChanged,
    UserDeleted,
    UserUnlocked,
)
from ostiary.core.model.password_policy import Failures
from ostiary.core.model.token import Issuance, SessionChange
from ostiary.core.model.user import User
from ostiary.core.ports.users import UsernameTakenError
from ostiary.core.signon.ended_access import AccessLeftError, Ended
from ostiary.core.signon.new_passwords import WeakPasswordError
from ostiary.core.signon.outcomes import Accepted, Locked, MustChange, Rejected
from tests.support.signon import SignOn
from tests.support.stored_sign_on import make_grant, make_session
from tests.support.stores import LATER
from tests.support.user_administration import make_user_administration

LONG = "correct horse battery"


@pytest.fixture
def site() -> Iterator[SignOn]:
    site = SignOn()
    yield site
    site.hashing.close()


@pytest.fixture
def users(site: SignOn) -> UserAdministration:
    return make_user_administration(site.store, site.hashing, site.events, site.clock)


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
    assert await site.attempt("joe", LONG + "!") == MustChange(changed.user)


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

    joe = (await users.set_enabled(site.env, joe, enabled=False)).user
    assert isinstance(await site.attempt("joe", LONG), Rejected)
    joe = (await users.set_enabled(site.env, joe, enabled=True)).user

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


async def test_what_ended_with_a_change_is_counted_and_recorded(
    site: SignOn, users: UserAdministration
) -> None:
    joe = await users.add(site.env, NewUser("joe", password=Secret(LONG)))
    await _sign_on(site, joe)

    changed = await users.set_password(site.env, joe, LONG + "!", must_change=False)

    assert changed.ended == Ended(sessions=2, grants=3)
    assert site.events.events[-2:] == [
        PasswordChanged(site.env.id, joe.id, "test"),
        AccessEnded(site.env.id, joe.id, 2, 3, "test"),
    ]
    again = await users.set_enabled(site.env, changed.user, enabled=False)
    assert again.ended == Ended()
    assert len(site.emitted(AccessEnded)) == 1


async def test_enabling_ends_nothing_and_deleting_ends_everything(
    site: SignOn, users: UserAdministration
) -> None:
    joe = await users.add(site.env, NewUser("joe", enabled=False))
    await _sign_on(site, joe)

    assert (await users.set_enabled(site.env, joe, enabled=True)).ended == Ended()
    assert await users.delete(site.env, joe) == Ended(sessions=2, grants=3)


async def test_a_store_that_fails_between_leaves_the_change_and_says_so() -> None:
    refused: set[str] = set()

    def reach(point: str) -> None:
        if point in refused:
            raise unavailable("gone")

    site = SignOn(store=MemoryStore(reach=reach))
    users = make_user_administration(site.store, site.hashing, site.events, site.clock)
    joe = await users.add(site.env, NewUser("joe", password=Secret(LONG)))
    await _sign_on(site, joe)
    refused.add("memory.sessions.end_of_user")

    with pytest.raises(AccessLeftError, match="run the command again"):
        await users.set_enabled(site.env, joe, enabled=False)
    with pytest.raises(AccessLeftError):
        await users.delete(site.env, joe)

    assert not (await users.get(site.env, "joe")).enabled
    refused.clear()
    assert (await users.delete(site.env, joe)).sessions == 2
    site.hashing.close()


async def _sign_on(site: SignOn, user: User) -> None:
    """Store two sessions of a user, and three grants, of which one ends with the first of them."""
    for number in (0, 1):
        session = make_session(number)
        proof = replace(session.authentication, user_id=user.id, credential=user.credential)
        change = SessionChange(replace(session, authentication=proof), LATER)
        await site.store.commit(site.env, Issuance(session=change), now=site.clock.now())
    grants = tuple(
        make_grant(number, user_id=user.id, ends_with_session=number == 0) for number in range(3)
    )
    await site.store.commit(site.env, Issuance(grants=grants), now=site.clock.now())
