"""How long something may still take."""

from collections.abc import Callable
from dataclasses import dataclass

from ostiary.adapters.directories.ldap.failures import ServerFailedError


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment until which everything must be done.

    Args: at: as `monotonic` counts.
    """

    at: float
    monotonic: Callable[[], float]

    def left(self) -> float:
        """Return the seconds that are left.

        Raises: ServerFailedError when none are.
        """
        left = self.at - self.monotonic()
        if left <= 0:
            raise ServerFailedError("slow")
        return left

    def share(self, parts: int) -> "Deadline":
        """Return a deadline for the first of so many parts of what is left."""
        return Deadline(self.monotonic() + self.left() / parts, self.monotonic)
