"""References: whatever was dropped is taken once, at its own adapter, in time."""

import asyncio

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.model.environment import Environment
from ostiary.core.ports.references import DroppedReference
from tests.support.references import make_reference
from tests.support.stores import LATER, NOW, opened

SAMPLE = make_reference(1)


async def take(
    store: StoreBackend,
    env: Environment,
    reference: DroppedReference = SAMPLE,
    *,
    adapter: str = "sample",
    now: float = NOW,
) -> DroppedReference | None:
    return await store.references.take(env, adapter, reference.key, now=now)


async def test_what_was_dropped_is_taken_as_it_was(store: StoreBackend, env: Environment) -> None:
    await store.references.drop(env, SAMPLE)

    assert await take(store, env) == SAMPLE


async def test_SEC_167_what_was_taken_is_gone(store: StoreBackend, env: Environment) -> None:
    await store.references.drop(env, SAMPLE)
    await take(store, env)

    assert await take(store, env) is None


async def test_SEC_166_another_adapter_gets_nothing_and_spends_nothing(
    store: StoreBackend, env: Environment
) -> None:
    await store.references.drop(env, SAMPLE)

    assert await take(store, env, adapter="other") is None
    assert await take(store, env) == SAMPLE


async def test_SEC_166_another_environment_gets_nothing_and_spends_nothing(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    await store.references.drop(env, SAMPLE)

    assert await take(store, other_env) is None
    assert await take(store, env) == SAMPLE


async def test_SEC_169_nothing_is_taken_after_its_time(
    store: StoreBackend, env: Environment
) -> None:
    await store.references.drop(env, SAMPLE)

    assert await take(store, env, now=LATER) is None


async def test_SEC_169_what_is_over_is_cleaned_up(store: StoreBackend, env: Environment) -> None:
    await store.references.drop(env, SAMPLE)
    await store.references.drop(env, make_reference(2, expires_at=LATER + 1))

    assert await store.prune(now=LATER) == 1
    assert await take(store, env, make_reference(2), now=LATER) is not None


async def test_SEC_167_of_200_at_once_one_gets_it(store: StoreBackend, env: Environment) -> None:
    await store.references.drop(env, SAMPLE)

    taken = await asyncio.gather(*(take(store, env) for _ in range(200)))

    assert [found for found in taken if found is not None] == [SAMPLE]


async def test_those_who_take_several_crosswise_get_each_once(
    store: StoreBackend, env: Environment
) -> None:
    references = [make_reference(number) for number in range(20)]
    await asyncio.gather(*(store.references.drop(env, reference) for reference in references))

    orders = [references, references[::-1]]
    taken = await asyncio.gather(*(take(store, env, each) for order in orders for each in order))

    found = [each for each in taken if each is not None]
    assert sorted(found, key=lambda each: each.key) == sorted(references, key=lambda each: each.key)


async def test_it_outlives_the_process(durable_url: str, env: Environment) -> None:
    async with opened(durable_url) as store:
        await store.references.drop(env, SAMPLE)

    async with opened(durable_url) as store:
        assert await take(store, env) == SAMPLE
