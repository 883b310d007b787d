"""Servers that play a directory and do something that no directory does."""

import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Play = Callable[[socket.socket, list[bytes]], None]
STARTTLS_DONE = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"
STARTTLS_DONE_AT_LENGTH = (
    b"\x30\x84\x00\x00\x00\x28\x02\x01\x01\x78\x84\x00\x00\x00\x1f\x0a\x01\x00\x04\x00\x04\x00"
    b"\x8a\x161.3.6.1.4.1.1466.20037"
)
"""As Active Directory writes it: each length in five bytes."""
STARTTLS_REFUSED_AT_LENGTH = STARTTLS_DONE_AT_LENGTH.replace(b"\x0a\x01\x00", b"\x0a\x01\x34")
STARTTLS_REFUSED = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00"


@contextmanager
def odd_server(play: Play) -> Iterator[tuple[int, list[bytes]]]:
    """Run one; yield its port, and what it is sent.

    Args: play: gets each connection, and adds what it reads of it.
    """
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, play, received), daemon=True)
        thread.start()
        yield listener.getsockname()[1], received
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _serve(listener: socket.socket, play: Play, received: list[bytes]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            connection.settimeout(5)
            play(connection, received)


def answer_then_listen(answer: bytes) -> Play:
    """Answer the first thing that comes, and keep all that comes after it."""

    def play(connection: socket.socket, received: list[bytes]) -> None:
        connection.recv(4096)
        connection.sendall(answer)
        while more := connection.recv(4096):
            received.append(more)

    return play


def answer_then_relay(answer: bytes, port: int) -> Play:
    """Answer the first thing that comes, and pass all that comes after it on to a server."""

    def play(connection: socket.socket, received: list[bytes]) -> None:
        received.append(connection.recv(4096))
        connection.sendall(answer)
        ends = connection.dup(), socket.create_connection(("127.0.0.1", port))
        threading.Thread(target=_relay, args=ends, daemon=True).start()

    return play


def _relay(outer: socket.socket, inner: socket.socket) -> None:
    with outer, inner, suppress(OSError):
        while True:
            for each in select.select([outer, inner], [], [])[0]:
                said = each.recv(65_536)
                if not said:
                    return
                (inner if each is outer else outer).sendall(said)


def keep_silent(connection: socket.socket, received: list[bytes]) -> None:
    """Take everything, and say nothing."""
    while more := connection.recv(4096):
        received.append(more)
