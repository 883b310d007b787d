"""The wire to the database: statements prepared once, and values and rows in binary.

psycopg connects, and tells what an error means. Its cursors are passed by: for a look-up by key
they cost three times what all the rest does.
"""

import asyncio
import select
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import pq
from psycopg.pq.abc import PGconn, PGresult

from ostiary.adapters.stores.postgres.prepared import BINARY, Answer, Ask, Prepared
from ostiary.adapters.stores.postgres.receiving import Receiving, check

_BEGIN, _COMMIT, _ROLLBACK = Ask("BEGIN"), Ask("COMMIT"), Ask("ROLLBACK")


class Wire:
    """Asks the server over one connection, one caller at a time."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection
        self._pgconn: PGconn = connection.pgconn
        self._loop = asyncio.get_running_loop()
        # Of a socket that is in error, uvloop tells nobody; this becomes readable then, too.
        self._events = select.epoll()
        self._events.register(self._pgconn.socket, select.EPOLLIN)
        self._prepared: dict[str, Prepared] = {}
        self._first: list[Ask] = []
        """What goes out before whatever is asked next."""

    @property
    def closed(self) -> bool:
        return self._connection.closed

    @property
    def is_idle(self) -> bool:
        """Whether no transaction is open, and no answer is due."""
        return self._pgconn.transaction_status == pq.TransactionStatus.IDLE

    @property
    def has_news(self) -> bool:
        """Whether the server has said something that nobody has read."""
        return bool(self._events.poll(0))

    def fileno(self) -> int:
        """Return the socket's number.

        Raises: psycopg.OperationalError when the connection is closed.
        """
        return self._connection.fileno()

    async def close(self) -> None:
        self._events.close()
        await self._connection.close()

    async def execute(self, statement: str, values: Sequence[Any] = ()) -> Answer:
        """Ask for one thing.

        Raises: psycopg.Error, and what values that cannot be sent raise.
        """
        (answer,) = await self.ask(Ask(statement, values))
        return answer

    async def ask(self, *asks: Ask) -> list[Answer]:
        """Ask for several things in one trip; after the first that fails, none is done.

        Raises: psycopg.Error, and what values that cannot be sent raise.
        """
        if not asks:
            return []
        together = [*self._first, *asks]
        known = [await self.prepare(ask.statement) for ask in together]
        encoded = [one.encode(ask.values) for one, ask in zip(known, together, strict=True)]
        self._first.clear()
        if len(together) == 1:
            self._send(known[0], encoded[0])
            check(results := await self._receive(None))
        else:
            self._pgconn.enter_pipeline_mode()
            for one, values in zip(known, encoded, strict=True):
                self._send(one, values)
            results = await self._finish_pipeline()
        answers = [one.decode(result) for one, result in zip(known, results, strict=True)]
        return answers[-len(asks) :]

    def add(self, ask: Ask) -> None:
        """Ask for something in the trip of whatever is asked next, which is what fails with it."""
        self._first.append(ask)

    async def prepare(self, statement: str) -> Prepared:
        """Have the server know a statement; the second time costs nothing.

        Raises: psycopg.Error, KeyError for a type that no statement had so far.
        """
        if (known := self._prepared.get(statement)) is not None:
            return known
        name = f"ostiary_{len(self._prepared)}".encode()
        text, *rest = statement.split("%b")
        text += "".join(f"${number}{part}" for number, part in enumerate(rest, 1))
        self._pgconn.enter_pipeline_mode()
        self._pgconn.send_prepare(name, text.encode())
        self._pgconn.send_describe_prepared(name)
        _, described = await self._finish_pipeline()
        prepared = self._prepared[statement] = Prepared.of(name, described)
        return prepared

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Do all that is asked for meanwhile, or nothing if the block raises.

        It begins with the first of that, in the same trip.
        """
        self._first.append(_BEGIN)
        try:
            yield
            await self.ask(_COMMIT)
        except BaseException:
            self._first.clear()
            if not (self.closed or self.is_idle):
                await self._roll_back()
            raise

    async def _roll_back(self) -> None:
        try:
            await self.ask(_ROLLBACK)
        except psycopg.Error:
            # Why the block failed is what matters; and the server rolls back what it loses.
            await self.close()

    def _send(self, prepared: Prepared, values: Sequence[bytes | None]) -> None:
        self._pgconn.send_query_prepared(prepared.name, values, prepared.formats, BINARY)

    async def _finish_pipeline(self) -> list[PGresult]:
        self._pgconn.pipeline_sync()
        results = await self._receive(pq.ExecStatus.PIPELINE_SYNC)
        self._pgconn.exit_pipeline_mode()
        check(results)
        return results

    async def _receive(self, last: pq.ExecStatus | None) -> list[PGresult]:
        """Wait for all results, until one of the status `last`, or the end of them."""
        receiving = Receiving(self._pgconn, self._events, self._loop.create_future(), last)
        number = self._events.fileno()
        self._loop.add_reader(number, receiving.go_on)
        try:
            receiving.send()
            return await receiving.done
        finally:
            self._loop.remove_reader(number)
