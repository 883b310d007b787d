"""What administrators do with the authenticators of users."""

from collections.abc import Iterator

import pytest

from ostiary.core.admin.new_users import NewUser
from ostiary.core.admin.user_administration import UnknownAuthenticatorError, UserAdministration
from ostiary.core.model.audit.authenticators import AuthenticatorRemoved
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.user import User
from ostiary.core.signon.factor_words import FactorRefused
from tests.support.authenticators import make_authenticator
from tests.support.second_factors import WRONG, Factors
from tests.support.signon import SignOn
from tests.support.user_administration import make_user_administration


@pytest.fixture
def site() -> Iterator[SignOn]:
    site = SignOn()
    yield site
    site.hashing.close()


@pytest.fixture
def users(site: SignOn) -> UserAdministration:
    return make_user_administration(site.store, site.hashing, site.events, site.clock)


async def _add(site: SignOn, users: UserAdministration) -> tuple[User, list[Authenticator]]:
    joe = await users.add(site.env, NewUser("joe"))
    made = [make_authenticator(number, user_id=joe.id) for number in range(3)]
    for each in made:
        await site.store.authenticators.add(site.env, each)
    return joe, made


async def test_some_authenticators_are_removed_and_recorded(
    site: SignOn, users: UserAdministration
) -> None:
    joe, (first, second, third) = await _add(site, users)

    removed = await users.remove_authenticators(site.env, joe, [first.id, third.id])

    assert removed == (first, third)
    assert [each.id for each in await users.authenticators_of(site.env, joe)] == [second.id]
    assert site.emitted(AuthenticatorRemoved) == [
        AuthenticatorRemoved(site.env.id, joe.id, each.id, "passkey", "test")
        for each in (first, third)
    ]


async def test_no_browser_is_remembered_again_when_an_authenticator_is_gone(
    site: SignOn, users: UserAdministration
) -> None:
    joe, (first, second, third) = await _add(site, users)

    await users.remove_authenticators(site.env, joe, [first.id])

    left = {each.id: each for each in await users.authenticators_of(site.env, joe)}
    for each in (second, third):
        assert left[each.id].forgotten_at > each.forgotten_at


async def test_all_of_them_are_removed(site: SignOn, users: UserAdministration) -> None:
    joe, made = await _add(site, users)

    assert await users.remove_authenticators(site.env, joe) == tuple(made)

    assert await users.authenticators_of(site.env, joe) == ()


async def test_none_is_removed_when_one_is_not_the_users(
    site: SignOn, users: UserAdministration
) -> None:
    joe, made = await _add(site, users)
    theirs = make_authenticator(9, user=2)
    await site.store.authenticators.add(site.env, theirs)

    with pytest.raises(UnknownAuthenticatorError, match=theirs.id):
        await users.remove_authenticators(site.env, joe, [made[0].id, theirs.id])

    assert await users.authenticators_of(site.env, joe) == tuple(made)
    assert await site.store.authenticators.find(site.env, theirs.id) == theirs


async def test_a_deleted_user_has_none(site: SignOn, users: UserAdministration) -> None:
    joe, _ = await _add(site, users)

    await users.delete(site.env, joe)

    assert await users.authenticators_of(site.env, joe) == ()


async def test_an_unlocked_user_may_try_second_factors_again_too(
    site: SignOn, users: UserAdministration
) -> None:
    factors = Factors(site.store, site.env, clock=site.clock)
    totp, shown = await factors.enrol(AuthenticatorKind.TOTP)
    for _ in range(5):
        await factors.answer(totp, WRONG)
    assert isinstance(await factors.answer(totp, factors.code_of(shown)), FactorRefused)

    await users.unlock(site.env, factors.user)

    assert isinstance(await factors.answer(totp, factors.code_of(shown)), Authenticator)
