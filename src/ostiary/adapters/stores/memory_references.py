"""References of the memory store; nothing here ever suspends."""

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.reference_records import from_body, to_row
from ostiary.core.base.ids import EnvironmentId
from ostiary.core.model.environment import Environment
from ostiary.core.ports.references import DroppedReference, ReferenceKey

FAULT_POINTS = ("memory.references.drop", "memory.references.take")


class MemoryReferences:
    """Implements the `References` port with a dictionary."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self.rows: dict[tuple[EnvironmentId, ReferenceKey], tuple[str, float, bytes]] = {}

    async def drop(self, env: Environment, reference: DroppedReference) -> None:
        _, _, adapter, expires_at, body = to_row(env, reference)
        self._reach("memory.references.drop")
        self.rows[env.id, reference.key] = (adapter, expires_at, body)

    async def take(
        self, env: Environment, adapter: str, key: ReferenceKey, *, now: float
    ) -> DroppedReference | None:
        self._reach("memory.references.take")
        dropped_at, expires_at, body = self.rows.get((env.id, key), ("", now, b""))
        if dropped_at != adapter or expires_at <= now:
            return None
        del self.rows[env.id, key]
        return from_body(body)
