"""Authenticators in a store: found, changed by one of many, gone with their user."""

import asyncio

import pytest
from msgspec.structs import replace

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import LockoutPolicy
from ostiary.core.ports.authenticators import AuthenticatorChangedError, AuthenticatorTakenError
from tests.support.authenticators import make_authenticator
from tests.support.environments import make_environment
from tests.support.second_factors import Factors
from tests.support.stores import opened
from tests.support.users import make_user

AT_ONCE = 16


async def test_an_authenticator_is_found_by_id_user_and_credential(
    store: StoreBackend, env: Environment
) -> None:
    first, second = make_authenticator(1), make_authenticator(2, user=2)
    await store.authenticators.add(env, first)
    await store.authenticators.add(env, second)

    assert await store.authenticators.find(env, first.id) == first
    assert await store.authenticators.find_by_credential(env, b"another") is None
    assert await store.authenticators.find_by_credential(env, second.credential_id or b"") == second
    assert await store.authenticators.select(env, first.user_id) == (first,)
    assert await store.authenticators.find(env, make_authenticator(3).id) is None


async def test_SEC_223_an_authenticator_of_one_environment_is_none_of_another(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    kept = make_authenticator(1)
    await store.authenticators.add(env, kept)

    assert await store.authenticators.find(other_env, kept.id) is None
    assert (
        await store.authenticators.find_by_credential(other_env, kept.credential_id or b"") is None
    )
    assert await store.authenticators.select(other_env, kept.user_id) == ()
    assert not await store.authenticators.remove(other_env, kept.id)
    with pytest.raises(AuthenticatorChangedError):
        await store.authenticators.save(other_env, kept, expected_version=1)
    await store.authenticators.add(other_env, replace(kept, nickname="another"))
    assert await store.authenticators.find(env, kept.id) == kept


async def test_the_default_comes_first_and_then_the_oldest(
    store: StoreBackend, env: Environment
) -> None:
    young, old, default = (
        make_authenticator(number, is_default=number == 3) for number in (2, 1, 3)
    )
    for each in (young, old, default):
        await store.authenticators.add(env, each)

    assert await store.authenticators.select(env, old.user_id) == (default, old, young)


async def test_many_authenticators_have_no_credential(
    store: StoreBackend, env: Environment
) -> None:
    bare = [make_authenticator(number, credential_id=None) for number in (1, 2)]
    for each in bare:
        await store.authenticators.add(env, each)

    assert await store.authenticators.select(env, bare[0].user_id) == tuple(bare)


@pytest.mark.parametrize("same", ["id", "credential_id"])
async def test_what_is_there_already_is_not_added_again(
    store: StoreBackend, env: Environment, same: str
) -> None:
    kept, new = make_authenticator(1), make_authenticator(2, user=2)
    await store.authenticators.add(env, kept)

    with pytest.raises(AuthenticatorTakenError):
        await store.authenticators.add(env, replace(new, **{same: getattr(kept, same)}))

    assert await store.authenticators.find(env, kept.id) == kept
    assert await store.authenticators.select(env, new.user_id) == ()


async def test_of_16_changes_of_one_version_exactly_one_wins(
    store: StoreBackend, env: Environment
) -> None:
    kept = make_authenticator(1)
    await store.authenticators.add(env, kept)
    changes = [replace(kept, nickname=str(number)) for number in range(AT_ONCE)]

    results = await asyncio.gather(
        *(store.authenticators.save(env, change, expected_version=1) for change in changes),
        return_exceptions=True,
    )

    (winner,) = [result for result in results if not isinstance(result, BaseException)]
    assert winner.version == 2
    assert sum(isinstance(result, AuthenticatorChangedError) for result in results) == AT_ONCE - 1
    assert await store.authenticators.find(env, kept.id) == winner


async def test_what_is_removed_cannot_be_changed(store: StoreBackend, env: Environment) -> None:
    kept = make_authenticator(1)
    await store.authenticators.add(env, kept)

    assert await store.authenticators.remove(env, kept.id)

    assert not await store.authenticators.remove(env, kept.id)
    with pytest.raises(AuthenticatorChangedError):
        await store.authenticators.save(env, kept, expected_version=1)
    assert await store.authenticators.select(env, kept.user_id) == ()


async def test_a_deleted_user_takes_its_authenticators_along(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    mine, also_mine, others = (
        make_authenticator(1),
        make_authenticator(2),
        make_authenticator(3, user=2),
    )
    await store.users.create(env, [make_user(1), make_user(2)])
    for each in (mine, also_mine, others):
        await store.authenticators.add(env, each)
    await store.authenticators.add(other_env, mine)

    assert await store.users.delete(env, make_user(1).id)

    assert await store.authenticators.select(env, mine.user_id) == ()
    assert await store.authenticators.find_by_credential(env, mine.credential_id or b"") is None
    assert await store.authenticators.find(env, others.id) == others
    assert await store.authenticators.find(other_env, mine.id) == mine


async def test_authenticators_outlive_the_process(durable_url: str, env: Environment) -> None:
    kept = make_authenticator(1)
    async with opened(durable_url) as store:
        await store.authenticators.add(env, kept)

    async with opened(durable_url) as store:
        assert await store.authenticators.find(env, kept.id) == kept


@pytest.fixture
def factors(store: StoreBackend) -> Factors:
    """Give a user factors, and more guesses than there are callers."""
    lenient = LockoutPolicy(failures=2 * AT_ONCE, spray_users=0)
    return Factors(store, make_environment("home", lockout=lenient))


async def test_SEC_162_of_16_uses_of_one_code_of_an_application_exactly_one_is_right(
    factors: Factors,
) -> None:
    totp, shown = await factors.enrol(AuthenticatorKind.TOTP)
    code = factors.code_of(shown)

    results = await asyncio.gather(*(factors.answer(totp, code) for _ in range(AT_ONCE)))

    assert sum(isinstance(result, Authenticator) for result in results) == 1


async def test_SEC_162_of_16_uses_of_one_recovery_code_exactly_one_is_right(
    factors: Factors,
) -> None:
    codes, shown = await factors.enrol(AuthenticatorKind.RECOVERY_CODES)
    code = shown.recovery_codes[4]

    results = await asyncio.gather(*(factors.answer(codes, code) for _ in range(AT_ONCE)))

    (used,) = [result for result in results if isinstance(result, Authenticator)]
    assert len(used.codes) == len(shown.recovery_codes) - 1


async def test_SEC_162_of_16_answers_of_one_passkey_exactly_one_is_right(factors: Factors) -> None:
    passkey = factors.make_passkey()
    kept, _ = await factors.enrol(AuthenticatorKind.PASSKEY, passkey)
    challenge = await factors.ask(kept)
    answer = passkey.get(challenge.options)

    results = await asyncio.gather(
        *(factors.answer(kept, answer, challenge) for _ in range(AT_ONCE))
    )

    assert sum(isinstance(result, Authenticator) for result in results) == 1
