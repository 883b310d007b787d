"""Looking at processes and ports from outside."""

import socket
from pathlib import Path


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and was not waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def are_gone(pids: list[int]) -> bool:
    """Tell whether none of them runs any more."""
    return not any(map(is_alive, pids))


def can_connect(port: int) -> bool:
    """Tell whether somebody listens on a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True
