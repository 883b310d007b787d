"""The part of the scenario that is about authenticators: see `store_scenario`."""

from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.model.authenticator import Authenticator
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from tests.support.authenticators import make_authenticator

Step = Callable[[StoreBackend], Awaitable[object]]
NEW = make_authenticator(80, user=80)
USED = make_authenticator(81, user=80)
GONE = make_authenticator(82, user=80)


async def seed(store: StoreBackend, env: Environment, deleted: User) -> None:
    """Store what the steps change and remove, and what goes with its user."""
    for authenticator in (USED, GONE, _of(deleted)):
        await store.authenticators.add(env, authenticator)


def steps(env: Environment) -> tuple[Step, ...]:
    """Return the steps: each statement about authenticators is reached by one of them."""
    used = replace(USED, used_step=USED.used_step + 1)
    return (
        lambda store: store.authenticators.add(env, NEW),
        lambda store: store.authenticators.save(env, used, expected_version=1),
        lambda store: store.authenticators.remove(env, GONE.id),
        lambda store: store.authenticators.select(env, USED.user_id),
        lambda store: store.authenticators.find(env, USED.id),
        lambda store: store.authenticators.find_by_credential(env, USED.credential_id or b""),
    )


async def check(store: StoreBackend, env: Environment, deleted: User) -> dict[str, bool]:
    """Tell of every step whether it is done; a half-done one fails the check."""
    used = await store.authenticators.find(env, USED.id)
    assert used is not None
    assert (used.version, used.used_step - USED.used_step) in {(1, 0), (2, 1)}, "half used"
    is_user_there = await store.users.find(env, deleted.id) is not None
    goes_with_it = await store.authenticators.find(env, _of(deleted).id)
    assert is_user_there is (goes_with_it is not None), "a user went without its authenticators"
    return {
        "add_authenticator": await store.authenticators.find(env, NEW.id) is not None,
        "use_authenticator": used.version == 2,
        "remove_authenticator": await store.authenticators.find(env, GONE.id) is None,
    }


def _of(user: User) -> Authenticator:
    return make_authenticator(83, user_id=user.id)
