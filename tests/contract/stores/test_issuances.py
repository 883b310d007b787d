"""Commits: everything or nothing, and each one-time thing once."""

import asyncio

import pytest
from msgspec.structs import replace

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Issuance
from ostiary.core.ports.stores import AlreadyRedeemedError
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


async def test_a_stored_token_is_found_with_all_its_fields(
    store: StoreBackend, env: Environment
) -> None:
    await store.commit(env, Issuance(reference_tokens=(make_token(1),)), now=NOW)

    assert await store.find(env, make_key(1), now=NOW) == make_access_token(1)


async def test_attributes_come_back_as_json_has_them(store: StoreBackend, env: Environment) -> None:
    token = replace(make_access_token(1), attributes={"groups": ("a", "b")})
    kept = replace(make_token(1), token=token)

    await store.commit(env, Issuance(reference_tokens=(kept,)), now=NOW)

    found = await store.find(env, make_key(1), now=NOW)
    assert found is not None
    assert found.attributes == {"groups": ["a", "b"]}


async def test_a_redemption_is_spent_once(store: StoreBackend, env: Environment) -> None:
    await store.commit(env, make_issuance(1), now=NOW)

    with pytest.raises(AlreadyRedeemedError):
        await store.commit(env, Issuance(redeems=(make_redemption(1),)), now=NOW)


async def test_a_redemption_alone_is_spent(store: StoreBackend, env: Environment) -> None:
    await store.commit(env, Issuance(redeems=(make_redemption(1),)), now=NOW)

    assert await is_spent(store, env, make_redemption(1))


async def test_the_trace_of_a_redemption_lasts_until_its_time_is_over(
    store: StoreBackend, env: Environment
) -> None:
    await store.commit(env, Issuance(redeems=(make_redemption(1),)), now=NOW)
    again = Issuance(redeems=(make_redemption(1, expires_at=LATER + 300),))

    with pytest.raises(AlreadyRedeemedError):
        await store.commit(env, again, now=LATER - 0.001)
    await store.commit(env, again, now=LATER)
    with pytest.raises(AlreadyRedeemedError):
        await store.commit(env, again, now=LATER)


async def test_a_redemption_that_is_over_already_is_refused(
    store: StoreBackend, env: Environment
) -> None:
    over = Issuance((make_redemption(1, expires_at=NOW),), (make_token(1),))

    with pytest.raises(AlreadyRedeemedError):
        await store.commit(env, over, now=NOW)

    assert await store.find(env, make_key(1), now=NOW) is None


async def test_one_thing_twice_in_one_commit_is_refused(
    store: StoreBackend, env: Environment
) -> None:
    twice = (make_redemption(1), make_redemption(1, expires_at=LATER + 1))

    with pytest.raises(AlreadyRedeemedError):
        await store.commit(env, Issuance(twice, (make_token(1),)), now=NOW)

    assert await store.find(env, make_key(1), now=NOW) is None
    assert not await is_spent(store, env, make_redemption(1))


async def test_the_same_key_for_another_use_is_another_thing(
    store: StoreBackend, env: Environment
) -> None:
    await store.commit(env, Issuance(redeems=(make_redemption(1, use="code"),)), now=NOW)

    assert not await is_spent(store, env, make_redemption(1, use="client_assertion"))


async def test_several_redemptions_and_tokens_are_one_commit(
    store: StoreBackend, env: Environment
) -> None:
    everything = Issuance(
        tuple(make_redemption(n) for n in range(5)), tuple(make_token(n) for n in range(150))
    )

    await store.commit(env, everything, now=NOW)

    assert all([await is_spent(store, env, make_redemption(n)) for n in range(5)])
    for number in range(150):
        assert await store.find(env, make_key(number), now=NOW) == make_access_token(number)


