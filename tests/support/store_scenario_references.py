"""The part of the scenario that is about references: see `store_scenario`."""

from collections.abc import Awaitable, Callable

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.model.environment import Environment
from tests.support.references import make_reference
from tests.support.stores import NOW

Step = Callable[[StoreBackend], Awaitable[object]]
NEW, GONE = make_reference(70), make_reference(71)


async def seed(store: StoreBackend, env: Environment) -> None:
    """Store what the steps take."""
    await store.references.drop(env, GONE)


def steps(env: Environment) -> tuple[Step, ...]:
    """Return the steps: each statement about references is reached by one of them."""
    return (
        lambda store: store.references.drop(env, NEW),
        lambda store: store.references.take(env, GONE.adapter, GONE.key, now=NOW),
    )


async def check(store: StoreBackend, env: Environment) -> dict[str, bool]:
    """Tell of every step whether it is done; what is looked at is put back."""
    done = {}
    for name, reference, is_done_when_there in (
        ("drop_reference", NEW, True),
        ("take_reference", GONE, False),
    ):
        found = await store.references.take(env, reference.adapter, reference.key, now=NOW)
        if found is not None:
            await store.references.drop(env, found)
        done[name] = (found is not None) is is_done_when_there
    return done
