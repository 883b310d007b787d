"""A socket on this machine whose other end is a protected connection to another one."""

import select
import socket
import ssl
import threading
from contextlib import suppress

_CHUNK = 65_536
_SEND_SECONDS = 5.0
"""A server that takes nothing for so long is given up; whoever waits for it has gone by then."""


def open_tunnel(protected: ssl.SSLSocket) -> int:
    """Return the descriptor of a socket on which all is in plain text; a thread protects it.

    The thread ends with either end.
    """
    ours, theirs = socket.socketpair()
    threading.Thread(target=_relay, args=(protected, theirs), name="ldap-tls", daemon=True).start()
    return ours.detach()


def _relay(protected: ssl.SSLSocket, inner: socket.socket) -> None:
    with protected, inner, suppress(OSError):
        inner.settimeout(_SEND_SECONDS)
        while _pass_on(protected, inner):
            pass


def _pass_on(protected: ssl.SSLSocket, inner: socket.socket) -> bool:
    """Wait for either side, and pass on what it said; tell whether there may be more."""
    ready = select.poll()
    for each in (protected, inner):
        ready.register(each, select.POLLIN)
    readable = {descriptor for descriptor, _ in ready.poll()}
    if inner.fileno() in readable:
        said = inner.recv(_CHUNK)
        protected.settimeout(_SEND_SECONDS)
        protected.sendall(said)
        if not said:
            return False
    return protected.fileno() not in readable or _receive(protected, inner)


def _receive(protected: ssl.SSLSocket, inner: socket.socket) -> bool:
    """Pass on all that has arrived: what OpenSSL holds already, no socket tells of."""
    protected.settimeout(0)
    while True:
        try:
            said = protected.recv(_CHUNK)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        if not said:
            return False
        inner.sendall(said)
