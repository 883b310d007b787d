"""Files that belong to the user alone: opened without following a link."""

import os
import stat
from pathlib import Path

from ostiary_client.errors import ConfigurationError

REMEDY = "Nothing was read or written there. Remove it, or use --no-cache"
_OPEN = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


def open_own(path: Path, flags: int) -> int:
    """Open a plain file of the user's own; no link is followed.

    Raises: ConfigurationError for anything else; FileNotFoundError.
    """
    try:
        descriptor = os.open(path, flags | _OPEN, 0o600)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not flags & os.O_CREAT:
            raise
        raise ConfigurationError(f"{path}: {error.strerror}", remedy=REMEDY) from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
        os.close(descriptor)
        raise ConfigurationError(f"{path} is no plain file of your own", remedy=REMEDY)
    return descriptor
