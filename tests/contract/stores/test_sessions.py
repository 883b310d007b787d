"""Sessions: found by cookie or id, changed in one piece, ended with what hangs on them."""

import asyncio

import pytest
from msgspec.structs import replace

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.base.ids import SessionId
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Session
from ostiary.core.model.token import Issuance, SessionChange
from tests.support.stored_sign_on import (
    make_browser_key,
    make_change,
    make_grant,
    make_session,
    make_user_id,
)
from tests.support.stores import LATER, NOW

PERSISTENT = 1000
"""The number of a session's other cookie, from its own."""


async def begin(store: StoreBackend, env: Environment, number: int, *, user: int = 0) -> Session:
    change = make_change(number, user=user)
    await store.commit(env, Issuance(session=change), now=NOW)
    return change.session


async def is_there(store: StoreBackend, env: Environment, number: int) -> bool:
    session_id = make_session(number).id
    return await store.sessions.find_by_id(env, session_id, now=NOW) is not None


async def test_a_session_is_found_by_either_cookie_and_by_its_id(
    store: StoreBackend, env: Environment
) -> None:
    session = await begin(store, env, 1)

    assert await store.sessions.find(env, make_browser_key(1), now=NOW) == session
    persistent = make_browser_key(1 + PERSISTENT)
    assert await store.sessions.find_persistent(env, persistent, now=NOW) == session
    assert await store.sessions.find_by_id(env, session.id, now=NOW) == session


async def test_a_cookie_of_one_kind_is_not_taken_for_the_other(
    store: StoreBackend, env: Environment
) -> None:
    await begin(store, env, 1)

    assert await store.sessions.find(env, make_browser_key(1 + PERSISTENT), now=NOW) is None
    assert await store.sessions.find_persistent(env, make_browser_key(1), now=NOW) is None
    assert await store.sessions.find_by_id(env, SessionId("session"), now=NOW) is None


async def test_a_session_without_a_lasting_cookie_is_found_by_its_own(
    store: StoreBackend, env: Environment
) -> None:
    change = make_change(1, persistent_key=None, former=())
    await store.commit(env, Issuance(session=change), now=NOW)

    assert await store.sessions.find(env, change.session.key, now=NOW) == change.session


async def test_a_session_that_is_over_is_not_found(store: StoreBackend, env: Environment) -> None:
    session = await begin(store, env, 1)
    persistent = make_browser_key(1 + PERSISTENT)

    for now, expected in ((LATER - 0.001, session), (LATER, None)):
        assert await store.sessions.find(env, session.key, now=now) == expected
        assert await store.sessions.find_persistent(env, persistent, now=now) == expected
        assert await store.sessions.find_by_id(env, session.id, now=now) == expected


