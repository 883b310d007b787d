"""uvicorn's HTTP/1.1 protocol with the limits that it leaves out.

The application is not called before a request's head is whole, so all that can go wrong until then
is judged here: sizes, deadlines and the form of the request target. What goes wrong in a body is
handed to the application, which waits for it and knows the endpoint's error shape.
"""

import asyncio
from math import inf
from typing import Any, ClassVar, cast

import httptools
from uvicorn._types import ASGI3Application, HTTPScope
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from ostiary.core.base.errors import ProtocolError, UnavailableError
from ostiary.http.asgi import REFUSAL, Scope
from ostiary.http.connection.cycle import EdgeCycle
from ostiary.http.connection.deadline import Deadline
from ostiary.http.connection.head import (
    MAX_HEADERS,
    MAX_URL_BYTES,
    check_size,
    check_upgrade,
    check_version,
    origin_form,
    reason_of,
    write_without_upgrade,
)
from ostiary.http.connection.outgoing import outgoing_of
from ostiary.http.connection.tls import tls_extension
from ostiary.http.errors import Headers, bad_request, too_late
from ostiary.http.oauth_json import render_error
from ostiary.http.security_headers import security_headers

MAX_PIPELINED = 100
"""Requests that one connection may have waiting for their turn; what it asks beyond is refused."""
MAX_REFUSED_BYTES = 2 << 20
"""Read of a connection that is about to end, so that its client gets to read why."""
_ASGI = {"version": "3.0", "spec_version": "2.3"}


