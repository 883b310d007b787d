"""HTTP on inherited sockets: what requests have of each other."""

import asyncio
import socket
from contextvars import ContextVar

from ostiary.http.asgi import Receive, Scope, Send
from ostiary.http.protocol import EdgeProtocol
from ostiary.main.worker.acceptor import Room
from ostiary.main.worker.http_server import HTTPServer

ASKED = 5
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

_said: ContextVar[bytes] = ContextVar("said", default=b"nothing")


async def _say(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what an earlier request said in this one's context."""
    body = _said.get()
    _said.set(b"something")
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def test_a_request_that_waits_for_another_one_has_a_context_of_its_own() -> None:
    server = HTTPServer(_say, EdgeProtocol, Room(limit=10))
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    server.listen(listening, lambda: None)
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    writer.write(ASKED * GET)
    writer.write_eof()
    answers = await reader.read()
    writer.close()
    server.stop_accepting()
    assert (answers.count(b"nothing"), answers.count(b"something")) == (ASKED, 0)
