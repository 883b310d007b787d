"""uvicorn's request/response cycle, writing our answers with less work."""

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle


class EdgeCycle(RequestResponseCycle):
    """One request and its answer, written in one piece.

    uvicorn searches every header name and value for forbidden characters, a microsecond each. Here
    values were checked once, in `boundary`, and every answer knows its length.
    """

    _head = b""

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
            parts = [STATUS_LINE[message["status"]]]
            for name, value in (*self.default_headers, *message.get("headers", ())):
                if name == b"connection":
                    self.keep_alive = False
                else:
                    parts += (name, b": ", value, b"\r\n")
            parts.append(b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n")
            self._head = b"".join(parts)
        elif message["type"] == "http.response.body":
            self.transport.write(self._head + message["body"])
            self._head = b""
            if not message.get("more_body", False):
                self._complete()

    def _complete(self) -> None:
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
