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
    where = f"the {name} listener cannot use {address}"
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"{where}: port {address.port} is taken by another process. Stop that process "
                f"(`ss -ltnp 'sport = :{address.port}'` names it) or choose another port with "
                f"--{name} or [server.listeners] {name}."
            )
        case errno.EACCES:
            return (
                f"{where}: ports below 1024 need the right CAP_NET_BIND_SERVICE. Choose a higher "
                f"port with --{name} or [server.listeners] {name}."
            )
        case _:
            return f"{where}: {error.strerror}. Correct [server.listeners] {name} or --{name}."
