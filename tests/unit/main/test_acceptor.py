"""Accepting connections: newcomers get their turn beside those who are there."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

from ostiary.main.worker.acceptor import Acceptor, Room

CLIENTS = 400


class _Connection(asyncio.Protocol):
    """One that is counted, and asks for nothing."""

    def __init__(self, opened: list[asyncio.BaseTransport]) -> None:
        self._opened = opened

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._opened.append(transport)


@contextmanager
def _waiting_clients(number: int) -> Iterator[socket.socket]:
    """Yield a listening socket at whose door so many clients wait."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=number))
        listening.setblocking(False)
        for _ in range(number):
            client = stack.enter_context(socket.socket())
            client.connect(listening.getsockname())
        yield listening


@asynccontextmanager
async def _accepting(listening: socket.socket) -> AsyncIterator[Room]:
    opened: list[asyncio.BaseTransport] = []
    room = Room(limit=10 * CLIENTS, open=[opened])
    acceptor = Acceptor(listening, lambda: _Connection(opened), room, lambda: None)
    acceptor.start()
    yield room
    acceptor.stop()
    while room.handshakes:  # noqa: ASYNC110 - nobody is told of the last one
        await asyncio.sleep(0)
    for transport in opened:
        transport.close()


async def test_the_more_are_there_the_more_newcomers_get_in_at_a_time() -> None:
    with _waiting_clients(CLIENTS) as listening:
        async with _accepting(listening) as room:
            turns = 0
            while room.taken < CLIENTS:
                await asyncio.sleep(0)
                turns += 1
                assert turns < CLIENTS // 8, "each turn of the loop serves all that are there"


async def test_however_many_are_there_they_do_not_wait_for_all_who_come() -> None:
    with _waiting_clients(CLIENTS) as listening:
        async with _accepting(listening) as room:
            room.open.append(range(8 * CLIENTS))
            while room.taken < 9 * CLIENTS:
                before = room.taken
                await asyncio.sleep(0)
                assert room.taken - before < CLIENTS // 4


async def test_where_nobody_is_yet_few_get_in_at_a_time_and_siblings_have_their_share() -> None:
    with _waiting_clients(CLIENTS) as listening, ExitStack() as stack:
        sibling = stack.enter_context(listening.dup())
        sibling.setblocking(False)
        async with _accepting(listening) as room, _accepting(sibling) as other:
            while room.taken + other.taken < CLIENTS // 4:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0)
            assert min(room.taken, other.taken) > CLIENTS // 16
