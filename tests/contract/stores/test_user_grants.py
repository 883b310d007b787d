"""Codes, grants, rotations and consents: kept whole, spent once, revoked with what came of them."""

import asyncio
import dataclasses

import pytest
from msgspec.structs import replace

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.base.ids import ClientId, GrantId
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Issuance
from ostiary.core.model.user_grant import UserGrant
from ostiary.core.ports.stores import AlreadyRedeemedError
from ostiary.core.tokens.codes import first_live_key, redemption_of
from tests.support.stored_sign_on import (
    make_code,
    make_consent,
    make_grant,
    make_refresh,
    make_rotation,
    make_secret,
    make_user_id,
)
from tests.support.stores import LATER, NOW, is_spent, make_key, make_token
from tests.support.users import make_user

OTHER_CLIENT = ClientId("other")


async def keep(store: StoreBackend, env: Environment, *grants: UserGrant) -> None:
    await store.commit(env, Issuance(grants=grants), now=NOW)


async def found(store: StoreBackend, env: Environment, number: int) -> UserGrant | None:
    return await store.user_grants.find(env, GrantId(f"grant-{number}"), now=NOW)


async def test_a_code_is_found_with_all_its_fields_until_it_is_forgotten(
    store: StoreBackend, env: Environment
) -> None:
    await store.commit(env, Issuance(codes=(make_code(1), make_code(2))), now=NOW)

    assert await store.codes.find(env, make_key(1), now=LATER - 0.001) == (make_code(1), None)
    assert await store.codes.find(env, make_key(2), now=NOW) == (make_code(2), None)
    assert await store.codes.find(env, make_key(1), now=LATER) is None
    assert await store.codes.find(env, make_key(3), now=NOW) is None


