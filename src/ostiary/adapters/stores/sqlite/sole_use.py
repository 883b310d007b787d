"""One server at a time on one file."""

import fcntl
import os
import time
from pathlib import Path

from ostiary.adapters.stores.backend import StoreRefusedError

_WAIT_SECONDS = 1.0
_PAUSE_SECONDS = 0.05
_MOST_DIGITS = 20


def claim(path: Path) -> int | None:
    """Take the file of a store for this process and what it becomes; others are refused.

    The claim is a lock on a file beside it, which ends with the descriptor that is returned: when
    the process does, however that comes. A server that is just ending is waited for. None when
    the place cannot be reached: there is nothing to take yet.
    Raises: StoreRefusedError naming the process that has it.
    """
    file = path.resolve()
    try:
        descriptor = os.open(file.with_name(f"{file.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None
    if not _lock_within(descriptor, _WAIT_SECONDS):
        owner = os.pread(descriptor, _MOST_DIGITS, 0).decode("ascii", "replace").strip()
        os.close(descriptor)
        raise StoreRefusedError(
            f"another server (pid {owner}) uses {path}. Stop that one, or give this one a store "
            "of its own; several servers can share PostgreSQL."
        )
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
    os.set_inheritable(descriptor, True)
    return descriptor


def _lock_within(descriptor: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(_PAUSE_SECONDS)
        else:
            return True
