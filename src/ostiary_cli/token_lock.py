"""Who of several processes asks for a token, and what the others learn when nobody got one."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ostiary_cli.own_files import open_own
from ostiary_client.errors import ConfigurationError

_MOST_BYTES = 64
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class TokenLock:
    """A file that one process locks while it asks; it holds the time of the last failure.

    Args: patience_seconds is how long to wait for the process that asks, which may be stopped.
    """

    path: Path
    now: Callable[[], float] = time.time
    quiet_seconds: float = 5.0
    patience_seconds: float = 60.0

    @contextmanager
    def held(self, *, may_wait: bool) -> Iterator[bool]:
        """Keep other processes out, and tell whether that is so.

        After all patience a process that waits goes on beside the other one.

        Raises: ConfigurationError when the file is not the user's own.
        """
        descriptor = open_own(self.path, os.O_RDWR | os.O_CREAT)
        try:
            until = time.monotonic() + (self.patience_seconds if may_wait else 0)
            while not (is_mine := _try(descriptor)) and time.monotonic() < until:
                time.sleep(_PAUSE_SECONDS)
            yield is_mine
        finally:
            os.close(descriptor)

    def note_failure(self) -> None:
        """Write down that no token could be had just now."""
        with suppress(OSError):  # others will find out for themselves
            descriptor = open_own(self.path, os.O_WRONLY | os.O_TRUNC)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(repr(self.now()))

    def failed_at(self) -> float | None:
        """Return when the last failure was, if it was just now.

        Raises: ConfigurationError when the file is not the user's own.
        """
        try:
            with os.fdopen(open_own(self.path, os.O_RDONLY), "rb") as file:
                failed_at = float(file.read(_MOST_BYTES))
        except (FileNotFoundError, ValueError):
            return None
        # A clock that was set back must not make the pause longer.
        return failed_at if 0 <= self.now() - failed_at < self.quiet_seconds else None


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:  # some file systems know no locks
        raise ConfigurationError(
            f"Tokens cannot be kept: {error.strerror}", remedy="Use --no-cache"
        ) from None
    return True
