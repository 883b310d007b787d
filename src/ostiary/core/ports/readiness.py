"""Whether this process wants requests."""

from typing import Protocol


class Readiness(Protocol):
    """Tells balancers whether to send requests here."""

    @property
    def is_ready(self) -> bool:
        """Return False before the first snapshot, without the store, and on the way out."""
        ...
