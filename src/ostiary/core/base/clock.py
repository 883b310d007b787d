"""Time as the core sees it: seconds since the epoch, from an injected clock."""

import time
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> float:
        """Return seconds since the Unix epoch."""
        ...


class SystemClock:
    """The machine's wall clock."""

    __slots__ = ()

    now = staticmethod(time.time)


class FrozenClock:
    """A clock that stands still until it is moved: for tests."""

    def __init__(self, at: float = 1_750_000_000.0) -> None:
        self.at = at

    def now(self) -> float:
        return self.at

    def advance(self, seconds: float) -> None:
        """Move the clock; negative seconds move it back."""
        self.at += seconds
