"""A server that does what no server should: any bytes, at any pace, with or without TLS."""

import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

METADATA = "/.well-known/openid-configuration"
TOKEN, INTROSPECTION, REVOCATION = "/token", "/introspect", "/revoke"
ACCESS_TOKEN = "token-of-the-odd-server"
_TOKEN_ANSWER = {"access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 3600}


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came; the names of `headers` are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True, slots=True)
class Wire:
    """One connection, as a play uses it."""

    connection: socket.socket
    over: threading.Event

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def pause(self, seconds: float | None = None) -> bool:
        """Wait, and say whether the test is over; without a time wait for that."""
        return self.over.wait(seconds)


Play: TypeAlias = Callable[[Wire], bool]
"""What happens after a request; the connection is kept open for the next when it returns True."""


@dataclass
class OddServer:
    """A listener on loopback; `requests` is everything that came, `connections` how many did.

    A path without plays is answered with 404; the last play of a path is played again and again.
    The plays of a path are also those of the path with any query that has none of its own.
    """

    url: str
    over: threading.Event
    plays: dict[str, list[Play]] = field(default_factory=dict)
    requests: list[Seen] = field(default_factory=list)
    connections: int = 0

    def on(self, path: str, *plays: Play) -> None:
        """Say what happens after requests for a path."""
        self.plays[path] = list(plays)

    def asked(self, path: str) -> list[Seen]:
        """Return the requests for a path."""
        return [seen for seen in self.requests if seen.path == path]

    def metadata(self, **members: Any) -> dict[str, Any]:
        """Return good metadata, changed."""
        return {
            "issuer": self.url,
            "token_endpoint": self.url + TOKEN,
            "introspection_endpoint": self.url + INTROSPECTION,
            "revocation_endpoint": self.url + REVOCATION,
            **members,
        }

    def next_play(self, seen: Seen) -> Play:
        self.requests.append(seen)
        without_query = self.plays.get(seen.path.partition("?")[0], [says({}, 404)])
        plays = self.plays.get(seen.path, without_query)
        return plays.pop(0) if len(plays) > 1 else plays[0]


def says(
    document: object,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    stay: bool = True,
) -> Play:
    """Answer with JSON, or with bytes as they are; then keep the connection, or hang up."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    fields = {"content-type": "application/json", "content-length": len(body), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return plays_bytes(f"HTTP/1.1 {status} Odd\r\n{head}\r\n".encode() + body, stay=stay)


def plays_bytes(data: bytes, *, stay: bool = False) -> Play:
    """Send bytes that need not be HTTP; then keep the connection, or hang up."""

    def play(wire: Wire) -> bool:
        wire.send(data)
        return stay

    return play


def is_silent(wire: Wire) -> bool:
    """Never answer."""
    wire.pause()
    return False


def never_ends(beginning: bytes, piece: bytes, pause_seconds: float = 0.0) -> Play:
    """Send a beginning, and then the same piece until the other side has had enough."""

    def play(wire: Wire) -> bool:
        wire.send(beginning)
        while not wire.pause(pause_seconds):
            wire.send(piece)
        return False

    return play


@contextmanager
def odd_server(certificate: Path | None = None) -> Iterator[OddServer]:
    """Listen on loopback for as long as the block lasts: a good server until it is told otherwise.

    Args: certificate is a PEM file with its key, for TLS.
    """
    listener = _Listener(("127.0.0.1", 0), _Connection)
    scheme = "https" if certificate else "http"
    port = listener.server_address[1]
    odd = listener.odd = OddServer(f"{scheme}://localhost:{port}", threading.Event())
    listener.tls = None if certificate is None else _context(certificate)
    odd.on(METADATA, says(odd.metadata()))
    odd.on(TOKEN, says(_TOKEN_ANSWER))
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield odd
    finally:
        odd.over.set()
        listener.shutdown()
        thread.join()
        listener.server_close()


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


class _Listener(socketserver.ThreadingTCPServer):
    odd: OddServer
    tls: ssl.SSLContext | None
    daemon_threads = True


class _Connection(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        listener = self.server
        assert isinstance(listener, _Listener)
        listener.odd.connections += 1
        with suppress(OSError):
            if listener.tls is None:
                _serve(listener.odd, self.request)
            else:
                with listener.tls.wrap_socket(self.request, server_side=True) as secure:
                    _serve(listener.odd, secure)


def _serve(odd: OddServer, connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    wire = Wire(connection, odd.over)
    with connection.makefile("rb") as stream:
        while seen := _read(stream):
            if not odd.next_play(seen)(wire):
                return


def _read(stream: Any) -> Seen | None:
    start = stream.readline().decode("latin-1").split()
    if not start:
        return None
    headers: dict[str, str] = {}
    while line := stream.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return Seen(start[0], start[1], headers, _read_body(stream, headers))


def _read_body(stream: Any, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding") != "chunked":
        body: bytes = stream.read(int(headers.get("content-length", 0)))
        return body
    pieces = []
    while size := int(stream.readline(), 16):
        pieces.append(stream.read(size))
        stream.readline()
    stream.readline()
    return b"".join(pieces)
