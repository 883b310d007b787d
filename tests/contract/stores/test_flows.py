"""Flows: one version after the other, and whoever comes second is told so."""

import asyncio

import pytest
from msgspec.structs import replace

from ostiary.adapters.stores.backend import StoreBackend
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Issuance
from ostiary.core.ports.stores import AlreadyRedeemedError, FlowChangedError
from tests.support.stored_sign_on import make_code, make_end, make_flow, make_move
from tests.support.stores import LATER, NOW


async def test_a_flow_is_found_with_all_its_fields(store: StoreBackend, env: Environment) -> None:
    await store.flows.start(env, make_flow(1))

    assert await store.flows.find(env, make_flow(1).id, now=NOW) == make_flow(1)
    assert await store.flows.find(env, make_flow(2).id, now=NOW) is None


async def test_a_flow_with_nothing_but_what_it_must_have_is_found(
    store: StoreBackend, env: Environment
) -> None:
    full = make_flow(1)
    bare = type(full)(
        full.id, full.binding, full.request, full.policy, full.created_at, full.expires_at
    )
    await store.flows.start(env, bare)

    assert await store.flows.find(env, bare.id, now=NOW) == bare


async def test_a_flow_that_is_over_is_not_found(store: StoreBackend, env: Environment) -> None:
    await store.flows.start(env, make_flow(1))

    assert await store.flows.find(env, make_flow(1).id, now=LATER - 0.001) == make_flow(1)
    assert await store.flows.find(env, make_flow(1).id, now=LATER) is None


async def test_a_flow_never_takes_the_place_of_another(
    store: StoreBackend, env: Environment
) -> None:
    await store.flows.start(env, make_flow(1))

    with pytest.raises(AlreadyRedeemedError):
        await store.flows.start(env, make_flow(1, policy="other"))

    assert await store.flows.find(env, make_flow(1).id, now=NOW) == make_flow(1)


async def test_SEC_226_a_flow_is_unknown_in_another_environment(
    store: StoreBackend, env: Environment, other_env: Environment
) -> None:
    await store.flows.start(env, make_flow(1))
    await store.flows.start(other_env, make_flow(1, policy="other"))

    with pytest.raises(FlowChangedError):
        await store.commit(other_env, Issuance(moves=make_end(2)), now=NOW)
    await store.commit(other_env, Issuance(moves=make_end(1)), now=NOW)

    assert await store.flows.find(env, make_flow(1).id, now=NOW) == make_flow(1)
    assert await store.flows.find(other_env, make_flow(1).id, now=NOW) is None


async def test_a_moved_flow_is_found_as_it_is_now(store: StoreBackend, env: Environment) -> None:
    await store.flows.start(env, make_flow(1))
    move = make_move(1, path=(), expires_at=LATER + 100)

    await store.commit(env, Issuance(moves=move), now=NOW)

    assert await store.flows.find(env, make_flow(1).id, now=LATER) == move.to


async def test_a_flow_that_ended_is_gone(store: StoreBackend, env: Environment) -> None:
    await store.flows.start(env, make_flow(1))
    await store.flows.start(env, make_flow(2))

    await store.commit(env, Issuance(moves=make_end(1)), now=NOW)

    assert await store.flows.find(env, make_flow(1).id, now=NOW) is None
    assert await store.flows.find(env, make_flow(2).id, now=NOW) == make_flow(2)


@pytest.mark.parametrize(
    "move",
    [
        pytest.param(make_move(1, expected=1), id="an earlier version"),
        pytest.param(make_move(1, expected=3), id="a later version"),
        pytest.param(make_end(1, expected=1), id="the end of an earlier version"),
        pytest.param(make_move(2), id="another flow"),
        pytest.param(make_end(2), id="the end of another flow"),
    ],
)
async def test_a_move_from_another_version_is_refused(
    store: StoreBackend, env: Environment, move: object
) -> None:
    await store.flows.start(env, make_flow(1))
    await store.commit(env, Issuance(moves=make_move(1)), now=NOW)
    wanted = replace(Issuance(codes=(make_code(1),)), moves=move)

    with pytest.raises(FlowChangedError):
        await store.commit(env, wanted, now=NOW)

    assert await store.flows.find(env, make_flow(1).id, now=NOW) == make_move(1).to
    assert await store.codes.find(env, make_code(1).key, now=NOW) is None


@pytest.mark.parametrize("move", [make_move(1), make_end(1)], ids=["on", "to its end"])
async def test_a_flow_that_is_over_does_not_move(
    store: StoreBackend, env: Environment, move: object
) -> None:
    await store.flows.start(env, make_flow(1))

    with pytest.raises(FlowChangedError):
        await store.commit(env, replace(Issuance(), moves=move), now=LATER)


async def test_a_move_that_leaves_a_version_out_is_an_error(
    store: StoreBackend, env: Environment
) -> None:
    await store.flows.start(env, make_flow(1))
    move = replace(make_move(1), to=make_flow(1, version=1))

    with pytest.raises(ValueError, match="next"):
        await store.commit(env, Issuance(moves=move), now=NOW)


async def test_of_64_answers_to_one_flow_exactly_one_moves_it(
    store: StoreBackend, env: Environment
) -> None:
    await store.flows.start(env, make_flow(1))
    wanted = [
        Issuance(codes=(make_code(n),), moves=make_move(1, identifier=str(n))) for n in range(64)
    ]

    results = await asyncio.gather(
        *(store.commit(env, issuance, now=NOW) for issuance in wanted), return_exceptions=True
    )

    winners = [number for number, result in enumerate(results) if result is None]
    assert len(winners) == 1
    assert all(isinstance(result, FlowChangedError | None) for result in results)
    flow = await store.flows.find(env, make_flow(1).id, now=NOW)
    assert flow is not None
    assert flow.identifier == str(winners[0])
    found = [n for n in range(64) if await store.codes.find(env, make_code(n).key, now=NOW)]
    assert found == winners


async def test_of_64_different_flows_each_one_moves(store: StoreBackend, env: Environment) -> None:
    await asyncio.gather(*(store.flows.start(env, make_flow(n)) for n in range(64)))

    await asyncio.gather(
        *(store.commit(env, Issuance(moves=make_move(n)), now=NOW) for n in range(64))
    )

    for number in range(64):
        found = await store.flows.find(env, make_flow(number).id, now=NOW)
        assert found == make_move(number).to
