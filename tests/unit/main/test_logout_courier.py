"""The courier: notices of every environment that wants them, many at once, and never too many."""

import asyncio

import pytest

from ostiary.adapters.stores.backend import Reach, unhooked
from ostiary.core.base.errors import UnavailableError
from ostiary.core.model.logout import LogoutURIs
from ostiary.main.worker import logout_courier
from ostiary.main.worker.logout_courier import LogoutCourier
from tests.support.browsing import Browsing
from tests.support.logout import (
    HEARD,
    TOLD,
    Telling,
    logout_tokens,
    make_telling,
    sign_off,
    sign_on,
    told_by,
)
from tests.support.odd_server import OddServer, is_silent, odd_server
from tests.support.server import wait_for

CLAIM = "memory.logout.claim"


async def signed_off(
    server: OddServer, people: int, reach: Reach = unhooked
) -> tuple[Telling, LogoutCourier]:
    """Have joe sign off in several browsers."""
    telling = make_telling({"shop": told_by(server)}, environment={"reach": reach})
    for _ in range(people):
        browsing = Browsing(telling.app)
        await sign_off(browsing, await sign_on(browsing, "shop"))
    return telling, LogoutCourier(telling.notifier, telling.app.snapshots)


async def test_what_is_due_is_delivered_at_once_and_the_worker_waits_for_it() -> None:
    with odd_server() as server:
        server.on(TOLD, HEARD)
        telling, courier = await signed_off(server, 3)

        await courier.look()
        assert telling.sent == []
        await courier.close(10)

        assert len(logout_tokens(server)) == len(telling.sent) == 3


async def test_no_more_than_there_is_room_for_are_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logout_courier, "MAX_AT_ONCE", 2)
    with odd_server() as server:
        server.on(TOLD, is_silent)
        telling, courier = await signed_off(server, 3)

        for _ in range(3):
            await courier.look()
        await asyncio.to_thread(wait_for, lambda: server.connections == 2)

        assert len(await telling.claim()) == 1
        await courier.close(0)


async def test_an_environment_without_anybody_to_tell_is_not_asked_about() -> None:
    reached: list[str] = []
    telling = make_telling({"quiet": LogoutURIs()}, environment={"reach": reached.append})
    courier = LogoutCourier(telling.notifier, telling.app.snapshots)
    await courier.look()
    assert reached.count(CLAIM) == 0

    telling.change_logout("quiet", backchannel="https://shop.example.com/told")
    await courier.look()
    assert reached.count(CLAIM) == 1


async def test_a_store_that_is_down_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logout_courier, "LOOK_SECONDS", 0.01)
    troubles = [UnavailableError("Down.", retry_after_seconds=1) for _ in range(3)]

    def reach(point: str) -> None:
        if point == CLAIM and troubles:
            raise troubles.pop()

    with odd_server() as server:
        server.on(TOLD, HEARD)
        telling, courier = await signed_off(server, 1, reach=reach)
        running = asyncio.create_task(courier.run())
        await asyncio.to_thread(wait_for, lambda: telling.sent)
        running.cancel()
        await courier.close(10)

    assert troubles == []
    assert telling.sent[0].outcome == "accepted"
