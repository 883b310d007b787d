"""Places of the back channel at which applications hand attributes over."""

from collections.abc import Iterator
from urllib.parse import urlencode

from ostiary.core.model.environment import Face
from tests.support.asgi import Answer, basic_header
from tests.support.matrix.place import Brought, Place
from tests.support.matrix.references import (
    APPLICATION,
    DROP_OFF,
    PICK_UP,
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
    yield Place("a drop-off with a token", DROP_OFF, "POST", _TOKENS, with_token)
    yield Place("a drop-off by its query", DROP_OFF, "GET", _TOKENS, by_query)
    secret = frozenset({"client secret"})
    yield Place("a drop-off with a pass phrase", DROP_OFF, "POST", secret, with_pass_phrase)
