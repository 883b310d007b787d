"""Answers that wait for others to leave with: what their connection goes through meanwhile."""

import asyncio
import gc
import socket
from collections.abc import Iterator
from typing import ClassVar
from weakref import WeakSet

import pytest

from ostiary.http.protocol import EdgeProtocol
from tests.unit.http.test_protocol import ask, serving

pytestmark = pytest.mark.anyio

GET = b"GET /address HTTP/1.1\r\nHost: localhost\r\n\r\n"
LATE = b"GET /late HTTP/1.1\r\nHost: localhost\r\n\r\n"
LARGE = b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST_WORD = b"Last-Word: yes\r\n\r\n"
LAST_GET = GET.removesuffix(b"\r\n") + b"Connection: close\r\n" + LAST_WORD
REFUSED_POST = (
    b"POST /address HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    b"Expect: 100-continue\r\n" + LAST_WORD
)
MANY = 60
"""Answers of which most neither fit into small sockets nor hold up writing."""
CLOSING = b"\r\nconnection: close\r\n"


class Stopped(EdgeProtocol):
    """Is shut down when an answer is there, and has not left."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # Behind the request's task, which ends at once, and before its answer leaves.
        self.loop.call_soon(self.shutdown)


class Confused(EdgeProtocol):
    """Gets nonsense at that very moment."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.loop.call_soon(super().data_received, b"nonsense\r\n\r\n")


class Crammed(EdgeProtocol):
    """Has a client that takes little, and nonsense comes when the last answer has not left."""

    linger_seconds = 0.05
    body_seconds = 0.5
    lost: ClassVar[asyncio.Event]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2048)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if LAST_WORD in data:
            self.loop.call_soon(super().data_received, b"nonsense\r\n\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.lost.set()


class Remembered(EdgeProtocol):
    """Tells which connections are still in memory."""

    known: ClassVar[WeakSet[EdgeProtocol]] = WeakSet()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.known.add(self)


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def test_whoever_has_no_more_to_ask_gets_the_answer() -> None:
    async with serving() as port:
        for _ in range(50):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(GET)
            writer.write_eof()
            assert b" 200 " in await reader.read()
            writer.close()


async def test_whoever_has_no_more_to_ask_gets_an_answer_that_takes_a_moment() -> None:
    async with serving() as port:
        for asked in (LATE, GET + LATE, LATE + GET, LATE + b"GET /late HT"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(asked)
            writer.write_eof()
            answers = await reader.read()
            assert answers.count(b" 200 OK") == asked.count(b"localhost")
            writer.close()


async def test_an_answer_that_is_the_last_one_says_so_even_where_it_was_ready_before() -> None:
    async with serving(Stopped) as port:
        answer = await ask(port, request=GET)
    assert b" 200 " in answer
    assert answer.count(CLOSING) == 1


async def test_nonsense_behind_a_request_is_refused_behind_its_answer() -> None:
    async with serving(Confused) as port:
        answer = await ask(port, request=GET)
    first, second = answer.split(b"HTTP/1.1 ")[1:]
    assert first.startswith(b"200 ")
    assert CLOSING not in first
    assert second.startswith(b"400 ")
    assert CLOSING in second


async def cram(port: int, last: bytes) -> socket.socket:
    """Ask for more than the sockets hold, then for a last answer; take nothing yet."""
    loop = asyncio.get_running_loop()
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.setblocking(False)
    await loop.sock_connect(client, ("127.0.0.1", port))
    await loop.sock_sendall(client, MANY * GET)
    await asyncio.sleep(0.1)
    await loop.sock_sendall(client, last)
    return client


@pytest.mark.parametrize("last", [LAST_GET, REFUSED_POST, b"nonsense\r\n\r\n", LARGE])
async def test_a_client_that_takes_nothing_does_not_hold_a_refused_connection(last: bytes) -> None:
    Crammed.lost = asyncio.Event()
    async with serving(Crammed) as port:
        with await cram(port, last):
            await asyncio.wait_for(Crammed.lost.wait(), 3)


@pytest.mark.parametrize("last", [LAST_GET, REFUSED_POST, b"nonsense\r\n\r\n"])
async def test_the_last_answer_is_whole_whatever_comes_behind_it(last: bytes) -> None:
    Crammed.lost = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with serving(Crammed) as port:
        with await cram(port, last) as client:
            await asyncio.sleep(0.2)
            answers = b""
            while data := await loop.sock_recv(client, 65536):
                answers += data
    assert answers.count(b"HTTP/1.1 ") == MANY + 1
    assert answers.count(CLOSING) == 1


@pytest.mark.usefixtures("no_collector")
async def test_a_client_that_is_gone_leaves_nothing_behind() -> None:
    async with serving(Remembered) as port:
        for _ in range(20):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(2 * GET)
            await asyncio.sleep(0)
            writer.transport.abort()
        for _ in range(200):
            await asyncio.sleep(0.01)
            if not Remembered.known:
                break
        assert not Remembered.known
