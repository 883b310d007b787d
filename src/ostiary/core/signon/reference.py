"""References: minted, recognised by their hash, handed over once."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import FlowId
from ostiary.core.model.environment import Environment
from ostiary.core.model.reference_adapter import ReferenceAdapter
from ostiary.core.model.reference_context import ReferenceContext
from ostiary.core.ports.references import DroppedReference, ReferenceKey, References


def mint_reference(adapter: ReferenceAdapter) -> str:
    """Mint a reference: random bytes in upper-case hex, so that it needs no escaping anywhere.

    Spec: PingFederate "Reference ID adapter" (`Reference Length`).
    """
    return os.urandom(adapter.reference_bytes).hex().upper()


def reference_key(reference: str) -> ReferenceKey:
    """Return what is kept of a reference; whatever else somebody shows only misses."""
    return ReferenceKey(hashlib.sha256(reference.encode(errors="surrogatepass")).digest())


@dataclass(frozen=True, slots=True)
class ReferenceHandover:
    """Drops attributes, and hands them over to the first who shows the reference."""

    references: References
    clock: Clock

    async def drop(  # noqa: PLR0913 - one parameter a fact
        self,
        env: Environment,
        adapter: ReferenceAdapter,
        attributes: Mapping[str, Any],
        *,
        is_from_application: bool,
        flow_id: FlowId | None = None,
        context: ReferenceContext | None = None,
    ) -> str:
        """Keep attributes, and return the reference to them.

        Stores: the attributes under the hash of the reference.
        Raises: UnavailableError.
        """
        reference = mint_reference(adapter)
        dropped = DroppedReference(
            reference_key(reference),
            adapter.key,
            attributes,
            self.clock.now() + adapter.reference_seconds,
            is_from_application,
            flow_id,
            context,
        )
        await self.references.drop(env, dropped)
        return reference

    async def take(
        self, env: Environment, adapter: ReferenceAdapter, reference: str
    ) -> DroppedReference | None:
        """Return what a reference stands for, this once, or None.

        Raises: UnavailableError.
        """
        key = reference_key(reference)
        return await self.references.take(env, adapter.key, key, now=self.clock.now())