class EdgeProtocol(HttpToolsProtocol):
    """One connection.

    Hot path: a request that arrives in one piece starts and stops no timer.
    """

    head_seconds: ClassVar[float] = 10.0
    body_seconds: ClassVar[float] = 30.0
    """For a body to arrive, and for an answer to be taken."""
    linger_seconds: ClassVar[float] = 1.0
    security_headers: ClassVar[Headers] = security_headers(is_dev=False)

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._outgoing = outgoing_of(server_state)
        self._current: EdgeCycle | None = None
        self._deadline = Deadline(self.loop, self._end_late)
        self._is_in_head = False
        self._is_in_body = False
        self._is_declining = False
        self._is_refused = False
        self._chunk_bytes = self._first_chunk_bytes = self._received_bytes = 0
        self._extensions: dict[str, Any] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client is not None:
            # On a socket for both families an IPv4 caller is the same as on one for IPv4 alone.
            self.client = (self.client[0].removeprefix("::ffff:"), self.client[1])
        tls = tls_extension(transport)
        self._extensions = {"tls": tls} if tls else {}
        self._deadline.set(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.stop()
        super().connection_lost(exc)
        for cycle in (self._current, *(waiting for waiting, _ in self.pipeline)):
            if cycle is not None:
                cast(EdgeCycle, cycle).let_go()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Let answers leave that are there or still to come, then close.

        A client that has no more to ask may still wait for them, or take nothing any more. Over TLS
        the connection closes when this returns, whatever it says.
        """
        self._leave_now()
        self._deadline.set(self.body_seconds)
        waits = self._is_answering() and not self._is_in_body and self.transport.can_write_eof()
        if waits:
            self.cycle.keep_alive = False
        return waits

    def data_received(self, data: bytes) -> None:
        self._received_bytes += len(data)
        if not self._is_refused:
            self._parse(data)
        elif self._received_bytes > MAX_REFUSED_BYTES:
            self.flow.pause_reading()

    def _parse(self, data: bytes) -> None:
        self._chunk_bytes = len(data)
        try:
            self.parser.feed_data(data)
            if self._is_in_head:
                hidden_bytes = self._received_bytes - self._first_chunk_bytes
                check_size(self.url, self.headers, hidden_bytes)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self._refuse(reason_of(error, data))
        except ProtocolError as refusal:
            self._refuse(refusal)
        else:
            if (self._is_in_head or self._is_in_body) and self._deadline.at == inf:
                self._deadline.set(self.head_seconds if self._is_in_head else self.body_seconds)

    def on_message_begin(self) -> None:
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._first_chunk_bytes = self._received_bytes = self._chunk_bytes
        self._is_in_head = True
        self._await_nothing()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_in_body:
            raise bad_request("Trailer fields are not supported.")
        name = name.lower()
        if name == b"expect":
            self.expect_100_continue = value.lower() == b"100-continue"
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._await_nothing()
        if self._received_bytes > MAX_URL_BYTES or len(self.headers) > MAX_HEADERS:
            check_size(self.url, self.headers)
        check_version(self.parser.get_http_version())
        if self.parser.should_upgrade():
            check_upgrade(self.parser.get_method(), is_pipelined=self._is_declining)
            return
        if self.url[:1] != b"/":
            self.url = origin_form(self.url, self.headers)
        if self._is_crowded() or len(self.pipeline) >= MAX_PIPELINED:
            raise UnavailableError("The server is busy.", retry_after_seconds=1)
        self._begin_answer()
        self._is_in_body = True

    def on_message_complete(self) -> None:
        if self._is_in_body:
            self._is_in_body = False
            self._await_nothing()
            super().on_message_complete()

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self.pipeline and not self.transport.is_closing():
            # Reading goes on when none is left, or more would come in than goes out.
            self._start_asgi_task(*self.pipeline.pop())
            return
        self.flow.resume_reading()
        if self.transport.is_closing():
            self._deadline.set(self.body_seconds)
        elif not self._is_in_head and not self._is_in_body and not self.flow.write_paused:
            self._deadline.set(self.timeout_keep_alive)

    def _begin_answer(self) -> None:
        """Call the application, now or after the answers that are still to come.

        uvicorn's own way from here decodes the path, which our routes take as it stands.
        """
        path, _, query = self.url.partition(b"?")
        version = self.parser.get_http_version()
        scope: Scope = {
            "type": "http",
            "asgi": _ASGI,
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "method": self.parser.get_method().decode(),
            "root_path": "",
            "path": path.decode("ascii"),
            "raw_path": path,
            "query_string": query,
            "headers": self.headers,
            "extensions": self._extensions,
        }
        was_answering = self._is_answering()
        self.cycle = EdgeCycle(
            cast(HTTPScope, scope),
            self,
            self._outgoing,
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and self.parser.should_keep_alive(),
        )
        if was_answering:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))
        else:
            self._start_asgi_task(self.cycle, self.app)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._current = cast(EdgeCycle, cycle)
        super()._start_asgi_task(cycle, app)

    def _leave_now(self) -> None:
        """Let the answer whose turn it is leave before the others of this turn of the loop."""
        if self._current is not None:
            self._current.leave()

    @property
    def is_new(self) -> bool:
        """Nothing has come on this connection yet: its first request may be on the way."""
        return self._received_bytes == 0 and not self._is_refused

    @property
    def is_asking(self) -> bool:
        """The head of a request has begun to come, and is not whole."""
        return self._is_in_head

    def _await_nothing(self) -> None:
        """Clear the deadline, but not that of an answer which the client does not take."""
        if not self.flow.write_paused:
            self._deadline.at = inf

    def _is_crowded(self) -> bool:
        limit = self.limit_concurrency
        return limit is not None and (len(self.connections) >= limit or len(self.tasks) >= limit)

    def _decline_upgrade(self, rest: bytes) -> None:
        """Read the request again without its wish for another protocol, as a server may.

        The parser takes everything after such a head for that other protocol, so that a body would
        be lost. Java's client asks for h2c on every plain connection.

        Spec: RFC 9110 §7.8.
        """
        version = self.parser.get_http_version()
        head = write_without_upgrade(self.parser.get_method(), self.url, version, self.headers)
        self.parser = httptools.HttpRequestParser(self)
        self._is_declining = True
        self._parse(head + rest)
        self._is_declining = False

    def shutdown(self) -> None:
        """Close the connection now, or with the answer that is still to leave."""
        if self._is_answering():
            self.cycle.keep_alive = False
        else:
            self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._deadline.set(self.body_seconds)

    def _end_late(self) -> None:
        if self.transport.is_closing() or self.flow.write_paused:
            # The client does not take its answer: what is left of it will never be sent.
            self.transport.abort()
        elif self._is_in_head or self._is_in_body:
            self._refuse(too_late())
        elif not self._is_answering():
            self.transport.close()
            self._deadline.set(self.linger_seconds)

    def _refuse(self, refusal: ProtocolError) -> None:
        """End the connection: what it brings from here on cannot be read as requests."""
        self._is_refused = True
        self._received_bytes = 0
        self._await_nothing()
        self._leave_now()
        if self._is_answering():
            self.cycle.keep_alive = False
            if self._is_in_body:
                cast(Scope, self.cycle.scope)[REFUSAL] = refusal
                self.cycle.message_event.set()
        elif self.transport.is_closing():
            pass  # the answer that has just left was the last one, and has its deadline
        elif self._is_in_body:
            self.transport.close()
            self._deadline.set(self.body_seconds)
        else:
            self._answer_and_close(refusal)

    def _is_answering(self) -> bool:
        """Tell whether an answer is still to come, of this request or of an earlier one."""
        cycle: EdgeCycle | None = cast(EdgeCycle | None, self.cycle)
        return cycle is not None and not cycle.has_left

    def _answer_and_close(self, refusal: ProtocolError) -> None:
        response = render_error(refusal, None)
        headers = (
            *response.headers,
            *self.security_headers,
            (b"content-length", b"%d" % len(response.body)),
            (b"connection", b"close"),
        )
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[response.status] + lines + b"\r\n" + response.body)
        # Closing at once would reset the connection under a client that still writes.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._is_in_head = self._is_in_body = False
        has_all_left = self.transport.get_write_buffer_size() == 0
        self._deadline.set(self.linger_seconds if has_all_left else self.body_seconds)


class DevelopmentEdgeProtocol(EdgeProtocol):
    """The same, for a server in development mode."""

    security_headers: ClassVar[Headers] = security_headers(is_dev=True)
