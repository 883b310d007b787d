"""One writer at a time for the file of profiles."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ostiary_client.errors import ConfigurationError


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Keep other writers out, who would write what they have read before.

    Raises: ConfigurationError when there is no place for the lock, a file beside the other.
    """
    path = path.resolve()
    lock = path.with_name(f"{path.name}.lock")
    try:
        lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:
            os.close(descriptor)
            raise
    except OSError as error:
        raise ConfigurationError(f"{lock} cannot be locked: {error.strerror}") from None
    try:
        yield
    finally:
        os.close(descriptor)
