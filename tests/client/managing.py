"""Managing with either kind of client, under either event loop, in one and the same words."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal

from ostiary_client import AsyncClient, Client
from ostiary_client.management import AsyncManagement

_GROUPS = ("users", "passwords", "sessions", "populations", "applications")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Waits for what an object is asked; asynchronous iterators become lists."""

    portal: BlockingPortal
    object: Any

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.object, name)
        return Waiting(self.portal, found) if name in _GROUPS else self._wait(found)

    def _wait(self, function: Any) -> Any:
        async def call(*values: Any, **named: Any) -> Any:
            result = function(*values, **named)
            if isinstance(result, AsyncIterator):
                return [each async for each in result]
            return await result if isawaitable(result) else result

        return lambda *values, **named: self.portal.call(lambda: call(*values, **named))


@contextmanager
def managing(kind: str, base_url: str, **options: Any) -> Iterator[Any]:
    """Hold a client of one kind open, and give what it manages.

    Args: options are the client's; `management` those of `Client.management`, `session` the tokens
        of somebody who is signed on.
    """
    how, tokens = options.pop("management", {}), options.pop("session", None)
    if kind == "threads":
        with Client(base_url, **options) as client:
            session = None if tokens is None else client.session(tokens)
            yield client.management(session=session, **how)
        return
    with start_blocking_portal(kind) as portal:
        other = AsyncClient(base_url, **options)
        signed_on = None if tokens is None else other.session(tokens)
        managed: AsyncManagement = other.management(session=signed_on, **how)
        try:
            yield Waiting(portal, managed)
        finally:
            portal.call(other.aclose)
