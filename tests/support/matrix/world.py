"""Every artefact of a tenant at every place of another, tried."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from ostiary.core.model.environment import Face
from tests.support.app import make_snapshot
from tests.support.matrix.artefacts import Artefacts, collect
from tests.support.matrix.back_channel import ACCESS_TOKENS, back_channel, platform
from tests.support.matrix.devices import devices
from tests.support.matrix.flows import flows
from tests.support.matrix.front_channel import front_channel
from tests.support.matrix.management import ROUTES, management
from tests.support.matrix.own_pages import own_pages
from tests.support.matrix.place import Brought, Place, Seen
from tests.support.matrix.reference_adapters import references
from tests.support.matrix.tenants import PLATFORM_DEFAULT, Tenants, make_tenants

PUBLIC = "it is a document for everybody, and reads nothing but the host"
TAKES_NOTHING: Mapping[tuple[str, str], str] = {
    ("/.well-known/openid-configuration", "GET"): PUBLIC,
    ("/.well-known/oauth-authorization-server", "GET"): PUBLIC,
    ("/pf/JWKS", "GET"): PUBLIC,
    ("/ext/*", "GET"): PUBLIC,
    ("/pf/heartbeat.ping", "GET"): PUBLIC,
    ("/assets/theme/{file}", "GET"): PUBLIC,
    ("/{environmentId}/assets/theme/{file}", "GET"): PUBLIC,
    ("/{environmentId}/as/jwks", "GET"): PUBLIC,
    ("/{environmentId}/as/.well-known/openid-configuration", "GET"): PUBLIC,
}
"""Endpoints that nothing can be brought to, and why."""
ON_PURPOSE: Mapping[tuple[str, str], str] = {
    ("the token of GET /v1/environments", "management token"): (
        "the path names no tenant: the answer is the one of the token, and no other"
    ),
    **{
        ("introspection of a refresh token", kind): "the hint is one: an access token is found, too"
        for kind in ACCESS_TOKENS
    },
}
"""What is accepted though no place is there for it, by place and kind, and why."""

NOWHERE = frozenset(
    {
        "logout token",
        "signed userinfo",
        *(
            f"{name} flow {part}"
            for name in ("recovery", "registration", "pairing")
            for part in ("id", "cookie")
        ),
    }
)
"""What the server never takes back, and further flows like the one that has a place."""

_NOT_THERE = frozenset({401, 404, 421})
"""What is answered about an unknown token, path or host."""


@dataclass(frozen=True, slots=True)
class Combination:
    """A kind of artefact of one tenant, at a place of another or of the same."""

    owner: str
    here: str
    kind: str
    place: Place

    def __str__(self) -> str:
        return f"{self.kind} of {self.owner}: {self.place.name} of {self.here}"


@dataclass
class World:
    """The tenants, what each has, and the places of each."""

    tenants: Tenants
    artefacts: Mapping[str, Artefacts]
    places: Mapping[str, tuple[Place, ...]]

    def combinations(self, owner: str, here: str) -> Iterator[Combination]:
        """List every artefact of a tenant at every place of another, or where it is no good."""
        for place in self.places[here]:
            for kind in self.artefacts[owner]:
                belongs = owner == here and kind in place.takes
                is_possible = place.among is None or kind in place.among
                if is_possible and not belongs and (place.name, kind) not in ON_PURPOSE:
                    yield Combination(owner, here, kind, place)

    async def try_(self, tried: Combination) -> Seen:
        """Bring an artefact to a place, see what comes of it, and have all as it was before."""
        here = self.tenants.by_key[tried.here]
        owned = self.artefacts[tried.owner]
        brought = Brought(
            here,
            self.artefacts[tried.here],
            owned[tried.kind],
            {**self.artefacts[tried.here], **owned},
        )
        seen = Seen(brought, await tried.place.send(brought), self.tenants.changed())
        self.tenants.restore()
        return seen

    async def find_accepted(self, owner: str, here: str) -> tuple[int, list[str]]:
        """Try all combinations, and return how many, and what was taken or left a trace."""
        combinations = list(self.combinations(owner, here))
        judged = [(tried, _judge(tried, await self.try_(tried))) for tried in combinations]
        return len(judged), [f"{tried}: {what}" for tried, what in judged if what]

    @contextmanager
    def without(self, gone: str) -> Iterator[None]:
        """Take a tenant out of the configuration for as long as the block lasts."""
        held = self.tenants.app.snapshots
        whole = held.current
        held.current = make_snapshot(env for env in whole.environments.values() if env.key != gone)
        try:
            yield
        finally:
            held.current = whole

    async def find_served(self, owner: str) -> list[str]:
        """Bring every artefact of a tenant to its own places, and return what is still there."""
        found = []
        for place in self.places[owner]:
            for kind in place.takes:
                tried = Combination(owner, owner, kind, place)
                seen = await self.try_(tried)
                if seen.answer.status not in _NOT_THERE or seen.changed:
                    found.append(f"{tried}: {seen.answer.status}")
        return found

    async def find_useless(self, owner: str) -> list[str]:
        """Bring every artefact of a tenant to its own places, and return what is refused there."""
        found = []
        for place in self.places[owner]:
            for kind in place.takes:
                tried = Combination(owner, owner, kind, place)
                seen = await self.try_(tried)
                if not place.accepts(seen):
                    found.append(f"{tried}: {seen.answer.status} {seen.answer.body[:90]!r}")
        return found


def _judge(tried: Combination, seen: Seen) -> str:
    """Return what is wrong with what came of it: it was taken, or something is not as it was."""
    if tried.place.accepts(seen):
        return f"accepted with {seen.answer.status}"
    moved = seen.changed.keys() - tried.place.moves.keys()
    here = seen.brought.here.env.id
    keys = (key for rows in seen.changed.values() for key in rows)
    elsewhere = [key for key in keys if here not in repr(key)]
    return f"changed {sorted(moved)} {elsewhere}" if moved or elsewhere else ""


async def make_world() -> World:
    """Make tenants that have one of everything."""
    tenants = await make_tenants()
    artefacts = {key: await collect(tenant) for key, tenant in tenants.by_key.items()}
    tenants.keep()
    managed = tuple(route for route in tenants.app.routes if route.path.startswith(ROUTES))
    of_faces = {
        face: (
            *(*back_channel(face), *references(face), *front_channel(face)),
            *(*flows(face), *own_pages(face), *devices(face)),
        )
        for face in Face
    }
    of_faces[Face.PINGONE] += tuple(management(managed))
    places = {key: of_faces[tenant.face] for key, tenant in tenants.by_key.items()}
    places[PLATFORM_DEFAULT] += tuple(platform())
    return World(tenants, artefacts, places)