async def test_SEC_226_a_session_is_unknown_in_another_environment(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    session = await begin(store, env, 1)
    persistent = make_browser_key(1 + PERSISTENT)

    assert await store.sessions.find(other_env, session.key, now=NOW) is None
    assert await store.sessions.find_persistent(other_env, persistent, now=NOW) is None
    assert await store.sessions.find_by_id(other_env, session.id, now=NOW) is None
    assert not await store.sessions.end(other_env, session.id)
    assert await store.sessions.end_of_user(other_env, make_user_id()) == 0
    await store.sessions.touch(other_env, replace(session, used_at=NOW + 1), expires_at=LATER)
    assert await store.sessions.find(env, session.key, now=NOW) == session


async def test_SEC_126_a_session_with_a_new_cookie_is_not_found_by_the_old_one(
    store: StoreBackend, env: Environment
) -> None:
    old = await begin(store, env, 1)
    new = replace(make_session(2), id=old.id)

    change = SessionChange(new, LATER, replaces=old.key)
    await store.commit(env, Issuance(session=change), now=NOW)

    assert await store.sessions.find(env, old.key, now=NOW) is None
    persistent = make_browser_key(1 + PERSISTENT)
    assert await store.sessions.find_persistent(env, persistent, now=NOW) is None
    assert await store.sessions.find(env, new.key, now=NOW) == new
    assert await store.sessions.find_by_id(env, old.id, now=NOW) == new


async def test_a_session_with_a_new_cookie_keeps_its_grants(
    store: StoreBackend, env: Environment
) -> None:
    old = await begin(store, env, 0)
    await store.commit(env, Issuance(grants=(make_grant(1),)), now=NOW)

    change = SessionChange(replace(make_session(2), id=old.id), LATER, replaces=old.key)
    await store.commit(env, Issuance(session=change), now=NOW)

    assert await store.user_grants.find(env, make_grant(1).id, now=NOW) == make_grant(1)


async def test_another_session_in_the_same_browser_ends_the_one_before_and_its_grants(
    store: StoreBackend, env: Environment
) -> None:
    await begin(store, env, 0)
    await begin(store, env, 3)
    await store.commit(env, Issuance(grants=(make_grant(1),)), now=NOW)

    change = make_change(2, user=2, replaces=0)
    await store.commit(env, Issuance(session=change), now=NOW)

    assert [await is_there(store, env, n) for n in (0, 2, 3)] == [False, True, True]
    assert await store.user_grants.find(env, make_grant(1).id, now=NOW) is None


async def test_of_two_changes_of_one_session_at_once_the_later_one_counts(
    store: StoreBackend, env: Environment
) -> None:
    old = await begin(store, env, 1)
    changes = [
        SessionChange(replace(make_session(number), id=old.id), LATER, replaces=old.key)
        for number in range(2, 18)
    ]

    await asyncio.gather(
        *(store.commit(env, Issuance(session=change), now=NOW) for change in changes)
    )

    kept = await store.sessions.find_by_id(env, old.id, now=NOW)
    assert kept in [change.session for change in changes]
    found = [await store.sessions.find(env, change.session.key, now=NOW) for change in changes]
    assert [session for session in found if session is not None] == [kept]


async def test_a_session_that_is_used_lasts_longer(store: StoreBackend, env: Environment) -> None:
    session = replace(await begin(store, env, 1), used_at=NOW + 60)

    await store.sessions.touch(env, session, expires_at=LATER + 60)

    assert await store.sessions.find(env, session.key, now=LATER) == session
    assert await store.sessions.find(env, session.key, now=LATER + 60) is None


async def test_a_session_that_ended_does_not_come_back_by_being_used(
    store: StoreBackend, env: Environment
) -> None:
    session = await begin(store, env, 1)
    await store.sessions.end(env, session.id)

    await store.sessions.touch(env, session, expires_at=LATER)

    assert not await is_there(store, env, 1)


async def test_a_use_under_an_old_cookie_does_not_undo_the_new_one(
    store: StoreBackend, env: Environment
) -> None:
    old = await begin(store, env, 1)
    new = replace(make_session(2), id=old.id)
    await store.commit(env, Issuance(session=SessionChange(new, LATER, old.key)), now=NOW)

    await store.sessions.touch(env, old, expires_at=LATER + 60)

    assert await store.sessions.find_by_id(env, old.id, now=NOW) == new
    assert await store.sessions.find_by_id(env, old.id, now=LATER) is None


async def test_SEC_50_the_end_of_a_session_is_the_end_of_its_grants(
    store: StoreBackend, env: Environment
) -> None:
    await begin(store, env, 0)
    lasting = make_grant(2, ends_with_session=False)
    others = make_grant(3, session_id=SessionId("session-3"))
    await store.commit(env, Issuance(grants=(make_grant(1), lasting, others)), now=NOW)

    assert await store.sessions.end(env, make_session(0).id)

    assert not await is_there(store, env, 0)
    assert await store.user_grants.find(env, make_grant(1).id, now=NOW) is None
    for grant in (lasting, others):
        assert await store.user_grants.find(env, grant.id, now=NOW) == grant


async def test_a_session_ends_once(store: StoreBackend, env: Environment) -> None:
    await begin(store, env, 1)
    ends = await asyncio.gather(*(store.sessions.end(env, make_session(1).id) for _ in range(8)))

    assert sorted(ends) == [False] * 7 + [True]


async def test_grants_of_a_session_that_is_forgotten_already_end_with_it(
    store: StoreBackend, env: Environment
) -> None:
    await store.commit(env, Issuance(grants=(make_grant(1),)), now=NOW)

    assert not await store.sessions.end(env, make_session(0).id)

    assert await store.user_grants.find(env, make_grant(1).id, now=NOW) is None


async def test_all_sessions_of_a_user_end_with_their_grants(
    store: StoreBackend, env: Environment
) -> None:
    for number, user in ((1, 0), (2, 0), (3, 1)):
        await begin(store, env, number, user=user)
    ending = make_grant(1, session_id=SessionId("session-1"))
    lasting = make_grant(2, ends_with_session=False)
    others = make_grant(3, user=1, session_id=SessionId("session-3"))
    await store.commit(env, Issuance(grants=(ending, lasting, others)), now=NOW)

    assert await store.sessions.end_of_user(env, make_user_id(0)) == 2

    assert [await is_there(store, env, n) for n in (1, 2, 3)] == [False, False, True]
    assert await store.user_grants.find(env, ending.id, now=NOW) is None
    for grant in (lasting, others):
        assert await store.user_grants.find(env, grant.id, now=NOW) == grant
    assert await store.sessions.end_of_user(env, make_user_id(0)) == 0


@pytest.mark.parametrize("count", [1, 40])
async def test_all_sessions_of_many_begin_at_once(
    store: StoreBackend, env: Environment, count: int
) -> None:
    await asyncio.gather(*(begin(store, env, n, user=n) for n in range(count)))

    assert all([await is_there(store, env, n) for n in range(count)])


async def test_the_sessions_of_a_user_come_with_the_latest_begun_first(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    made = [make_change(number, user=0) for number in (1, 2, 3)]
    begun = [
        replace(change, session=replace(change.session, created_at=NOW + number))
        for number, change in enumerate(made)
    ]
    for change in begun:
        await store.commit(env, Issuance(session=change), now=NOW)
    await begin(store, env, 4, user=1)
    await begin(store, other_env, 5, user=0)

    found = await store.sessions.select_of_user(env, make_user_id(0), now=NOW)

    assert found == tuple(change.session for change in reversed(begun))
    assert await store.sessions.select_of_user(env, make_user_id(0), now=LATER * 2) == ()
