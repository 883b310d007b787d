"""The part of the scenario that is about device requests: see `store_scenario`."""

from collections.abc import Awaitable, Callable

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.base.ids import ClientId
from ostiary.core.model.environment import Environment
from tests.support.device_requests import DENIED, approved, make_device_request, redemption_of
from tests.support.stored_sign_on import make_user_id
from tests.support.stores import NOW, is_spent

Step = Callable[[StoreBackend], Awaitable[object]]
NEW, ASKED, HASTY, DECIDED, APPROVED = (make_device_request(number) for number in range(70, 75))
OWNER, CLIENT = 88, ClientId("tv")


async def seed(store: StoreBackend, env: Environment) -> None:
    """Store what the steps change."""
    for request in (ASKED, HASTY, DECIDED, APPROVED):
        await store.device_requests.start(env, request)
    await _poll(store, env, HASTY.key)
    await store.device_requests.decide(env, APPROVED.key, approved(OWNER), now=NOW)


def steps(env: Environment) -> tuple[Step, ...]:
    """Return the steps: each statement about device requests is reached by one of them."""
    owner = make_user_id(OWNER)
    return (
        lambda store: store.device_requests.start(env, NEW),
        lambda store: _poll(store, env, ASKED.key),
        lambda store: _poll(store, env, HASTY.key),
        lambda store: store.device_requests.decide(env, DECIDED.key, DENIED, now=NOW),
        lambda store: store.user_grants.revoke_of_user(env, owner, CLIENT),
        lambda store: store.device_requests.count_open(env, CLIENT, now=NOW, limit=9),
        lambda store: store.device_requests.find(env, ASKED.key, now=NOW),
        lambda store: store.device_requests.find_open(env, ASKED.user_code, now=NOW),
    )


async def check(store: StoreBackend, env: Environment) -> dict[str, bool]:
    """Tell of every step whether it is done."""
    find = store.device_requests.find
    hasty, decided = await find(env, HASTY.key, now=NOW), await find(env, DECIDED.key, now=NOW)
    assert hasty is not None
    assert decided is not None
    return {
        "begin_device": await find(env, NEW.key, now=NOW) is not None,
        "slow_device_down": hasty.interval_seconds > HASTY.interval_seconds,
        "decide_device": decided.decision is not None,
        "spend_device": await is_spent(store, env, redemption_of(APPROVED)),
    }


async def _poll(store: StoreBackend, env: Environment, key: object) -> bool:
    found = next(each for each in (ASKED, HASTY) if each.key == key)
    return await store.device_requests.poll(env, found.key, now=NOW, tolerance_seconds=0, step=5)
