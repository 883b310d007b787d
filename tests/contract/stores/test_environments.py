"""Environments: nothing of one is ever seen, spent or removed by another."""

import inspect

import pytest

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.base.ids import EnvironmentId, TokenId
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Issuance
from ostiary.core.ports.authenticators import Authenticators
from ostiary.core.ports.stores import AccessTokens, AlreadyRedeemedError, Issuances
from ostiary.core.ports.users import PasswordAttempts, Users
from tests.support.environments import make_environment
from tests.support.stores import (
    LATER,
    NOW,
    is_spent,
    make_access_token,
    make_issuance,
    make_key,
    make_redemption,
    make_token,
)


async def test_SEC_223_a_token_of_one_environment_is_not_found_in_another(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    await store.commit(env, Issuance(reference_tokens=(make_token(1),)), now=NOW)

    assert await store.find(other_env, make_key(1), now=NOW) is None


async def test_SEC_223_deleting_in_one_environment_spares_the_other(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    await store.commit(env, Issuance(reference_tokens=(make_token(1),)), now=NOW)

    await store.delete(other_env, make_key(1))

    assert await store.find(env, make_key(1), now=NOW) == make_access_token(1)


async def test_SEC_223_revoking_in_one_environment_spares_the_other(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    await store.revoke(env, TokenId("jti"), expires_at=LATER)

    assert await store.is_revoked(env, TokenId("jti"))
    assert not await store.is_revoked(other_env, TokenId("jti"))


@pytest.mark.parametrize("redemptions", [1, 3])
async def test_SEC_224_the_same_thing_is_spent_once_in_each_environment(
    store: StoreBackend, env: Environment, other_env: Environment, redemptions: int
) -> None:
    wanted = Issuance(tuple(make_redemption(n) for n in range(redemptions)), (make_token(1),))

    await store.commit(env, wanted, now=NOW)
    await store.commit(other_env, wanted, now=NOW)

    for place in (env, other_env):
        with pytest.raises(AlreadyRedeemedError):
            await store.commit(place, wanted, now=NOW)
        assert await store.find(place, make_key(1), now=NOW) == make_access_token(1)


async def test_SEC_224_ids_that_run_together_stay_apart(store: StoreBackend) -> None:
    """Joined without a separator, all three would give one key."""
    joined = [("ab", "cd"), ("a", "bcd"), ("abc", "d")]
    places = [
        (make_environment(id=EnvironmentId(name)), make_redemption(1, use=use))
        for name, use in joined
    ]

    for place, redemption in places:
        assert not await is_spent(store, place, redemption)
    for place, redemption in places:
        assert await is_spent(store, place, redemption)


async def test_SEC_226_no_verb_touches_what_a_canary_environment_keeps(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    canary = make_environment("canary")
    for number in range(4):
        await store.commit(canary, make_issuance(number), now=NOW)
        await store.revoke(canary, TokenId(f"token-{number}"), expires_at=LATER)

    for place in (env, other_env):
        for number in range(4):
            await store.commit(place, make_issuance(number), now=NOW)
            assert not await store.is_revoked(place, TokenId(f"token-{number}"))
            await store.revoke(place, TokenId(f"token-{number}"), expires_at=NOW)
            await store.delete(place, make_key(number))
    assert await store.prune(now=NOW) == 8

    for number in range(4):
        assert await store.find(canary, make_key(number), now=NOW) == make_access_token(number)
        assert await store.is_revoked(canary, TokenId(f"token-{number}"))
        assert await is_spent(store, canary, make_redemption(number))


@pytest.mark.parametrize(
    ("port", "part"),
    [
        (Issuances, None),
        (AccessTokens, None),
        (Users, "users"),
        (PasswordAttempts, "attempts"),
        (Authenticators, "authenticators"),
    ],
)
def test_SEC_231_every_verb_takes_the_environment_first(
    closed_store: StoreBackend, port: type, part: str | None
) -> None:
    owner = closed_store if part is None else getattr(closed_store, part)
    verbs = [name for name, member in vars(port).items() if inspect.isfunction(member)]
    verbs = [name for name in verbs if not name.startswith("_")]

    assert verbs
    for verb in verbs:
        first = next(iter(inspect.signature(getattr(owner, verb)).parameters.values()))
        assert first.annotation is Environment
        assert first.default is inspect.Parameter.empty
