"""References: attributes that wait to be fetched, once, by whoever shows a random value.

Stores refuse with UnavailableError when they cannot answer.
"""

from collections.abc import Mapping
from typing import Any, NewType, Protocol

import msgspec

from ostiary.core.base.ids import FlowId
from ostiary.core.model.environment import Environment
from ostiary.core.model.reference_context import ReferenceContext

ReferenceKey = NewType("ReferenceKey", bytes)
"""What a store keeps instead of a reference: its SHA-256."""


class DroppedReference(msgspec.Struct, frozen=True, omit_defaults=True):
    """Attributes that were dropped.

    Args:
        adapter: the only one at which they may be taken.
        expires_at: seconds since the epoch.
        is_from_application: an application handed them in; what the server dropped itself never
            signs anybody on.
        flow_id: the flow that they were dropped for; in another one they are nothing.
        context: what was said beside them.
    """

    key: ReferenceKey
    adapter: str
    attributes: Mapping[str, Any]
    expires_at: float
    is_from_application: bool
    flow_id: FlowId | None = None
    context: ReferenceContext | None = None

    def __repr__(self) -> str:
        return f"DroppedReference(adapter={self.adapter!r}, attributes=…)"


class References(Protocol):
    """Keeps what is dropped until it is taken or its time is over."""

    async def drop(self, env: Environment, reference: DroppedReference) -> None:
        """Keep attributes. Stores: the key, never the reference itself."""
        ...

    async def take(
        self, env: Environment, adapter: str, key: ReferenceKey, *, now: float
    ) -> DroppedReference | None:
        """Remove and return what was dropped at that adapter, or None.

        Of several who take the same, one gets it.
        """
        ...
