"""The flow log of one worker: what flows come to, and the events beside it, on their way out."""

import time
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import msgspec

from ostiary.adapters.outbound.events_log import event_name
from ostiary.core.model.audit.event import Event
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow
from ostiary.core.model.flow_entry import FlowEntry, flow_mark
from ostiary.core.ports.events import Events

MAX_WAITING = 1000
"""More than a worker can bring about between two hand-overs, unless nobody takes them."""
_SHOWN = ("reason", "code", "kind", "methods", "scope", "response_type", "failures", "user")
"""Members of events that the log shows: why and how, beside who."""
Entry = Mapping[str, Any]
_followed: ContextVar[Entry | None] = ContextVar("followed_flow", default=None)
"""What each entry says of the flow; the parent may hear of it from this worker first."""


class FlowRecorder:
    """Implements the `FlowLog` port, and the `Events` port before another one.

    An event belongs to the flow that the request at hand is about. What nobody takes in time is
    counted and dropped: a request never waits for it.
    Args: events: where events go as well.
    """

    is_open = True

    def __init__(self, events: Events) -> None:
        self._emit = events.emit
        self._waiting: list[Entry] = []
        self._lost = 0

    def follow(self, env: Environment, flow: Flow) -> None:
        """Take what happens from now on in this request as said about a flow."""
        _followed.set(
            {
                "flow": flow_mark(flow.id),
                "environment": env.id,
                "client": flow.request.client_id,
                "policy": flow.policy,
            }
        )

    def tell(self, entry: FlowEntry) -> None:
        """Take one entry."""
        self._keep(msgspec.to_builtins(entry))

    def emit(self, event: Event) -> None:
        """Pass an event on, and show it beside the flow that it is about."""
        self._emit(event)
        followed = _followed.get()
        if followed is not None:
            self._keep({**followed, "event": event_name(type(event)), **_shown(event)})

    def take(self) -> tuple[list[Entry], int]:
        """Return what waits, and how much was dropped since the last time."""
        entries, lost = self._waiting, self._lost
        self._waiting, self._lost = [], 0
        return entries, lost

    def lose(self, count: int) -> None:
        """Count entries that could not be handed over."""
        self._lost += count

    def _keep(self, entry: dict[str, Any]) -> None:
        if len(self._waiting) < MAX_WAITING:
            entry["at"] = time.time()
            self._waiting.append(entry)
        else:
            self._lost += 1


def _shown(event: Event) -> Entry:
    found = ((name, getattr(event, name, None)) for name in _SHOWN)
    return {name: value for name, value in found if value not in {None, ""}}
