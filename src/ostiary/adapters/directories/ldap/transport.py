"""Connections to a directory's server, their TLS made by Python.

libldap would wait for ever for a server that stops in the middle of a handshake, and reads files
and variables of the machine that say whom it trusts. So it only sees a socket that is open already.
"""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

from ostiary.adapters.directories.ldap.deadline import Deadline
from ostiary.adapters.directories.ldap.failures import ServerFailedError
from ostiary.adapters.directories.ldap.tunnel import open_tunnel
from ostiary.core.model.ldap_directory import ConnectionSecurity, LDAPServer

_STARTTLS = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
"""An LDAPMessage with an ExtendedRequest."""
_ANSWER_BEGINNING = b"\x02\x01\x01\x78"
_SUCCESS = b"\x0a\x01\x00"
_MAX_ANSWER_BYTES = 4096
_LONG_LENGTH = 0x80
Connect = Callable[[Deadline], int]
"""Makes a connection, and returns its descriptor, which is the caller's to close."""


def make_context(authorities: str) -> ssl.SSLContext:
    """Return what a server's certificate is checked by.

    Args: authorities: in PEM form; "" for the system's.
    """
    context = ssl.create_default_context(cadata=authorities or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def connect(
    server: LDAPServer,
    security: ConnectionSecurity,
    context: ssl.SSLContext | None,
    deadline: Deadline,
) -> int:
    """Open a connection, protected as it is wanted or not at all, and return its descriptor.

    Raises: ServerFailedError.
    """
    try:
        plain = socket.create_connection(server, timeout=deadline.left())
    except OSError as error:
        raise ServerFailedError(_reason(error, "unreachable")) from error
    with _closed_on_failure(plain):
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is None or security is ConnectionSecurity.NONE:
            plain.settimeout(None)
            return plain.detach()
        if security is ConnectionSecurity.STARTTLS:
            _start_tls(plain, deadline)
        plain.settimeout(deadline.left())
        try:
            protected = context.wrap_socket(plain, server_hostname=server.host)
        except ssl.SSLCertVerificationError as error:
            raise ServerFailedError("certificate") from error
        except (OSError, ValueError) as error:
            raise ServerFailedError(_reason(error, "tls")) from error
        return open_tunnel(protected)


class _closed_on_failure:  # noqa: N801 - it stands in a with statement
    """Closes a socket unless all goes well."""

    def __init__(self, opened: socket.socket) -> None:
        self._opened = opened

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            with suppress(OSError):
                self._opened.close()


def _start_tls(plain: socket.socket, deadline: Deadline) -> None:
    """Ask for TLS; a server that has anything else to say is not spoken with.

    Nothing that was sent in plain text is read as if it had come protected: the answer ends exactly
    where it says that it does.
    Spec: RFC 4511 §4.14.1.
    """
    try:
        plain.settimeout(deadline.left())
        plain.sendall(_STARTTLS)
        answer = _read_message(plain, deadline)
    except OSError as error:
        raise ServerFailedError(_reason(error, "lost")) from error
    if not _is_success(answer):
        raise ServerFailedError("no_starttls")


def _is_success(answer: bytes) -> bool:
    """Tell whether an answer says yes; Active Directory writes each length in five bytes."""
    length = answer[len(_ANSWER_BEGINNING) :][:1]
    if not length or not answer.startswith(_ANSWER_BEGINNING):
        return False
    more = length[0] & ~_LONG_LENGTH if length[0] & _LONG_LENGTH else 0
    return answer[len(_ANSWER_BEGINNING) + 1 + more :].startswith(_SUCCESS)


def _read_message(plain: socket.socket, deadline: Deadline) -> bytes:
    """Read one LDAPMessage, and not a byte more; return what is in it."""
    head = _read(plain, 2, deadline)
    length = head[1]
    if length & _LONG_LENGTH:
        length = int.from_bytes(_read(plain, length & 0x7F, deadline), "big")
    if head[0] != _STARTTLS[0] or length > _MAX_ANSWER_BYTES:
        raise ServerFailedError("no_starttls")
    return _read(plain, length, deadline)


def _read(plain: socket.socket, count: int, deadline: Deadline) -> bytes:
    read = b""
    while len(read) < count:
        plain.settimeout(deadline.left())
        more = plain.recv(count - len(read))
        if not more:
            raise ServerFailedError("lost")
        read += more
    return read


def _reason(error: Exception, otherwise: str) -> str:
    return "slow" if isinstance(error, TimeoutError) else otherwise