async def test_a_code_comes_with_its_user_as_the_store_has_it(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    await store.commit(env, Issuance(codes=(make_code(1),)), now=NOW)
    user = make_user(1, id=make_code(1).user_id)
    await store.users.create(other_env, [dataclasses.replace(user, username="namesake")])

    assert await store.codes.find(env, make_key(1), now=NOW) == (make_code(1), None)
    await store.users.create(env, [user])
    assert await store.codes.find(env, make_key(1), now=NOW) == (make_code(1), user)


async def test_a_code_never_takes_the_place_of_another(
    store: StoreBackend, env: Environment
) -> None:
    await store.commit(env, Issuance(codes=(make_code(1),)), now=NOW)
    intruder = replace(make_code(1), subject="other")

    with pytest.raises(AlreadyRedeemedError):
        await store.commit(env, Issuance(codes=(make_code(2), intruder)), now=NOW)

    assert await store.codes.find(env, make_key(1), now=NOW) == (make_code(1), None)
    assert await store.codes.find(env, make_key(2), now=NOW) is None


async def test_SEC_226_codes_grants_and_consents_are_unknown_in_another_environment(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    everything = Issuance(codes=(make_code(1),), grants=(make_grant(1),), consent=make_consent())
    await store.commit(env, everything, now=NOW)
    user, client = make_consent().user_id, make_consent().client_id

    assert await store.codes.find(other_env, make_key(1), now=NOW) is None
    assert await found(store, other_env, 1) is None
    family = make_refresh(1).family
    assert await store.user_grants.find_by_family(other_env, family, now=NOW) is None
    assert await store.consents.find(other_env, user, client) is None
    assert not await store.user_grants.revoke(other_env, GrantId("grant-1"))
    assert await store.user_grants.revoke_of_user(other_env, user) == 0
    with pytest.raises(AlreadyRedeemedError):
        await store.commit(other_env, Issuance(rotates=make_rotation(1)), now=NOW)
    assert await found(store, env, 1) == make_grant(1)
    assert await store.consents.find(env, user, client) == make_consent()


async def test_the_same_ids_in_two_environments_are_two_grants(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    await keep(store, env, make_grant(1))
    await keep(store, other_env, make_grant(1, subject="other"))

    await store.user_grants.revoke(env, GrantId("grant-1"))

    assert await found(store, env, 1) is None
    assert await found(store, other_env, 1) == make_grant(1, subject="other")


async def test_a_grant_is_found_by_its_id_and_by_its_family(
    store: StoreBackend, env: Environment
) -> None:
    await keep(store, env, make_grant(1), make_grant(2))

    assert await found(store, env, 1) == make_grant(1)
    family = make_refresh(2).family
    assert await store.user_grants.find_by_family(env, family, now=NOW) == (make_grant(2), None)
    assert await store.user_grants.find_by_family(env, make_secret("x"), now=NOW) is None
    assert await found(store, env, 3) is None


async def test_the_grant_of_a_family_comes_with_its_user_as_the_store_has_it(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    await keep(store, env, make_grant(1), make_grant(2))
    user = make_user(1, id=make_grant(1).user_id)
    await store.users.create(other_env, [dataclasses.replace(user, username="namesake")])
    family = make_refresh(1).family

    assert await store.user_grants.find_by_family(env, family, now=NOW) == (make_grant(1), None)
    await store.users.create(env, [user])
    assert await store.user_grants.find_by_family(env, family, now=NOW) == (make_grant(1), user)
    changed = await store.users.save(
        env, dataclasses.replace(user, enabled=False), expected_version=1
    )
    assert await store.user_grants.find_by_family(env, family, now=NOW) == (make_grant(1), changed)


async def test_grants_without_a_refresh_token_are_kept_beside_each_other(
    store: StoreBackend, env: Environment
) -> None:
    transient = [make_grant(n, refresh=None) for n in range(3)]
    await keep(store, env, *transient)

    assert [await found(store, env, n) for n in range(3)] == transient


async def test_a_grant_that_is_over_is_not_found(store: StoreBackend, env: Environment) -> None:
    await keep(store, env, make_grant(1))
    family = make_refresh(1).family

    for now, is_there in ((LATER - 0.001, True), (LATER, False)):
        grant = make_grant(1) if is_there else None
        assert await store.user_grants.find(env, make_grant(1).id, now=now) == grant
        found = await store.user_grants.find_by_family(env, family, now=now)
        assert found == ((grant, None) if is_there else None)


@pytest.mark.parametrize(
    "intruder",
    [
        pytest.param(make_grant(1, refresh=None), id="same id"),
        pytest.param(make_grant(2, refresh=make_refresh(1, turn=1)), id="same family"),
    ],
)
async def test_a_grant_never_takes_the_place_of_another(
    store: StoreBackend, env: Environment, intruder: UserGrant
) -> None:
    await keep(store, env, make_grant(1))

    with pytest.raises(AlreadyRedeemedError):
        await keep(store, env, make_grant(3), intruder)

    assert await found(store, env, 1) == make_grant(1)
    assert await found(store, env, 2) is None
    assert await found(store, env, 3) is None


async def test_a_rotated_grant_has_the_next_token_and_is_the_same_otherwise(
    store: StoreBackend, env: Environment
) -> None:
    await keep(store, env, make_grant(1))

    await store.commit(env, Issuance(rotates=make_rotation(1)), now=NOW)
    await store.commit(env, Issuance(rotates=make_rotation(1, turn=2)), now=NOW)

    rotated = make_grant(1, refresh=make_refresh(1, turn=2))
    assert await found(store, env, 1) == rotated
    family = make_refresh(1).family
    assert await store.user_grants.find_by_family(env, family, now=NOW) == (rotated, None)


@pytest.mark.parametrize(
    ("number", "turn", "now"),
    [(1, 1, NOW), (1, 3, NOW), (2, 1, NOW), (3, 1, NOW), (1, 2, LATER)],
    ids=["spent", "not yet made", "no such grant", "of a transient grant", "over"],
)
async def test_a_rotation_of_another_token_is_refused(
    store: StoreBackend, env: Environment, number: int, turn: int, now: float
) -> None:
    await keep(store, env, make_grant(1), make_grant(3, refresh=None))
    await store.commit(env, Issuance(rotates=make_rotation(1)), now=NOW)
    wanted = Issuance(rotates=make_rotation(number, turn=turn), reference_tokens=(make_token(1),))

    with pytest.raises(AlreadyRedeemedError):
        await store.commit(env, wanted, now=now)

    assert await found(store, env, 1) == make_grant(1, refresh=make_refresh(1, turn=1))
    assert await store.find(env, make_key(1), now=NOW) is None


async def test_SEC_69_of_64_rotations_of_one_token_exactly_one_wins(
    store: StoreBackend, env: Environment
) -> None:
    await keep(store, env, make_grant(1))
    rotations = [
        replace(make_rotation(1), state=replace(make_refresh(1, turn=1), rotated_at=float(n)))
        for n in range(64)
    ]

    results = await asyncio.gather(
        *(
            store.commit(env, Issuance(rotates=r, reference_tokens=(make_token(n),)), now=NOW)
            for n, r in enumerate(rotations)
        ),
        return_exceptions=True,
    )

    winners = [number for number, result in enumerate(results) if result is None]
    assert len(winners) == 1
    assert all(isinstance(result, AlreadyRedeemedError | None) for result in results)
    grant = await found(store, env, 1)
    assert grant is not None
    assert grant.refresh == rotations[winners[0]].state
    tokens = [n for n in range(64) if await store.find(env, make_key(n), now=NOW) is not None]
    assert tokens == winners


async def test_64_rotations_of_as_many_grants_all_succeed(
    store: StoreBackend, env: Environment
) -> None:
    await keep(store, env, *(make_grant(n) for n in range(64)))

    await asyncio.gather(
        *(store.commit(env, Issuance(rotates=make_rotation(n)), now=NOW) for n in range(64))
    )

    for number in range(64):
        rotated = make_grant(number, refresh=make_refresh(number, turn=1))
        assert await found(store, env, number) == rotated


async def test_a_revoked_grant_is_gone(store: StoreBackend, env: Environment) -> None:
    await keep(store, env, make_grant(1), make_grant(2))

    assert await store.user_grants.revoke(env, GrantId("grant-1"))

    assert await found(store, env, 1) is None
    family = make_refresh(1).family
    assert await store.user_grants.find_by_family(env, family, now=NOW) is None
    assert await found(store, env, 2) == make_grant(2)
    assert not await store.user_grants.revoke(env, GrantId("grant-1"))


async def test_a_revoked_grant_does_not_rotate(store: StoreBackend, env: Environment) -> None:
    await keep(store, env, make_grant(1))
    await store.user_grants.revoke(env, GrantId("grant-1"))

    with pytest.raises(AlreadyRedeemedError):
        await store.commit(env, Issuance(rotates=make_rotation(1)), now=NOW)


async def test_rotations_and_revocations_at_once_leave_no_grant(
    store: StoreBackend, env: Environment
) -> None:
    await keep(store, env, *(make_grant(n) for n in range(16)))

    await asyncio.gather(
        *(store.commit(env, Issuance(rotates=make_rotation(n)), now=NOW) for n in range(16)),
        *(store.user_grants.revoke(env, GrantId(f"grant-{n}")) for n in range(16)),
        *(store.user_grants.revoke_of_user(env, make_user_id()) for _ in range(4)),
        return_exceptions=True,
    )

    assert [await found(store, env, n) for n in range(16)] == [None] * 16


async def test_all_grants_and_consents_of_a_user_are_revoked(
    store: StoreBackend, env: Environment
) -> None:
    await keep(store, env, make_grant(1), make_grant(2, client_id=OTHER_CLIENT))
    await keep(store, env, make_grant(3, user=1))
    for consent in (make_consent(), make_consent(client_id=OTHER_CLIENT), make_consent(1)):
        await store.commit(env, Issuance(consent=consent), now=NOW)

    assert await store.user_grants.revoke_of_user(env, make_user_id()) == 2

    assert [await found(store, env, n) for n in (1, 2)] == [None, None]
    assert await found(store, env, 3) == make_grant(3, user=1)
    for client_id in (make_consent().client_id, OTHER_CLIENT):
        assert await store.consents.find(env, make_user_id(), client_id) is None
    kept = make_consent(1)
    assert await store.consents.find(env, kept.user_id, kept.client_id) == kept


async def test_only_what_a_user_granted_to_one_client_is_revoked(
    store: StoreBackend, env: Environment
) -> None:
    other = make_grant(2, client_id=OTHER_CLIENT)
    await keep(store, env, make_grant(1), other)
    for consent in (make_consent(), make_consent(client_id=OTHER_CLIENT)):
        await store.commit(env, Issuance(consent=consent), now=NOW)
    user, client = make_consent().user_id, make_consent().client_id

    assert await store.user_grants.revoke_of_user(env, user, client) == 1

    assert await found(store, env, 1) is None
    assert await found(store, env, 2) == other
    assert await store.consents.find(env, user, client) is None
    assert await store.consents.find(env, user, OTHER_CLIENT) is not None
    assert await store.user_grants.revoke_of_user(env, user, client) == 0


async def test_SEC_73_codes_of_a_user_to_one_client_are_spent_with_what_is_revoked(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    code = make_code(1)
    others = (make_code(2, user_id=make_user_id(1)), make_code(3, client_id=OTHER_CLIENT))
    await store.commit(env, Issuance(codes=(code, *others)), now=NOW)
    await store.commit(other_env, Issuance(codes=(code,)), now=NOW)

    await store.user_grants.revoke_of_user(env, code.user_id, code.client_id)

    assert await is_spent(store, env, redemption_of(code))
    assert [await is_spent(store, env, redemption_of(each)) for each in others] == [False, False]
    assert not await is_spent(store, other_env, redemption_of(code))


async def test_codes_before_the_first_that_may_be_exchanged_are_left_as_they_are(
    store: StoreBackend, env: Environment
) -> None:
    code = make_code(1)
    await store.commit(env, Issuance(codes=(code,)), now=NOW)
    first = first_live_key(env, NOW + env.code_lifetime_seconds + 1)

    await store.user_grants.revoke_of_user(env, code.user_id, code.client_id, codes_from=first)
    assert not await is_spent(store, env, redemption_of(code))


async def test_the_last_code_that_may_be_exchanged_is_spent_by_a_revocation(
    store: StoreBackend, env: Environment
) -> None:
    code = make_code(1)
    await store.commit(env, Issuance(codes=(code,)), now=NOW)
    first = first_live_key(env, NOW + env.code_lifetime_seconds)

    await store.user_grants.revoke_of_user(env, code.user_id, code.client_id, codes_from=first)
    assert await is_spent(store, env, redemption_of(code))


async def test_a_code_that_was_spent_before_a_revocation_stays_spent(
    store: StoreBackend, env: Environment
) -> None:
    code = make_code(1)
    await store.commit(env, Issuance(codes=(code,)), now=NOW)
    await store.commit(env, Issuance(redeems=(redemption_of(code),)), now=NOW)

    await store.user_grants.revoke_of_user(env, code.user_id, code.client_id)
    assert await is_spent(store, env, redemption_of(code))


async def test_SEC_73_exchanges_and_withdrawals_at_once_leave_no_grant(
    store: StoreBackend, env: Environment
) -> None:
    numbers = range(16)
    codes = tuple(make_code(n) for n in numbers)
    await store.commit(env, Issuance(codes=codes), now=NOW)
    exchanges = [
        store.commit(
            env, Issuance(redeems=(redemption_of(codes[n]),), grants=(make_grant(n),)), now=NOW
        )
        for n in numbers
    ]
    withdrawal = store.user_grants.revoke_of_user(env, codes[0].user_id, codes[0].client_id)

    results = await asyncio.gather(
        *exchanges[:8], withdrawal, *exchanges[8:], return_exceptions=True
    )

    refused = [each for each in results if isinstance(each, Exception)]
    assert all(isinstance(each, AlreadyRedeemedError) for each in refused)
    assert [await found(store, env, n) for n in numbers] == [None] * 16


async def test_grants_of_a_user_are_listed_those_that_last_longest_first(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    short, long = (make_grant(n, expires_at=LATER + n) for n in (1, 2))
    transient = make_grant(3, refresh=None, client_id=OTHER_CLIENT)
    await keep(store, env, short, long, transient, make_grant(4, user=1))
    await keep(store, env, make_grant(5, expires_at=NOW - 1))
    await keep(store, other_env, make_grant(6))
    select = store.user_grants.select_of_user

    assert await select(env, make_user_id(), now=NOW, limit=9) == (long, short, transient)
    assert await select(env, make_user_id(), now=NOW, limit=2) == (long, short)
    assert await select(env, make_user_id(), now=LATER, limit=9) == (long, short)
    assert await select(env, make_user_id(2), now=NOW, limit=9) == ()


async def test_a_listed_grant_has_the_refresh_state_of_now(
    store: StoreBackend, env: Environment
) -> None:
    await keep(store, env, make_grant(1))
    await store.commit(env, Issuance(rotates=make_rotation(1)), now=NOW)

    (listed,) = await store.user_grants.select_of_user(env, make_user_id(), now=NOW, limit=9)

    assert listed == make_grant(1, refresh=make_refresh(1, turn=1))


async def test_consents_of_a_user_are_listed_by_their_clients(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    own = [make_consent(), make_consent(client_id=OTHER_CLIENT)]
    for consent in (own[1], own[0], make_consent(1)):
        await store.commit(env, Issuance(consent=consent), now=NOW)
    await store.commit(other_env, Issuance(consent=make_consent()), now=NOW)

    assert await store.consents.select_of_user(env, make_user_id()) == tuple(own)
    assert await store.consents.select_of_user(env, make_user_id(2)) == ()


async def test_a_consent_takes_the_place_of_the_one_before(
    store: StoreBackend, env: Environment
) -> None:
    wider = make_consent(scopes=frozenset({"openid"}), resources=frozenset(), granted_at=LATER)
    user, client = wider.user_id, wider.client_id
    assert await store.consents.find(env, user, client) is None

    await store.commit(env, Issuance(consent=make_consent()), now=NOW)
    assert await store.consents.find(env, user, client) == make_consent()
    await store.commit(env, Issuance(consent=wider), now=NOW)

    assert await store.consents.find(env, user, client) == wider
