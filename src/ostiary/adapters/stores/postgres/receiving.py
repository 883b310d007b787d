"""The results of one trip to the database, as they come in."""

import asyncio
import select
from collections.abc import Sequence

import psycopg
from psycopg import errors, pq
from psycopg.pq.abc import PGconn, PGresult

_GOOD = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})


class Receiving:
    """Collects results until one of the status `last`, or without that to their end.

    Args: events tells of the connection's socket.
    """

    def __init__(
        self,
        pgconn: PGconn,
        events: select.epoll,
        done: "asyncio.Future[list[PGresult]]",
        last: pq.ExecStatus | None,
    ) -> None:
        self.done = done
        self._pgconn = pgconn
        self._events = events
        self._last = last
        self._is_sending = False
        self._results: list[PGresult] = []

    def send(self) -> None:
        """Send what libpq holds back: more than the socket took at once, which is rare."""
        try:
            is_held_back = bool(self._pgconn.flush())
        except psycopg.Error as error:
            self._fail(error)
            return
        if self._pgconn.status == pq.ConnStatus.BAD:
            self._read()  # libpq has closed the socket: no event will come
        elif is_held_back is not self._is_sending:
            self._is_sending = is_held_back
            wanted = select.EPOLLIN | select.EPOLLOUT if is_held_back else select.EPOLLIN
            self._events.modify(self._pgconn.socket, wanted)

    def go_on(self) -> None:
        """Take what has come, and send what is left."""
        self._read()
        if self._is_sending and not self.done.done():
            self.send()

    def _read(self) -> None:
        if self.done.done():
            return
        try:
            self._pgconn.consume_input()
            self._take()
        except psycopg.Error as error:
            self._take()
            self._fail(error)

    def _fail(self, error: psycopg.Error) -> None:
        if not self.done.done():
            # A server that ends says why before it hangs up.
            said = [result for result in self._results if result.status not in _GOOD]
            self.done.set_exception(errors.error_from_result(said[0]) if said else error)

    def _take(self) -> None:
        while not (self.done.done() or self._pgconn.is_busy()):
            result = self._pgconn.get_result()
            if result is None:
                # In a pipeline, this is the end of one answer; or of all, if nothing more can come.
                if self._last is None:
                    self.done.set_result(self._results)
                elif self._pgconn.status == pq.ConnStatus.BAD:
                    self._fail(psycopg.OperationalError("the connection is lost"))
            elif result.status == self._last:
                self.done.set_result(self._results)
            else:
                self._results.append(result)


def check(results: Sequence[PGresult]) -> None:
    """Raise the first error among results.

    Raises: psycopg.Error.
    """
    for result in results:
        if result.status not in _GOOD:
            raise errors.error_from_result(result)
