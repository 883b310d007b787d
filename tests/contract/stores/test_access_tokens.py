"""Reference tokens and revoked JWTs: found while they live, gone when told."""

import asyncio

from msgspec.structs import replace

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.base.ids import TokenId
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Issuance
from tests.support.stores import LATER, NOW, make_access_token, make_key, make_token


async def test_a_token_is_found_until_its_time_is_over(
    store: StoreBackend, env: Environment
) -> None:
    await store.commit(env, Issuance(reference_tokens=(make_token(1),)), now=NOW)

    assert await store.find(env, make_key(1), now=LATER - 0.001) == make_access_token(1)
    assert await store.find(env, make_key(1), now=LATER) is None


async def test_a_bound_token_is_found_with_what_it_is_bound_to(
    store: StoreBackend, env: Environment
) -> None:
    bound = replace(make_token(1), token=replace(make_access_token(1), bound_to="thumbprint"))
    await store.commit(env, Issuance(reference_tokens=(bound,)), now=NOW)

    assert await store.find(env, make_key(1), now=NOW) == bound.token


async def test_an_unknown_key_finds_nothing(store: StoreBackend, env: Environment) -> None:
    await store.commit(env, Issuance(reference_tokens=(make_token(1),)), now=NOW)

    assert await store.find(env, make_key(2), now=NOW) is None


async def test_each_of_many_searchers_gets_its_own_token(
    store: StoreBackend, env: Environment
) -> None:
    tokens = tuple(make_token(n) for n in range(0, 200, 2))
    await store.commit(env, Issuance(reference_tokens=tokens), now=NOW)

    found = await asyncio.gather(*(store.find(env, make_key(n), now=NOW) for n in range(200)))

    assert found == [make_access_token(n) if n % 2 == 0 else None for n in range(200)]


async def test_a_deleted_token_is_gone_and_its_neighbour_is_not(
    store: StoreBackend, env: Environment
) -> None:
    await store.commit(env, Issuance(reference_tokens=(make_token(1), make_token(2))), now=NOW)

    await store.delete(env, make_key(1))

    assert await store.find(env, make_key(1), now=NOW) is None
    assert await store.find(env, make_key(2), now=NOW) == make_access_token(2)


async def test_deleting_what_is_not_there_is_no_error(
    store: StoreBackend, env: Environment
) -> None:
    await asyncio.gather(*(store.delete(env, make_key(n % 3)) for n in range(9)))

    assert await store.find(env, make_key(1), now=NOW) is None


async def test_a_revoked_token_id_is_known_and_others_are_not(
    store: StoreBackend, env: Environment
) -> None:
    await store.revoke(env, TokenId("a"), expires_at=LATER)

    assert await store.is_revoked(env, TokenId("a"))
    assert not await store.is_revoked(env, TokenId("A"))
    assert not await store.is_revoked(env, TokenId("b"))


async def test_revoking_again_keeps_the_later_time(store: StoreBackend, env: Environment) -> None:
    token_id = TokenId("a")
    await asyncio.gather(
        *(store.revoke(env, token_id, expires_at=LATER + late) for late in (0, 200, 100))
    )
    await store.revoke(env, token_id, expires_at=LATER + 50)

    assert await store.prune(now=LATER + 199) == 0
    assert await store.is_revoked(env, token_id)
    assert await store.prune(now=LATER + 200) == 1
    assert not await store.is_revoked(env, token_id)


async def test_many_revocations_at_once_are_all_kept(store: StoreBackend, env: Environment) -> None:
    names = [TokenId(f"jti-{n}") for n in range(100)]

    await asyncio.gather(*(store.revoke(env, name, expires_at=LATER) for name in names))

    assert all(await asyncio.gather(*(store.is_revoked(env, name) for name in names)))
