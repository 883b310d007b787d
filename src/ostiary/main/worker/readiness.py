"""Readiness of one worker: what it still waits for before it wants requests."""

from collections.abc import Callable

STORE = "store"
CONFIGURATION = "configuration"
DRAINED = "nothing: it is ending"


class Readiness:
    """Ready when nothing is missing; the parent is told about every change.

    Args:
        instance: names this run of the server, so that two generations can be told apart.
        tell: is given this object.
    """

    def __init__(self, instance: str, tell: Callable[["Readiness"], None]) -> None:
        self.instance = instance
        self.is_ready = False
        self.is_accepting = False
        """New connections may come here; a worker that only ends its old ones does not count."""
        self._missing = {STORE, CONFIGURATION}
        self._tell = tell

    @property
    def missing(self) -> tuple[str, ...]:
        """Return what it waits for, in words for an operator."""
        return tuple(sorted(self._missing))

    def tell(self) -> None:
        """Tell how things are."""
        self._tell(self)

    def accept(self) -> None:
        """Note that connections are accepted from now on."""
        self.is_accepting = True
        self.tell()

    def end(self) -> None:
        """Note that it ends, and wants no requests any more."""
        self.is_accepting = False
        self.lacks(DRAINED)

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
            self.tell()
