"""The snapshot that requests run on, swapped whole."""

from ostiary.core.base.errors import UnavailableError
from ostiary.core.model.snapshot import Snapshot

_RETRY_SECONDS = 2


class SnapshotHolder:
    """Implements the `Snapshots` port."""

    def __init__(self) -> None:
        self._current: Snapshot | None = None

    @property
    def current(self) -> Snapshot:
        if self._current is None:
            raise UnavailableError(
                "The server is starting; ask again.",
                retry_after_seconds=_RETRY_SECONDS,
                reason="no configuration has been loaded yet",
            )
        return self._current

    @property
    def version(self) -> int | None:
        """Return the version in force, None before the first."""
        return None if self._current is None else self._current.version

    def swap(self, snapshot: Snapshot) -> None:
        """Let requests from now on see another configuration."""
        self._current = snapshot
