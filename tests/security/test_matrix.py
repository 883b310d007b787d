"""Everything of one tenant at every place of another, and of each kind where it does not belong."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.support.matrix.tenants import KEYS
from tests.support.matrix.world import NOWHERE, TAKES_NOTHING, World, make_world

PAIRS = (("fed-a", "fed-b"), ("one-b", "one-a"), ("fed-a", "one-a"), ("one-a", "fed-a"))
"""By host, by path, and across the faces: whose artefact, and where it is brought."""
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
async def world() -> World:
    return await make_world()


async def test_every_endpoint_is_in_the_matrix(world: World) -> None:
    """A new one needs a place in tests/support/matrix, or a reason to have none."""
    served = {
        (route.path, method) for route in world.tenants.app.routes for method in route.handlers
    }
    placed = {(place.route, place.method) for places in world.places.values() for place in places}
    assert served - placed - TAKES_NOTHING.keys() == set()
    assert (placed | TAKES_NOTHING.keys()) - served == set()
    assert placed.isdisjoint(TAKES_NOTHING)


async def test_every_kind_of_artefact_has_a_place(world: World) -> None:
    """Whatever nobody ever takes would prove nothing by being refused."""
    taken = {kind for places in world.places.values() for place in places for kind in place.takes}
    kinds = {kind for artefacts in world.artefacts.values() for kind in artefacts}
    assert kinds - taken == NOWHERE


async def test_tenants_share_no_artefact(world: World) -> None:
    values = Counter(
        value for artefacts in world.artefacts.values() for value in artefacts.values()
    )
    assert [value for value, times in values.items() if times > 1] == []


@pytest.mark.parametrize("key", KEYS)
async def test_every_place_takes_what_it_is_there_for(world: World, key: str) -> None:
    assert await world.find_useless(key) == []


@pytest.mark.parametrize(("owner", "here"), PAIRS)
async def test_SEC_223_SEC_228_nothing_of_one_tenant_is_taken_by_another(
    world: World, owner: str, here: str, record_property: Record
) -> None:
    tried, accepted = await world.find_accepted(owner, here)
    record_property("matrix", (tried, len(accepted)))
    assert accepted == []
    assert await world.find_useless(owner) == []


@pytest.mark.parametrize("key", ["fed-a", "one-a"])
async def test_SEC_78_SEC_79_SEC_80_nothing_is_taken_where_it_does_not_belong(
    world: World, key: str, record_property: Record
) -> None:
    tried, accepted = await world.find_accepted(key, key)
    record_property("matrix", (tried, len(accepted)))
    assert accepted == []


@pytest.mark.parametrize(("gone", "other"), [("fed-b", "fed-a"), ("one-b", "one-a")])
async def test_SEC_232_nothing_is_left_of_a_tenant_that_was_taken_away(
    world: World, gone: str, other: str
) -> None:
    with world.without(gone):
        assert await world.find_served(gone) == []
        assert await world.find_useless(other) == []
    assert await world.find_useless(gone) == []
