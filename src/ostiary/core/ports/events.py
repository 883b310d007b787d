"""Where events go."""

from typing import Protocol

from ostiary.core.model.audit.event import Event


class Events(Protocol):
    """Takes events; never blocks, never raises."""

    def emit(self, event: Event) -> None:
        """Record that something happened."""
        ...