@pytest.mark.parametrize("spent", [0, 1, 2])
async def test_a_refused_commit_leaves_nothing(
    store: StoreBackend, env: Environment, spent: int
) -> None:
    await store.commit(env, Issuance(redeems=(make_redemption(spent),)), now=NOW)
    wanted = Issuance(
        tuple(make_redemption(n) for n in range(3)), tuple(make_token(n) for n in range(2))
    )

    with pytest.raises(AlreadyRedeemedError):
        await store.commit(env, wanted, now=NOW)

    for number in range(2):
        assert await store.find(env, make_key(number), now=NOW) is None
    for number in {0, 1, 2} - {spent}:
        assert not await is_spent(store, env, make_redemption(number))


@pytest.mark.parametrize("redemptions", [0, 1, 2])
async def test_a_token_never_takes_the_place_of_another(
    store: StoreBackend, env: Environment, redemptions: int
) -> None:
    await store.commit(env, Issuance(reference_tokens=(make_token(1),)), now=NOW)
    intruder = replace(make_token(1), token=make_access_token(99))
    paid = tuple(make_redemption(n) for n in range(redemptions))

    with pytest.raises(AlreadyRedeemedError):
        await store.commit(env, Issuance(paid, (make_token(2), intruder)), now=NOW)

    assert await store.find(env, make_key(1), now=NOW) == make_access_token(1)
    assert await store.find(env, make_key(2), now=NOW) is None
    for redemption in paid:
        assert not await is_spent(store, env, redemption)


async def test_an_empty_commit_changes_nothing(store: StoreBackend, env: Environment) -> None:
    await store.commit(env, Issuance(), now=NOW)

    assert await store.prune(now=LATER) == 0


async def test_of_32_commits_of_one_thing_exactly_one_wins(
    store: StoreBackend, env: Environment
) -> None:
    commits = [
        store.commit(env, Issuance((make_redemption(1),), (make_token(n),)), now=NOW)
        for n in range(32)
    ]

    results = await asyncio.gather(*commits, return_exceptions=True)

    winners = [number for number, result in enumerate(results) if result is None]
    assert len(winners) == 1
    assert all(isinstance(result, AlreadyRedeemedError | None) for result in results)
    found = [n for n in range(32) if await store.find(env, make_key(n), now=NOW) is not None]
    assert found == winners


async def test_of_32_commits_of_overlapping_pairs_no_thing_is_spent_twice(
    store: StoreBackend, env: Environment
) -> None:
    """Commit n wants things n and n+1 of a ring of 8: neighbours exclude each other."""
    pairs = [(n % 8, (n + 1) % 8) for n in range(32)]
    commits = [
        store.commit(
            env, Issuance(tuple(make_redemption(m) for m in pair), (make_token(n),)), now=NOW
        )
        for n, pair in enumerate(pairs)
    ]

    results = await asyncio.gather(*commits, return_exceptions=True)

    winners = [number for number, result in enumerate(results) if result is None]
    spent = [thing for number in winners for thing in pairs[number]]
    assert winners
    assert len(spent) == len(set(spent))
    assert all(isinstance(result, AlreadyRedeemedError | None) for result in results)
    found = [n for n in range(32) if await store.find(env, make_key(n), now=NOW) is not None]
    assert found == winners
    assert all([await is_spent(store, env, make_redemption(thing)) for thing in spent])


async def test_a_refused_commit_does_not_harm_its_neighbours(
    store: StoreBackend, env: Environment
) -> None:
    """All are submitted at once, so that backends that batch have them in one batch."""
    await store.commit(env, make_issuance(0), now=NOW)
    taken = Issuance((make_redemption(100),), (make_token(0),))
    commits = [make_issuance(n) for n in range(1, 20)] + [make_issuance(0), taken]

    results = await asyncio.gather(
        *(store.commit(env, commit, now=NOW) for commit in commits), return_exceptions=True
    )

    assert results[:19] == [None] * 19
    assert all(isinstance(result, AlreadyRedeemedError) for result in results[19:])
    for number in range(20):
        assert await store.find(env, make_key(number), now=NOW) == make_access_token(number)
    assert not await is_spent(store, env, make_redemption(100))
