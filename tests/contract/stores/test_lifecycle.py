"""A store's life: opened, migrated, asked, cleaned, closed."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.adapters.stores.revisions import HEAD
from ostiary.core.base.errors import UnavailableError
from ostiary.core.base.ids import TokenId
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Issuance
from ostiary.core.ports.configuration import Document, DocumentId
from tests.support.stored_sign_on import make_flow, make_grant, make_move, make_session
from tests.support.stores import (
    LATER,
    NOW,
    is_spent,
    make_access_token,
    make_issuance,
    make_key,
    make_redemption,
    make_token,
    opened,
)
from tests.support.users import make_attempt, make_user

Verb = Callable[[StoreBackend, Environment], Awaitable[object]]
VERBS: dict[str, Verb] = {
    "commit": lambda store, env: store.commit(env, make_issuance(1), now=NOW),
    "commit_several": lambda store, env: store.commit(
        env, Issuance((make_redemption(1), make_redemption(2)), (make_token(1),)), now=NOW
    ),
    "find": lambda store, env: store.find(env, make_key(1), now=NOW),
    "delete": lambda store, env: store.delete(env, make_key(1)),
    "revoke": lambda store, env: store.revoke(env, TokenId("jti"), expires_at=LATER),
    "is_revoked": lambda store, env: store.is_revoked(env, TokenId("jti")),
    "version": lambda store, env: store.version(),
    "load": lambda store, env: store.load(),
    "replace": lambda store, env: store.replace(expected_version=0, put=[], delete=[]),
    "prune": lambda store, env: store.prune(now=NOW),
    "ping": lambda store, env: store.ping(),
    "schema_revision": lambda store, env: store.schema_revision(),
    "migrate": lambda store, env: store.migrate(),
    "users.find": lambda store, env: store.users.find(env, make_user(1).id),
    "users.create": lambda store, env: store.users.create(env, [make_user(1)]),
    "attempts.begin": lambda store, env: store.attempts.begin(env, make_attempt(1), now=NOW),
    "flows.start": lambda store, env: store.flows.start(env, make_flow(1)),
    "flows.find": lambda store, env: store.flows.find(env, make_flow(1).id, now=NOW),
    "commit_move": lambda store, env: store.commit(env, Issuance(moves=make_move(1)), now=NOW),
    "sessions.find": lambda store, env: store.sessions.find(env, make_session(1).key, now=NOW),
    "sessions.end": lambda store, env: store.sessions.end(env, make_session(1).id),
    "codes.find": lambda store, env: store.codes.find(env, make_key(1), now=NOW),
    "user_grants.revoke": lambda store, env: store.user_grants.revoke(env, make_grant(1).id),
}


async def test_an_open_store_answers_its_ping_at_the_newest_schema(store: StoreBackend) -> None:
    await store.ping()

    assert await store.schema_revision() == HEAD


async def test_migrating_a_migrated_store_keeps_everything(
    store: StoreBackend, env: Environment
) -> None:
    await store.commit(env, make_issuance(1), now=NOW)

    await store.migrate()

    assert await store.schema_revision() == HEAD
    assert await store.find(env, make_key(1), now=NOW) == make_access_token(1)


async def test_what_was_kept_is_there_after_closing_and_opening(
    durable_url: str, env: Environment
) -> None:
    document = Document(DocumentId("", "server", "server"), b"{}")
    async with opened(durable_url) as store:
        await store.commit(env, make_issuance(1), now=NOW)
        await store.revoke(env, TokenId("jti"), expires_at=LATER)
        await store.replace(expected_version=0, put=[document], delete=[])

    async with opened(durable_url) as store:
        assert await store.find(env, make_key(1), now=NOW) == make_access_token(1)
        assert await store.is_revoked(env, TokenId("jti"))
        assert (await store.load()).documents == (document,)
        assert await is_spent(store, env, make_redemption(1))


@pytest.mark.parametrize("verb", VERBS)
async def test_a_store_that_is_not_open_is_unavailable(
    durable_url: str, env: Environment, verb: str
) -> None:
    async with opened(durable_url) as store:
        pass

    with pytest.raises(UnavailableError):
        await VERBS[verb](store, env)


async def test_closing_twice_or_never_opened_is_no_error(closed_store: StoreBackend) -> None:
    await closed_store.close()
    await closed_store.open()
    await closed_store.close()
    await closed_store.close()


async def test_what_was_accepted_before_closing_is_finished(
    durable_url: str, env: Environment
) -> None:
    async with opened(durable_url) as store:
        commits = [
            asyncio.ensure_future(store.commit(env, make_issuance(n), now=NOW)) for n in range(50)
        ]
        await asyncio.sleep(0)
    await asyncio.gather(*commits)

    async with opened(durable_url) as store:
        for number in range(50):
            assert await store.find(env, make_key(number), now=NOW) is not None


async def test_pruning_removes_what_is_over_and_nothing_else(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    for place in (env, other_env):
        for number in range(10):
            expires_at = NOW + number
            tokens = (make_token(number, expires_at=expires_at),)
            redeems = (make_redemption(number, expires_at=expires_at),)
            await store.commit(place, Issuance(redeems, tokens), now=NOW - 1)
            await store.revoke(place, TokenId(f"jti-{number}"), expires_at=expires_at)

    assert await store.prune(now=NOW + 4) == 2 * 3 * 5
    assert await store.prune(now=NOW + 4) == 0

    for number in range(10):
        is_left = number > 4
        found = await store.find(env, make_key(number), now=NOW - 1)
        assert (found is not None) == is_left
        assert await store.is_revoked(env, TokenId(f"jti-{number}")) == is_left
        redemption = make_redemption(number)
        assert await is_spent(store, env, redemption) == is_left


@pytest.mark.parametrize("limit", [1, 7, 1000])
async def test_pruning_in_steps_of_any_size_removes_everything(
    store: StoreBackend, env: Environment, limit: int
) -> None:
    tokens = tuple(make_token(number) for number in range(30))
    await store.commit(env, Issuance(reference_tokens=tokens), now=NOW)

    assert await store.prune(now=LATER, limit=limit) == 30
