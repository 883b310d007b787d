"""What the core asks of a store about flows.

As in `core.ports.stores`. A flow moves on, and ends, by `Issuances.commit`.
"""

from typing import Protocol

from ostiary.core.base.ids import FlowId
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow


class Flows(Protocol):
    """Flows that somebody is in."""

    async def start(self, env: Environment, flow: Flow) -> None:
        """Store a new flow; durable when this returns."""
        ...

    async def find(self, env: Environment, flow_id: FlowId, *, now: float) -> Flow | None:
        """Return the flow at its latest version, if it is not over."""
        ...
