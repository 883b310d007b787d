"""The snapshot that requests run on, swapped whole."""

from ostiary.core.base.errors import UnavailableError
from ostiary.core.model.snapshot import Snapshot

_RETRY_SECONDS = 2


class SnapshotHolder:
    """Implements the `Snapshots` port."""

    def __init__(self) -> None:
        self._current: Snapshot | None = None
        self._latest: Snapshot | None = None
        self._obstacle = ""

    @property
    def current(self) -> Snapshot:
        if self._current is None:
            raise UnavailableError(
                "The server cannot answer now; try again.",
                retry_after_seconds=_RETRY_SECONDS,
                reason=self._obstacle or "no configuration has been loaded yet",
            )
        return self._current

    def swap(self, snapshot: Snapshot) -> None:
        """Let requests from now on see another configuration."""
        self._latest = snapshot
        if not self._obstacle:
            self._current = snapshot

    def withhold(self, obstacle: str) -> None:
        """Refuse every request until `release`. Args: obstacle is for the event log."""
        self._current, self._obstacle = None, obstacle

    def release(self) -> None:
        """Serve again, from the latest configuration."""
        self._current, self._obstacle = self._latest, ""
