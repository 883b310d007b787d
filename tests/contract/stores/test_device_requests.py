"""Device requests: decided once, by their user code, in time; too early polls are told apart."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.base.ids import ClientId
from ostiary.core.model.device_request import DeviceDecision, DeviceRequest
from ostiary.core.model.environment import Environment
from tests.support.device_requests import DENIED, approved, make_device_request, redemption_of
from tests.support.stored_sign_on import make_user_id
from tests.support.stores import LATER, NOW, is_spent, opened

SAMPLE = make_device_request(1)


async def decide(
    store: StoreBackend,
    env: Environment,
    decision: DeviceDecision,
    request: DeviceRequest = SAMPLE,
    *,
    now: float = NOW,
) -> bool:
    return await store.device_requests.decide(env, request.key, decision, now=now)


async def poll(store: StoreBackend, env: Environment, now: float, *, tolerance: float = 0) -> bool:
    return await store.device_requests.poll(
        env, SAMPLE.key, now=now, tolerance_seconds=tolerance, step=5
    )


async def waiting(
    store: StoreBackend,
    env: Environment,
    *,
    client_id: ClientId = SAMPLE.client_id,
    limit: int = 9,
) -> tuple[int, int]:
    found = await store.device_requests.count_open(env, client_id, now=NOW, limit=limit)
    return found.in_all, found.of_client


async def test_what_was_begun_is_found_by_both_codes(store: StoreBackend, env: Environment) -> None:
    assert await store.device_requests.start(env, SAMPLE)

    assert await store.device_requests.find(env, SAMPLE.key, now=NOW) == SAMPLE
    assert await store.device_requests.find_open(env, SAMPLE.user_code, now=NOW) == SAMPLE


async def test_a_user_code_that_is_taken_is_refused(store: StoreBackend, env: Environment) -> None:
    await store.device_requests.start(env, SAMPLE)
    second = make_device_request(2, user_code=SAMPLE.user_code)

    assert not await store.device_requests.start(env, second)
    assert await store.device_requests.find(env, second.key, now=NOW) is None


async def test_SEC_223_another_environment_has_nothing_of_it(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    await store.device_requests.start(env, SAMPLE)
    requests = store.device_requests

    assert await requests.find(other_env, SAMPLE.key, now=NOW) is None
    assert await requests.find_open(other_env, SAMPLE.user_code, now=NOW) is None
    assert not await decide(store, other_env, approved())
    assert not await poll(store, other_env, NOW)
    assert await waiting(store, other_env) == (0, 0)
    assert await requests.start(other_env, SAMPLE)


@pytest.mark.parametrize("decision", [approved(), DENIED])
async def test_a_decision_is_kept_and_is_the_last(
    store: StoreBackend, env: Environment, decision: DeviceDecision
) -> None:
    await store.device_requests.start(env, SAMPLE)

    assert await decide(store, env, decision)
    assert not await decide(store, env, approved(1))
    found = await store.device_requests.find(env, SAMPLE.key, now=NOW)
    assert found == replace(SAMPLE, decision=decision)
    assert await store.device_requests.find_open(env, SAMPLE.user_code, now=NOW) is None


async def test_of_twenty_who_decide_at_once_one_does(store: StoreBackend, env: Environment) -> None:
    await store.device_requests.start(env, SAMPLE)

    decided = await asyncio.gather(*(decide(store, env, approved(n)) for n in range(20)))

    assert sum(decided) == 1


async def test_SEC_114_nothing_is_decided_after_its_time(
    store: StoreBackend, env: Environment
) -> None:
    await store.device_requests.start(env, SAMPLE)
    over = SAMPLE.expires_at

    assert not await decide(store, env, approved(), now=over)
    assert await store.device_requests.find_open(env, SAMPLE.user_code, now=over) is None
    assert await store.device_requests.find(env, SAMPLE.key, now=over) == SAMPLE
    assert await store.device_requests.find(env, SAMPLE.key, now=SAMPLE.kept_until) is None


async def test_SEC_109_a_poll_that_is_too_early_makes_the_interval_longer(
    store: StoreBackend, env: Environment
) -> None:
    await store.device_requests.start(env, SAMPLE)

    early = [await poll(store, env, NOW + seconds) for seconds in (0, 4, 13, 28, 29)]

    assert early == [False, True, True, False, True]
    found = await store.device_requests.find(env, SAMPLE.key, now=NOW)
    assert found is not None
    assert found.interval_seconds == 20


async def test_SEC_109_the_longer_interval_stays_and_polls_that_keep_to_it_are_fine(
    store: StoreBackend, env: Environment
) -> None:
    await store.device_requests.start(env, SAMPLE)
    moments = (0, 1, 11, 21, 30, 45, 60, 75)

    early = [await poll(store, env, NOW + seconds) for seconds in moments]

    assert early == [False, True, False, False, True, False, False, False]
    assert await interval(store, env) == 15


async def test_SEC_109_two_processes_make_the_same_interval_longer(
    durable_url: str, env: Environment
) -> None:
    async with opened(durable_url) as one, opened(durable_url) as other:
        await one.device_requests.start(env, SAMPLE)

        moments = ((one, 0), (other, 1), (one, 2), (other, 17), (one, 31), (other, 51))
        early = [await poll(store, env, NOW + seconds) for store, seconds in moments]

        assert early == [False, True, True, False, True, False]
        assert [await interval(store, env) for store in (one, other)] == [20, 20]


async def test_SEC_109_of_many_polls_at_once_all_but_one_are_too_early(
    durable_url: str, env: Environment
) -> None:
    async with opened(durable_url) as one, opened(durable_url) as other:
        await one.device_requests.start(env, SAMPLE)

        early = await asyncio.gather(*(poll(store, env, NOW) for store in (one, other) * 5))

        assert sorted(early) == [False, *[True] * 9]
        assert await interval(one, env) == 5 + 9 * 5


async def interval(store: StoreBackend, env: Environment) -> int:
    found = await store.device_requests.find(env, SAMPLE.key, now=NOW)
    assert found is not None
    return found.interval_seconds


async def test_a_poll_that_a_network_has_hastened_is_not_too_early(
    store: StoreBackend, env: Environment
) -> None:
    await store.device_requests.start(env, SAMPLE)
    await poll(store, env, NOW)

    assert not await poll(store, env, NOW + 4.6, tolerance=0.5)


async def test_a_poll_of_nothing_is_not_too_early(store: StoreBackend, env: Environment) -> None:
    assert not await poll(store, env, NOW)


async def test_SEC_116_only_those_that_wait_are_counted(
    store: StoreBackend, env: Environment
) -> None:
    over = make_device_request(9, expires_at=NOW)
    for request in (SAMPLE, make_device_request(2), make_device_request(3), over):
        await store.device_requests.start(env, request)
    await decide(store, env, DENIED)

    assert await waiting(store, env) == (2, 2)
    assert await waiting(store, env, limit=1) == (1, 1)


async def test_SEC_116_those_of_one_client_are_told_from_all(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    other = ClientId("other")
    overrides: list[dict[str, Any]] = [
        {"client_id": other},
        {"client_id": other},
        {"client_id": other, "expires_at": NOW},
        {},
    ]
    for number, each in enumerate(overrides, start=2):
        await store.device_requests.start(env, make_device_request(number, **each))
    await store.device_requests.start(other_env, make_device_request(9, client_id=other))

    assert await waiting(store, env) == (3, 1)
    assert await waiting(store, env, client_id=other) == (3, 2)
    assert await waiting(store, env, client_id=ClientId("OTHER")) == (3, 0)


async def test_SEC_116_what_is_over_is_cleaned_up(store: StoreBackend, env: Environment) -> None:
    await store.device_requests.start(env, SAMPLE)
    lasting = make_device_request(2, kept_until=LATER + 1)
    await store.device_requests.start(env, lasting)

    assert await store.prune(now=LATER) == 1
    assert await store.device_requests.find(env, lasting.key, now=LATER) == lasting


async def test_SEC_73_what_a_user_approved_for_a_client_is_spent_with_what_is_revoked(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    others = (make_device_request(2), make_device_request(3, client_id=ClientId("other")))
    for request in (SAMPLE, *others):
        await store.device_requests.start(env, request)
    await store.device_requests.start(other_env, SAMPLE)
    await decide(store, env, approved())
    await decide(store, env, approved(1), others[0])
    await decide(store, env, approved(), others[1])
    await decide(store, other_env, approved())

    await store.user_grants.revoke_of_user(env, make_user_id(), SAMPLE.client_id)

    assert await is_spent(store, env, redemption_of(SAMPLE))
    assert [await is_spent(store, env, redemption_of(each)) for each in others] == [False, False]
    assert not await is_spent(store, other_env, redemption_of(SAMPLE))


async def test_it_outlives_the_process(durable_url: str, env: Environment) -> None:
    decision = approved()
    async with opened(durable_url) as store:
        await store.device_requests.start(env, SAMPLE)
        await decide(store, env, decision)

    async with opened(durable_url) as store:
        found = await store.device_requests.find(env, SAMPLE.key, now=NOW)
        assert found == replace(SAMPLE, decision=decision)
