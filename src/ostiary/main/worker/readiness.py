"""Readiness of one worker: what it still waits for before it wants requests."""

from collections.abc import Callable

STORE = "store"
CONFIGURATION = "configuration"
DRAINED = "nothing: the server is stopping"


class Readiness:
    """Ready when nothing is missing; whoever cares is told about every change.

    Args:
        instance: names this run of the server, so that two generations can be told apart.
    """

    def __init__(self, instance: str, tell: Callable[[bool, tuple[str, ...]], None]) -> None:
        self.instance = instance
        self.is_ready = False
        self._missing = {STORE, CONFIGURATION}
        self._tell = tell

    @property
    def missing(self) -> tuple[str, ...]:
        """Return what it waits for, in words for an operator."""
        return tuple(sorted(self._missing))

    def lacks(self, what: str) -> None:
        """Note that something is missing."""
        self._change(self._missing | {what})

    def has(self, what: str) -> None:
        """Note that something is there."""
        self._change(self._missing - {what})

    def _change(self, missing: set[str]) -> None:
        if missing != self._missing:
            self._missing = missing
            self.is_ready = not missing
            self._tell(self.is_ready, self.missing)
