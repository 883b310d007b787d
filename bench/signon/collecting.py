"""The same request again and again, for what is different in each answer."""

import select
from collections.abc import Callable

from bench.load.pacer import Caller, connect

_CONNECTIONS = 32
_PATIENCE_SECONDS = 10.0


def collect(url: str, request: bytes, count: int, read: Callable[[bytes, bytes], str]) -> list[str]:
    """Send a request until there are so many answers, and return what `read` found in each.

    Args: read takes an answer's head and body.
    Raises: what `read` raises; TimeoutError, ConnectionError.
    """
    found: list[str] = []
    callers = [Caller(connect(url)) for _ in range(min(count, _CONNECTIONS))]
    by_descriptor = {caller.sock.fileno(): caller for caller in callers}
    poll = select.epoll()
    for descriptor, caller in by_descriptor.items():
        poll.register(descriptor, select.EPOLLIN)
        caller.sock.sendall(request)
    sent = len(callers)
    while len(found) < count:
        ready = poll.poll(_PATIENCE_SECONDS)
        if not ready:
            raise TimeoutError("a server does not answer")
        for descriptor, _ in ready:
            caller = by_descriptor[descriptor]
            if not caller.is_answered():
                continue
            head, _, body = caller.received.partition(b"\r\n\r\n")
            found.append(read(head, body))
            caller.received = b""
            if sent < count:
                caller.sock.sendall(request)
                sent += 1
    for caller in callers:
        caller.sock.close()
    poll.close()
    return found
