"""Commits of every kind at once: each guard stops all of it."""

import asyncio

import pytest
from msgspec.structs import replace

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Issuance, Redemption
from ostiary.core.ports.stores import AlreadyRedeemedError, FlowChangedError
from tests.support.stored_sign_on import (
    make_change,
    make_code,
    make_consent,
    make_end,
    make_flow,
    make_grant,
    make_move,
    make_rotation,
    make_session,
)
from tests.support.stores import (
    LATER,
    NOW,
    is_spent,
    make_key,
    make_redemption,
    make_token,
)

KEPT, MADE = 0, 1
"""A grant, a flow and a session are there before the commit; it changes them and makes others."""


def make_everything() -> Issuance:
    return Issuance(
        redeems=(make_redemption(1), make_redemption(2)),
        reference_tokens=(make_token(MADE),),
        codes=(make_code(MADE),),
        grants=(make_grant(MADE, session_id=make_session(MADE).id),),
        rotates=make_rotation(KEPT),
        moves=make_move(KEPT),
        session=make_change(MADE, replaces=KEPT),
        consent=make_consent(),
    )


async def prepare(store: StoreBackend, env: Environment) -> None:
    await store.flows.start(env, make_flow(KEPT))
    lasting = make_grant(KEPT, ends_with_session=False)
    await store.commit(env, Issuance(grants=(lasting,), session=make_change(KEPT)), now=NOW)


async def parts(store: StoreBackend, env: Environment) -> dict[str, bool]:
    """Tell of every part of the commit whether it is done; the redemptions come last."""
    flow = await store.flows.find(env, make_flow(KEPT).id, now=NOW)
    kept = await store.user_grants.find(env, make_grant(KEPT).id, now=NOW)
    assert flow is not None
    assert kept is not None
    old, new = make_session(KEPT).key, make_session(MADE).key
    consent = make_consent()
    return {
        "token": await store.find(env, make_key(MADE), now=NOW) is not None,
        "code": await store.codes.find(env, make_key(MADE), now=NOW) is not None,
        "grant": await store.user_grants.find(env, make_grant(MADE).id, now=NOW) is not None,
        "rotation": kept.refresh == make_rotation(KEPT).state,
        "move": flow.version == 2,
        "old session": await store.sessions.find(env, old, now=NOW) is None,
        "new session": await store.sessions.find(env, new, now=NOW) is not None,
        "consent": await store.consents.find(env, consent.user_id, consent.client_id) is not None,
        "first redemption": await is_spent(store, env, make_redemption(1)),
        "second redemption": await is_spent(store, env, make_redemption(2)),
    }


async def test_a_commit_of_every_kind_is_done_whole(store: StoreBackend, env: Environment) -> None:
    await prepare(store, env)

    await store.commit(env, make_everything(), now=NOW)

    assert all((await parts(store, env)).values())


BROKEN = {
    "a spent redemption": Issuance(redeems=(make_redemption(2),)),
    "a taken token": Issuance(reference_tokens=(make_token(MADE),)),
    "a taken code": Issuance(codes=(make_code(MADE),)),
    "a taken grant": Issuance(grants=(make_grant(MADE, refresh=None, session_id=None),)),
    "a spent refresh token": Issuance(rotates=make_rotation(KEPT)),
    "a moved flow": Issuance(moves=make_move(KEPT)),
    "a taken cookie": Issuance(session=make_change(7, key=make_session(MADE).key)),
}
OWN = {
    "a spent redemption": "second redemption",
    "a taken token": "token",
    "a taken code": "code",
    "a taken grant": "grant",
    "a spent refresh token": "rotation",
    "a moved flow": "move",
    "a taken cookie": "new session",
}


@pytest.mark.parametrize("hindrance", BROKEN)
async def test_a_commit_that_one_thing_hinders_does_nothing(
    store: StoreBackend, env: Environment, hindrance: str
) -> None:
    await prepare(store, env)
    await store.commit(env, BROKEN[hindrance], now=NOW)
    expected = FlowChangedError if hindrance == "a moved flow" else AlreadyRedeemedError

    with pytest.raises(expected):
        await store.commit(env, make_everything(), now=NOW)

    done = await parts(store, env)
    assert [name for name, is_done in done.items() if is_done] == [OWN[hindrance]]


