"""Users changed by programs: races, locks, demands."""

from dataclasses import replace

import pytest

from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.admin.user_editing import ATTEMPTS, UserEditing, UserGoneError
from ostiary.core.base.clock import FrozenClock
from ostiary.core.model.user import User
from ostiary.core.ports.users import UserChangedError
from ostiary.core.signon.password_changes import PasswordChanges
from tests.support.app import RecordedEvents
from tests.support.environments import make_environment
from tests.support.outbox import Outbox
from tests.support.user_administration import make_user_administration
from tests.support.users import NOW, make_user

ENV = make_environment()


def make_editing(store: MemoryStore) -> UserEditing:
    hashing, events, clock = PooledHashing(), RecordedEvents(), FrozenClock(NOW + 60)
    changes = PasswordChanges(
        LocalDirectory(store.users, hashing),
        store.attempts,
        hashing,
        store.sessions,
        store.user_grants,
        Outbox(),
        events,
        clock,
    )
    return UserEditing(make_user_administration(store, hashing, events, clock), changes)


async def stored(store: MemoryStore) -> User:
    await store.users.create(ENV, [make_user(1)])
    return make_user(1)


async def test_a_change_that_lost_a_race_is_made_on_what_the_other_one_left() -> None:
    store = MemoryStore()
    user = await stored(store)
    editing = make_editing(store)
    await store.users.save(ENV, replace(user, population="guests"), expected_version=1)

    changed = await editing.change(ENV, user, lambda found: replace(found, username="other"))

    assert (changed.population, changed.username, changed.version) == ("guests", "other", 3)


async def test_who_loses_every_race_is_told() -> None:
    store = MemoryStore()
    user = await stored(store)
    editing = make_editing(store)
    rivals = 0

    def edit(found: User) -> User:
        nonlocal rivals
        rivals += 1
        return replace(found, version=found.version + 100)

    with pytest.raises(UserChangedError):
        await editing.change(ENV, user, edit)
    assert rivals == ATTEMPTS


async def test_a_user_that_was_deleted_meanwhile_is_gone() -> None:
    store = MemoryStore()
    user = await stored(store)
    await store.users.delete(ENV, user.id)
    editing = make_editing(store)
    with pytest.raises(UserGoneError):
        await editing.change(ENV, user, lambda found: found)
    with pytest.raises(UserGoneError):
        await editing.set_enabled(ENV, user, enabled=False)


async def test_a_lock_makes_every_proof_so_far_worthless_even_after_it_is_lifted() -> None:
    store = MemoryStore()
    user = await stored(store)
    editing = make_editing(store)

    locked = await editing.set_locked(ENV, user, locked=True)
    assert (locked.may_sign_on, locked.enabled, locked.locked_at) == (False, True, NOW + 60)
    assert locked.credential != user.credential

    unlocked = await editing.set_locked(ENV, locked, locked=False)
    assert unlocked.may_sign_on
    assert unlocked.credential == locked.credential


async def test_a_demand_for_another_password_leaves_a_user_without_one_alone() -> None:
    store = MemoryStore()
    await store.users.create(ENV, [make_user(1, password=None)])
    changed = await make_editing(store).demand_new_password(ENV, make_user(1, password=None))
    assert changed.password is None


async def test_whoever_unlocks_a_user_otherwise_lifts_the_lock_too() -> None:
    store = MemoryStore()
    user = await stored(store)
    editing = make_editing(store)
    locked = await editing.set_locked(ENV, user, locked=True)

    await editing.users.unlock(ENV, locked)

    found = await store.users.find(ENV, user.id)
    assert found is not None
    assert found.may_sign_on
