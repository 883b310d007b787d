"""A guard that lets the test process reach this machine's loopback only.

It is an audit hook of the interpreter: it sees every socket call that Python
makes, by whatever library, and cannot be taken off again. C code that opens
sockets by itself (libpq, uvloop) and child processes are out of its sight; a
name handed straight to connect() is looked up before the hook is called.
"""

import ipaddress
import socket
import sys

_ADDRESSED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_RESOLVED = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})


class NetworkIsClosedError(RuntimeError):
    """A test tried to leave this machine.

    It is no OSError on purpose: code that survives a lost connection must not
    survive this.
    """


def close_network() -> None:
    """Refuse, from now on and in this process, all traffic that is not loopback."""
    sys.addaudithook(_guard)


def _guard(event: str, args: tuple[object, ...]) -> None:
    if event in _ADDRESSED:
        sock, address = args
        if isinstance(sock, socket.SocketType) and sock.family == socket.AF_UNIX:
            return
        if address is not None and not _is_loopback_address(address):
            raise NetworkIsClosedError(f"{event} to {address!r}: tests may reach loopback only")
    elif event in _RESOLVED:
        host = args[0]
        if not _is_loopback_host(host):
            raise NetworkIsClosedError(f"{event} of {host!r}: tests may reach loopback only")


def _is_loopback_address(address: object) -> bool:
    return isinstance(address, tuple) and len(address) > 1 and _is_loopback_host(address[0])


def _is_loopback_host(host: object) -> bool:
    if isinstance(host, bytes | bytearray):
        host = host.decode("ascii", "replace")
    if host is None or host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False
