"""Listening sockets: bound once, by the parent, and inherited by every worker."""

import errno
import socket
import time

from ostiary.main.serving.settings import ListenAddress

BACKLOG = 1024
_RETRY_SECONDS = 1.0
_PAUSE_SECONDS = 0.05


class ListenerRefusedError(Exception):
    """An address cannot be listened on; the message says what to do."""


def bind(name: str, address: ListenAddress) -> socket.socket:
    """Bind a socket without listening yet: clients are refused until `listen`.

    The workers of a parent that was killed may hold its ports for some milliseconds more, so a
    taken port is tried for a second.
    Raises: ListenerRefusedError.
    """
    deadline = time.monotonic() + _RETRY_SECONDS
    while True:
        try:
            return _bind_once(address)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise ListenerRefusedError(_explain(name, address, error)) from error
        time.sleep(_PAUSE_SECONDS)


def listen(name: str, bound: socket.socket) -> None:
    """Let clients connect.

    Raises: ListenerRefusedError when another process was quicker.
    """
    try:
        bound.listen(BACKLOG)
    except OSError as error:
        address = ListenAddress(*bound.getsockname()[:2])
        raise ListenerRefusedError(_explain(name, address, error)) from error


def _bind_once(address: ListenAddress) -> socket.socket:
    family, kind, protocol, _, target = socket.getaddrinfo(
        address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(target)
        bound.setblocking(False)
    except BaseException:
        bound.close()
        raise
    return bound


def _explain(name: str, address: ListenAddress, error: OSError) -> str:
    place = f"[server.listeners] {name}" + (" or with --http" if name == "http" else "")
    match error.errno:
        case errno.EADDRINUSE:
            why = f"port {address.port} is taken by another process"
            advice = (
                f"Stop that process (`ss -ltnp 'sport = :{address.port}'` names it) or choose "
                f"another port in {place}."
            )
        case errno.EACCES:
            why = "ports below 1024 need the right CAP_NET_BIND_SERVICE"
            advice = f"Choose a higher port in {place}."
        case _:
            why, advice = error.strerror or "it is refused", f"Correct {place}."
    return f"the {name} listener cannot use {address}: {why}. {advice}"
