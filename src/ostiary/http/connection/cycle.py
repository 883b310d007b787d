"""uvicorn's request/response cycle, with less work for requests and answers like ours."""

import asyncio

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent, HTTPScope
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

_CLOSE = (b"connection", b"close")
_STATUS = {status: line.removesuffix(b"\r\n") for status, line in STATUS_LINE.items()}


class EdgeCycle(RequestResponseCycle):
    """One request and its answer, written in one piece.

    uvicorn searches every header name and value for forbidden characters, a microsecond each. Here
    values were checked once, in `boundary`, and every answer knows its length.
    """

    disconnected = False
    more_body = True
    response_started = False
    response_complete = False
    _head: tuple[bytes, ...] = ()

    def __init__(
        self,
        scope: HTTPScope,
        protocol: HttpToolsProtocol,
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
        self.on_response = protocol.on_response_complete
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
                self.keep_alive = False
            elif not self.keep_alive:
                headers.append(_CLOSE)
            self._head = (_STATUS[message["status"]], *map(b": ".join, headers), b"")
        elif message["type"] == "http.response.body":
            self.transport.write(b"\r\n".join((*self._head, message["body"])))
            self._head = ()
            if not message.get("more_body", False):
                self._complete()

    def _complete(self) -> None:
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
