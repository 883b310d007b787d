"""Asking with either kind of client, under either event loop."""

import ssl
from collections.abc import Callable
from typing import Any

import anyio

from ostiary_client import NO_RETRIES, AsyncClient, Client

KINDS = ("threads", "asyncio", "trio")
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody, and is made at once; the system's authorities take a while to load."""
PATIENCE_SECONDS = 20.0
"""How long a test waits for a server that does answer."""


def ask(kind: str, base_url: str, call: Callable[[Any], Any], **options: Any) -> Any:
    """Set up a client, have a function call it, and return what that gets.

    Args: options are those of the client; without them it is "app", waits long, tries once and
        trusts no certificate.
    """
    usual = {
        "client_id": "app",
        "client_secret": "app-secret",
        "verify": NO_TLS,
        "timeout_seconds": PATIENCE_SECONDS,
        "retries": NO_RETRIES,
    }
    whole: Any = usual | options
    if kind == "threads":
        with Client(base_url, **whole) as client:
            return call(client)

    async def hold() -> Any:
        async with AsyncClient(base_url, **whole) as client:
            return await call(client)

    return anyio.run(hold, backend=kind)


def ask_for_token(kind: str, base_url: str, **options: Any) -> Any:
    """Ask for a token, and return it."""
    return ask(kind, base_url, lambda client: client.token(), **options)
