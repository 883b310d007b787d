"""Turns: a tenant that floods a worker holds up itself, and nobody else."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from ostiary.http.fair_turns import AT_ONCE, LEAST, WINDOW_SECONDS, FairTurns

FLOOD = 200


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Requests:
    """Requests that stay under way until they are told to end."""

    def __init__(self, clock: Clock) -> None:
        self.turns = FairTurns(clock)
        self.under_way: list[str] = []
        self.ends: dict[str, asyncio.Semaphore] = {}

    async def request(self, tenant: str) -> None:
        await self.turns.take(tenant)
        self.under_way.append(tenant)
        try:
            await self.ends.setdefault(tenant, asyncio.Semaphore(0)).acquire()
        finally:
            self.under_way.remove(tenant)
            self.turns.give_back(tenant)

    def end(self, tenant: str, count: int) -> None:
        for _ in range(count):
            self.ends[tenant].release()


def begin(*work: Coroutine[Any, Any, None]) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(each) for each in work]


async def settle() -> None:
    for _ in range(2 * AT_ONCE):
        await asyncio.sleep(0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def requests(clock: Clock) -> Requests:
    return Requests(clock)


async def test_where_there_is_one_tenant_nothing_waits(requests: Requests) -> None:
    tasks = begin(*(requests.request("loud") for _ in range(FLOOD)))
    await settle()
    assert len(requests.under_way) == FLOOD
    requests.end("loud", FLOOD)
    await asyncio.gather(*tasks)


async def test_SEC_230_a_tenant_that_floods_a_worker_has_no_more_under_way_than_another(
    requests: Requests,
) -> None:
    tasks = begin(requests.request("quiet"), *(requests.request("loud") for _ in range(FLOOD)))
    await settle()
    assert requests.under_way.count("loud") == AT_ONCE // 2
    assert requests.under_way.count("quiet") == 1
    requests.end("loud", FLOOD)
    requests.end("quiet", 1)
    await asyncio.gather(*tasks)


async def test_SEC_230_a_request_goes_on_at_once_however_many_of_another_tenant_wait(
    requests: Requests,
) -> None:
    tasks = begin(*(requests.request("loud") for _ in range(FLOOD)))
    await settle()
    tasks += begin(requests.request("quiet"))
    await settle()
    assert "quiet" in requests.under_way
    requests.end("quiet", 1)
    requests.end("loud", FLOOD)
    await asyncio.gather(*tasks)


async def test_SEC_230_between_two_requests_of_a_tenant_its_share_is_kept(
    requests: Requests, clock: Clock
) -> None:
    tasks = begin(requests.request("quiet"))
    await settle()
    requests.end("quiet", 1)
    await asyncio.gather(*tasks)
    clock.seconds += WINDOW_SECONDS / 2
    tasks = begin(*(requests.request("loud") for _ in range(FLOOD)))
    await settle()
    assert len(requests.under_way) == AT_ONCE // 2
    requests.end("loud", FLOOD)
    await asyncio.gather(*tasks)


async def test_whoever_has_gone_takes_no_share(requests: Requests, clock: Clock) -> None:
    tasks = begin(requests.request("quiet"), *(requests.request("loud") for _ in range(FLOOD)))
    await settle()
    requests.end("quiet", 1)
    for _ in range(2):
        clock.seconds += WINDOW_SECONDS
        tasks += begin(requests.request("loud"))
        requests.end("loud", 1)
        await settle()
    requests.end("loud", 1)
    for _ in range(FLOOD):
        await asyncio.sleep(0)
    assert len(requests.under_way) == FLOOD - 1
    requests.end("loud", FLOOD)
    await asyncio.gather(*tasks)


async def test_however_many_tenants_there_are_each_has_some_under_way(requests: Requests) -> None:
    names = [f"tenant {number}" for number in range(AT_ONCE)]
    tasks = begin(*(requests.request(name) for _ in range(LEAST + 1) for name in names))
    await settle()
    assert requests.under_way.count(names[-1]) == LEAST
    for name in names:
        requests.end(name, LEAST + 1)
    await asyncio.gather(*tasks)


async def test_who_leaves_while_waiting_takes_no_turn_with_him(requests: Requests) -> None:
    tasks = begin(requests.request("quiet"), *(requests.request("loud") for _ in range(FLOOD)))
    await settle()
    for task in tasks[AT_ONCE + 1 :]:
        task.cancel()
    requests.end("quiet", 1)
    requests.end("loud", AT_ONCE)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert requests.under_way == []
    again = begin(*(requests.request("loud") for _ in range(AT_ONCE // 2)))
    await settle()
    assert len(requests.under_way) == AT_ONCE // 2
    requests.end("loud", FLOOD)
    await asyncio.gather(*again)


async def test_a_turn_that_came_to_somebody_who_leaves_goes_to_the_next(
    requests: Requests,
) -> None:
    share = AT_ONCE // 2
    tasks = begin(requests.request("quiet"), *(requests.request("loud") for _ in range(share + 2)))
    await settle()
    first_waiting = tasks[share + 1]
    requests.end("loud", 1)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first_waiting.cancel()
    await settle()
    assert requests.under_way.count("loud") == share
    requests.end("loud", share + 2)
    requests.end("quiet", 1)
    await asyncio.gather(*tasks, return_exceptions=True)