@pytest.mark.parametrize("hindrance", BROKEN)
async def test_a_commit_that_is_hindered_does_not_hinder_those_beside_it(
    store: StoreBackend, env: Environment, hindrance: str
) -> None:
    await prepare(store, env)
    await store.commit(env, BROKEN[hindrance], now=NOW)
    beside = [Issuance((make_redemption(n),), grants=(make_grant(n),)) for n in range(10, 30)]
    wanted = [*beside[:10], make_everything(), *beside[10:]]

    results = await asyncio.gather(
        *(store.commit(env, issuance, now=NOW) for issuance in wanted), return_exceptions=True
    )

    assert [number for number, result in enumerate(results) if result is not None] == [10]
    for number in range(10, 30):
        grant = await store.user_grants.find(env, make_grant(number).id, now=NOW)
        assert grant == make_grant(number)


async def test_the_first_thing_that_is_refused_is_the_one_that_is_told(
    store: StoreBackend, env: Environment
) -> None:
    await prepare(store, env)
    await store.commit(env, BROKEN["a moved flow"], now=NOW)
    await store.commit(env, BROKEN["a spent refresh token"], now=NOW)

    with pytest.raises(AlreadyRedeemedError):
        await store.commit(env, make_everything(), now=NOW)


def exchange(number: int) -> Issuance:
    return Issuance(
        redeems=(Redemption("code", make_key(0), LATER),),
        reference_tokens=(make_token(number),),
        grants=(make_grant(number),),
    )


async def test_SEC_30_of_64_exchanges_of_one_code_exactly_one_wins(
    store: StoreBackend, env: Environment
) -> None:
    await store.commit(env, Issuance(codes=(make_code(0),)), now=NOW)

    results = await asyncio.gather(
        *(store.commit(env, exchange(n), now=NOW) for n in range(64)), return_exceptions=True
    )

    winners = [number for number, result in enumerate(results) if result is None]
    assert len(winners) == 1
    assert all(isinstance(result, AlreadyRedeemedError | None) for result in results)
    grants = [await store.user_grants.find(env, make_grant(n).id, now=NOW) for n in range(64)]
    assert [n for n, grant in enumerate(grants) if grant is not None] == winners


async def test_a_flow_is_finished_by_one_of_two_commits_that_want_different_things(
    store: StoreBackend, env: Environment
) -> None:
    await store.flows.start(env, make_flow(KEPT))
    finish = Issuance(codes=(make_code(1),), moves=make_end(KEPT), session=make_change(MADE))
    wanted = [finish, Issuance(moves=make_move(KEPT))]

    results = await asyncio.gather(
        *(store.commit(env, issuance, now=NOW) for issuance in wanted), return_exceptions=True
    )

    assert sum(result is None for result in results) == 1
    is_finished = results[0] is None
    assert (await store.codes.find(env, make_key(1), now=NOW) is not None) == is_finished
    key = make_session(MADE).key
    assert (await store.sessions.find(env, key, now=NOW) is not None) == is_finished
    assert (await store.flows.find(env, make_flow(KEPT).id, now=NOW) is None) == is_finished


async def test_what_is_over_is_cleaned_up_and_nothing_else(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    for place in (env, other_env):
        for number, end in enumerate((NOW, LATER)):
            session = replace(make_change(number), expires_at=end)
            await store.flows.start(place, make_flow(number, expires_at=end))
            codes = (make_code(number, kept_until=end),)
            grants = (make_grant(number, expires_at=end),)
            await store.commit(place, Issuance(codes=codes, grants=grants, session=session), now=0)

    assert await store.prune(now=NOW) == 2 * 4
    assert await store.prune(now=NOW) == 0

    for number in (0, 1):
        is_left = number == 1
        found = (
            await store.flows.find(env, make_flow(number).id, now=0),
            await store.codes.find(env, make_key(number), now=0),
            await store.user_grants.find(env, make_grant(number).id, now=0),
            await store.sessions.find(env, make_session(number).key, now=0),
        )
        assert [thing is not None for thing in found] == [is_left] * 4
