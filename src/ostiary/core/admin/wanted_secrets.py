"""What a configuration wants of its clients' secrets."""

from dataclasses import dataclass
from enum import Enum, auto

from ostiary.core.base.secret import Secret


class Origin(Enum):
    """Where a secret comes from."""

    GIVEN = auto()
    GENERATED = auto()
    STORED = auto()
    """The store keeps what it has."""


@dataclass(frozen=True, slots=True)
class WantedSecret:
    """One secret; only a given one has a value."""

    origin: Origin
    value: Secret[str] | None = None
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class WantedSecrets:
    """The secrets of one client.

    Args:
        is_readable: they are kept sealed beside their digests: a method computes with them, or
            PingOne's API shows them.
    """

    current: WantedSecret | None
    previous: WantedSecret | None
    is_readable: bool
