"""uvicorn's request/response cycle, with less work for requests and answers like ours."""

import asyncio
from collections.abc import Callable

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent, HTTPScope
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from ostiary.http.connection.outgoing import Outgoing

_CLOSE = (b"connection", b"close")
_CLOSING = b": ".join(_CLOSE)
_STATUS = {status: line.removesuffix(b"\r\n") for status, line in STATUS_LINE.items()}


class EdgeCycle(RequestResponseCycle):
    """One request and its answer, written in one piece, together with others.

    uvicorn searches every header name and value for forbidden characters, a microsecond each. Here
    values were checked once, in `boundary`, and every answer knows its length.
    """

    disconnected = False
    more_body = True
    response_started = False
    response_complete = False
    has_left = False
    """The answer is written, and the connection free for the next one."""
    _head: tuple[bytes, ...] = ()
    """Its lines, until they are written."""
    _rest = b""
    """What of the body is to be written last."""

    def __init__(
        self,
        scope: HTTPScope,
        protocol: HttpToolsProtocol,
        outgoing: Outgoing,
        *,
        expect_100_continue: bool,
        keep_alive: bool,
    ) -> None:
        # uvicorn's own constructor sets twice as many attributes, most to what stands above.
        self.scope = scope
        self.transport = protocol.transport
        self.flow = protocol.flow
        self.logger = protocol.logger
        self.default_headers = protocol.server_state.default_headers
        self._outgoing = outgoing
        self._on_left: Callable[[], None] = protocol.on_response_complete
        self.message_event = asyncio.Event()
        self.waiting_for_100_continue = expect_100_continue
        self.keep_alive = keep_alive
        self.body = bytearray()

    async def receive(self) -> ASGIReceiveEvent:
        if self.more_body or not self.body or self.disconnected or self.response_complete:
            return await super().receive()
        # Nothing more will come, so that there is nothing to wait for.
        body, self.body = bytes(self.body), bytearray()
        self.message_event.clear()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: ASGISendEvent) -> None:
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.transport.is_closing():
            # uvicorn tells only the newest of pipelined requests that the client is gone.
            self.disconnected = True
        if self.disconnected:
            return
        if message["type"] == "http.response.start":
            self.response_started = True
            self.waiting_for_100_continue = False
            headers = [*self.default_headers, *message.get("headers", ())]
            if _CLOSE in headers:
                headers = [header for header in headers if header != _CLOSE]
                self.keep_alive = False
            self._head = (_STATUS[message["status"]], *map(b": ".join, headers))
        elif message["type"] == "http.response.body":
            if message.get("more_body", False):
                self.transport.write(self._behind_head(message["body"]))
                return
            self._rest = message["body"]
            self.response_complete = True
            self.message_event.set()
            self._outgoing.put(self.leave)

    def leave(self) -> None:
        """Write the answer, if it waits for others to leave with: now there is no time for that."""
        if not self.response_complete or self.has_left:
            return
        self.has_left = True
        rest, self._rest = self._rest, b""
        if not self.transport.is_closing():
            self._write_last(self._behind_head(rest))
        # The connection refers to this cycle, which lets go of it here.
        on_left, self._on_left = self._on_left, _do_nothing
        on_left()

    def let_go(self) -> None:
        """Forget the connection, which is lost, and what it would have got."""
        self._head, self._rest, self._on_left = (), b"", _do_nothing

    def _write_last(self, data: bytes) -> None:
        try:
            self.transport.write(data)
        except Exception:
            self.transport.abort()  # else nobody would ever close it
            raise
        if not self.keep_alive:
            self.transport.close()

    def _behind_head(self, data: bytes) -> bytes:
        """Return what is to be written: `data`, behind the head if that is not written yet."""
        if not self._head:
            return data
        lines, self._head = self._head, ()
        last_lines = (b"",) if self.keep_alive else (_CLOSING, b"")
        return b"\r\n".join((*lines, *last_lines, data))


def _do_nothing() -> None:
    """Take the place of a connection that has gone on."""
