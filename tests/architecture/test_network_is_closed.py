"""Tests cannot leave this machine: the guard of tests/conftest.py is in force."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.closed_network import NetworkIsClosedError

# Reserved for documentation (RFC 5737, RFC 3849, RFC 2606): nobody is there.
IPV4 = ("192.0.2.1", 80)
IPV6 = ("2001:db8::1", 80, 0, 0)
NAME = "ostiary.example"


@pytest.mark.parametrize(
    "leave",
    [
        pytest.param(lambda s: s.connect(IPV4), id="connect"),
        pytest.param(lambda s: s.connect_ex(IPV4), id="connect_ex"),
        pytest.param(lambda s: s.sendto(b"x", IPV4), id="sendto"),
        pytest.param(lambda s: s.sendmsg([b"x"], [], 0, IPV4), id="sendmsg"),
    ],
)
def test_a_socket_cannot_leave(leave: Callable[[socket.socket], object]) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock,
        pytest.raises(NetworkIsClosedError, match="loopback only"),
    ):
        leave(sock)


def test_an_ipv6_socket_cannot_leave() -> None:
    with (
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock,
        pytest.raises(NetworkIsClosedError),
    ):
        sock.connect(IPV6)


@pytest.mark.parametrize(
    "resolve",
    [
        pytest.param(lambda: socket.getaddrinfo(NAME, 443), id="getaddrinfo"),
        pytest.param(lambda: socket.getaddrinfo(NAME.encode(), 443), id="getaddrinfo of bytes"),
        pytest.param(lambda: socket.gethostbyname(NAME), id="gethostbyname"),
        pytest.param(lambda: socket.gethostbyaddr(IPV4[0]), id="gethostbyaddr"),
        pytest.param(lambda: socket.create_connection((NAME, 443)), id="create_connection"),
    ],
)
def test_a_name_is_not_resolved(resolve: Callable[[], object]) -> None:
    with pytest.raises(NetworkIsClosedError):
        resolve()


@pytest.mark.parametrize("host", [NAME, IPV4[0]])
async def test_the_event_loop_cannot_leave(host: str) -> None:
    with pytest.raises(NetworkIsClosedError):
        await asyncio.open_connection(host, 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost"])
def test_loopback_stays_open(host: str) -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:  # noqa: S104 - all of 127.0.0.0/8
        port = server.getsockname()[1]
        with socket.create_connection((host, port), timeout=5):
            connection, _ = server.accept()
            connection.close()


def test_unix_sockets_stay_open(tmp_path: Path) -> None:
    with (
        socket.socket(socket.AF_UNIX) as server,
        socket.socket(socket.AF_UNIX) as client,
    ):
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))
