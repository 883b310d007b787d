"""Places of the back channel at which applications hand attributes over."""

from collections.abc import Iterator
from urllib.parse import quote, urlencode

from ostiary.core.model.environment import Face
from tests.support.asgi import Answer, basic_header
from tests.support.matrix.front_channel import Parameters, ends_session, sends
from tests.support.matrix.place import Accepts, Brought, Place, Seen
from tests.support.matrix.references import (
    ADAPTER_TO_ADAPTER,
    APPLICATION,
    DROP_OFF,
    LOGOUT_RESUME,
    PASSIVE,
    PICK_UP,
    SINGLE_LOGOUTS,
    drop_off,
    own_headers,
)

_TOKENS = frozenset({"user reference", "own reference"})


def references(face: Face) -> Iterator[Place]:
    """List the places of a face's reference adapters."""
    if face is not Face.PINGFEDERATE:
        return

    async def picked_up(brought: Brought) -> Answer:
        query = urlencode({"REF": brought.value})
        return await brought.here.caller.get(f"{PICK_UP}?{query}", own_headers(brought.here))

    async def fetched(brought: Brought) -> Answer:
        query = urlencode({"REF": brought.value})
        headers = own_headers(brought.here, "portal")
        return await brought.here.caller.get(f"{PICK_UP}?{query}", headers)

    async def with_token(brought: Brought) -> Answer:
        bearer = ("authorization", f"Bearer {brought.value}")
        return await drop_off(brought.here, (bearer,))

    async def by_query(brought: Brought) -> Answer:
        headers = (("authorization", f"Bearer {brought.value}"), ("ping.instanceId", "query"))
        return await brought.here.caller.get(f"{DROP_OFF}?subject=joe", headers)

    async def with_pass_phrase(brought: Brought) -> Answer:
        return await drop_off(brought.here, (basic_header(APPLICATION, brought.value),))

    yield Place(
        "a reference picked up",
        PICK_UP,
        "GET",
        frozenset({"reference"}),
        picked_up,
        lambda seen: seen.answer.json() != {},
    )
    yield Place(
        "what was handed over, fetched",
        PICK_UP,
        "GET",
        frozenset({"handed reference"}),
        fetched,
        lambda seen: seen.answer.json() != {},
    )
    for method in ("GET", "POST"):
        yield from _adapter_to_adapter(method)
        for route in SINGLE_LOGOUTS:
            yield from _single_logout(route, method)
        yield _way_round(method)
    yield Place("a drop-off with a token", DROP_OFF, "POST", _TOKENS, with_token)
    yield Place("a drop-off by its query", DROP_OFF, "GET", _TOKENS, by_query)
    secret = frozenset({"client secret"})
    yield Place("a drop-off with a pass phrase", DROP_OFF, "POST", secret, with_pass_phrase)


def _adapter_to_adapter(method: str) -> Iterator[Place]:
    def place(name: str, kind: str, sent: Parameters, cookie: str, accepts: Accepts) -> Place:
        send = sends(ADAPTER_TO_ADAPTER, method, {**PASSIVE, **sent}, {"browser": cookie})
        name = f"{name} by {method}"
        return Place(name, ADAPTER_TO_ADAPTER, method, frozenset({kind}), send, accepts)

    def arrives(seen: Seen) -> bool:
        return "REF=" in seen.location

    def goes_there(seen: Seen) -> bool:
        return seen.location.startswith(seen.brought.value)

    signed_on, target = "session cookie", "adapter target"
    yield place("who is handed over", signed_on, {}, "{}", arrives)
    yield place("where somebody arrives", target, {"TargetResource": "{}"}, signed_on, goes_there)
    yield place("where errors go", target, {"InErrorResource": "{}"}, "nobody's", goes_there)


def _single_logout(route: str, method: str) -> Iterator[Place]:
    target = sends(route, method, {"TargetResource": "{}"})
    yield Place(
        f"the session that ends at {route} by {method}",
        route,
        method,
        frozenset({"session cookie"}),
        sends(route, method, {}, {"browser": "{}"}),
        ends_session,
    )
    yield Place(
        f"where {route} leads to by {method}",
        route,
        method,
        frozenset({"adapter target"}),
        target,
        lambda seen: seen.location.startswith(seen.brought.value),
    )


def _way_round(method: str) -> Place:
    async def comes_back(brought: Brought) -> Answer:
        path = LOGOUT_RESUME.replace("{state}", quote(brought.value, safe=""))
        return await brought.here.caller.request(method, path)

    name = f"what is left of a round by {method}"
    return Place(name, LOGOUT_RESUME, method, frozenset({"logout round"}), comes_back)
