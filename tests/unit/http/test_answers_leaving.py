"""Answers that wait for others to leave with: what their connection goes through meanwhile."""

import asyncio
import gc
from collections.abc import Iterator
from typing import ClassVar
from weakref import WeakSet

import pytest

from ostiary.http.protocol import EdgeProtocol
from tests.unit.http.test_protocol import ask, serving

pytestmark = pytest.mark.anyio

GET = b"GET /address HTTP/1.1\r\nHost: localhost\r\n\r\n"
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
