"""Requests that reach a server as close together as one program can have it."""

import http.client
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from tests.support.server import Answer, Server

_SECONDS = 120


def render_request(method: str, target: str, headers: Mapping[str, str], body: str = "") -> bytes:
    """Return a request as it goes over a connection that ends with its answer."""
    sent = {"host": "localhost", "connection": "close", **headers}
    if method == "POST":
        sent["content-length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n{body}".encode()


def send_at_once(server: Server, requests: Sequence[bytes]) -> list[Answer]:
    """Send each on a connection of its own, all but the last byte first, and read the answers."""
    with halfway(server, requests) as finish:
        return finish()


@contextmanager
def halfway(server: Server, requests: Sequence[bytes]) -> Iterator[Callable[[], list[Answer]]]:
    """Send all but the last byte of each; what is given sends these, and reads the answers."""
    with ExitStack() as stack:
        connections = [stack.enter_context(_connect(server)) for _ in requests]
        for connection, request in zip(connections, requests, strict=True):
            connection.sendall(request[:-1])

        def finish() -> list[Answer]:
            for connection, request in zip(connections, requests, strict=True):
                connection.sendall(request[-1:])
            return [_read_answer(connection) for connection in connections]

        yield finish


def _connect(server: Server) -> socket.socket:
    """Open a connection to the plain listener."""
    return socket.create_connection(("127.0.0.1", server.ports["http"]), timeout=_SECONDS)


def _read_answer(connection: socket.socket) -> Answer:
    """Read one answer."""
    with http.client.HTTPResponse(connection) as response:
        response.begin()
        return Answer(response.status, dict(response.getheaders()), response.read())
