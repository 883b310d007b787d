"""Places of a server that take a value from outside, and how it is seen that they took it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.support.asgi import Answer, Headers
from tests.support.matrix.artefacts import Artefacts
from tests.support.matrix.tenants import Tenant

COUNTED = {
    "attempts.failures": "wrong guesses are counted",
    "attempts.trials": "wrong guesses are counted",
}
BEGUN = {"flows.rows": "an authorization request begins a flow"}
COUNTED_IN_FLOW = {"flows.rows": "a flow counts the wrong codes that it is shown"}


@dataclass(frozen=True, slots=True)
class Brought:
    """A value that is put somewhere.

    Args:
        here: the tenant that is asked.
        own: what that tenant has.
        value: what is put there.
        beside: what the value's own tenant has, for places that take two things together.
    """

    here: Tenant
    own: Artefacts
    value: str
    beside: Artefacts

    async def post(
        self,
        route: str,
        form: Mapping[str, str],
        *,
        basic: tuple[str, str] | None = None,
        headers: Headers = (),
    ) -> Answer:
        """Send a form to a route of the tenant that is asked."""
        target = self.here.target(route)
        return await self.here.caller.post_form(target, form, basic=basic, headers=headers)

    async def get(
        self, route: str, query: Mapping[str, str] | None = None, headers: Headers = ()
    ) -> Answer:
        """Ask a route of the tenant that is asked."""
        target = self.here.target(route)
        return await self.here.caller.get(
            f"{target}?{urlencode(query)}" if query else target, headers
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it: the answer, and the tables of the store that are others now."""

    brought: Brought
    answer: Answer
    changed: Mapping[str, Mapping[object, object]]
    """By table, the rows that are new or not as they were."""

    @property
    def is_ok(self) -> bool:
        return self.answer.status < 400

    @property
    def location(self) -> str:
        return self.answer.header("location") or ""


Send = Callable[[Brought], Awaitable[Answer]]
Accepts = Callable[[Seen], bool]


def succeeds(seen: Seen) -> bool:
    """Take any answer that is no refusal for acceptance."""
    return seen.is_ok


@dataclass(frozen=True, slots=True)
class Place:
    """One place of one endpoint that takes a value.

    Args:
        name: said of it when a value was taken that should not have been.
        route, method: as in the table of routes.
        takes: kinds of artefacts, of the same tenant, that it is there for.
        send: puts a value there.
        accepts: tells whether it was taken.
        among: the only kinds worth a try here; None for all.
        moves: tables that may change though the value is refused, and why.
    """

    name: str
    route: str
    method: str
    takes: frozenset[str]
    send: Send = field(repr=False)
    accepts: Accepts = field(default=succeeds, repr=False)
    among: frozenset[str] | None = None
    moves: Mapping[str, str] = field(default_factory=dict)
