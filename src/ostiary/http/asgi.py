"""The ASGI types, and the one word that our protocol adds to a scope."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

REFUSAL = "ostiary.refusal"
"""Scope key: the HTTPError that says why the rest of the body will never come."""
