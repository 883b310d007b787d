"""When a token that is at hand is good enough, and when a new one is due."""

from dataclasses import dataclass
from enum import Enum, auto

from ostiary_client.tokens import AccessToken


class Freshness(Enum):
    """What to do about a token."""

    FRESH = auto()
    """Use it."""
    DUE = auto()
    """Use it, and have one caller fetch the next."""
    OVER = auto()
    """Fetch a new one first."""


@dataclass(frozen=True, slots=True)
class RefreshPolicy:
    """How long before its end a token is renewed.

    It is renewed `early_seconds` ahead, or with a tenth of its life left if that is later, and
    not used in its last `unusable_seconds`, which a request needs to arrive. A token whose life
    nobody knows is used once.
    """

    early_seconds: float = 60.0
    unusable_seconds: float = 5.0

    def judge(self, token: AccessToken | None, fetched_at: float, now: float) -> Freshness:
        """Say what to do about a token that was fetched at that time."""
        if token is None or token.expires_at is None:
            return Freshness.OVER
        lifetime = token.expires_at - fetched_at
        left = token.expires_at - now
        if left > lifetime + 1 or left <= min(self.unusable_seconds, lifetime / 4):
            return Freshness.OVER  # the clock was set back, or it is nearly over
        if left <= min(self.early_seconds, lifetime / 10):
            return Freshness.DUE
        return Freshness.FRESH
