"""uvicorn's HTTP/1.1 protocol with the limits that it leaves out.

The application is not called before a request's head is whole, so all that can go wrong until then
is judged here: sizes, deadlines and the form of the request target. What goes wrong in a body is
handed to the application, which waits for it and knows the endpoint's error shape.
"""

import asyncio
import re
from math import inf
from typing import Any, ClassVar, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from ostiary.core.base.errors import ProtocolError, UnavailableError
from ostiary.http.asgi import REFUSAL, Scope
from ostiary.http.cycle import EdgeCycle
from ostiary.http.deadline import Deadline
from ostiary.http.errors import (
    Headers,
    RequestRefused,
    bad_request,
    method_not_allowed,
    too_late,
)
from ostiary.http.guard import parse_host
from ostiary.http.oauth_json import render_error
from ostiary.http.security_headers import security_headers
from ostiary.http.tls import tls_extension

MAX_URL_BYTES = 16 * 1024
MAX_HEADER_BYTES = 32 * 1024
MAX_HEADERS = 100

_SOUND_REQUEST_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} /")
_UPGRADE_HEADERS = frozenset({b"connection", b"upgrade", b"http2-settings"})
_ALL_METHODS = b"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"


class EdgeProtocol(HttpToolsProtocol):
    """One connection.

    Hot path: a request that arrives in one piece starts and stops no timer.
    """

    head_seconds: ClassVar[float] = 10.0
    body_seconds: ClassVar[float] = 30.0
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
        self._deadline = Deadline(self.loop, self._end_late)
        self._is_in_head = False
        self._is_in_body = False
        self._is_declining = False
        self._is_refused = False
        self._chunk_bytes = self._first_chunk_bytes = self._received_bytes = 0
        self._extensions: dict[str, Any] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        tls = tls_extension(transport)
        self._extensions = {"tls": tls} if tls else None
        self._deadline.set(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._is_refused:
            self._received_bytes += len(data)
            self._parse(data)

    def _parse(self, data: bytes) -> None:
        self._chunk_bytes = len(data)
        try:
            self.parser.feed_data(data)
            if self._is_in_head:
                self._check_head_size(self._received_bytes - self._first_chunk_bytes)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self._refuse(_reason(error, data))
        except ProtocolError as refusal:
            self._refuse(refusal)
        else:
            if (self._is_in_head or self._is_in_body) and self._deadline.at == inf:
                self._deadline.set(self.head_seconds if self._is_in_head else self.body_seconds)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._extensions is not None:
            self.scope["extensions"] = self._extensions
        self._first_chunk_bytes = self._received_bytes = self._chunk_bytes
        self._is_in_head = True
        self._deadline.at = inf

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_in_body:
            raise bad_request("Trailer fields are not supported.")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._deadline.at = inf
        if self._received_bytes > MAX_URL_BYTES or len(self.headers) > MAX_HEADERS:
            self._check_head_size(0)
        if self.parser.should_upgrade():
            self._check_upgrade()
            return
        if self.url[:1] != b"/" or b"#" in self.url:
            self._check_absolute_target()
        if self._is_crowded():
            raise UnavailableError("The server is busy.", retry_after_seconds=1)
        self._begin_answer()
        self._is_in_body = True

    def on_message_complete(self) -> None:
        if self._is_in_body:
            self._is_in_body = False
            self._deadline.at = inf
            super().on_message_complete()

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        if self.transport.is_closing():
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif not self._is_in_head and not self._is_in_body:
            self._deadline.set(self.timeout_keep_alive)

    def _begin_answer(self) -> None:
        """Call the application, now or after the answers that are still to come.

        This is what uvicorn does at the end of a head, without decoding the path, which our routes
        take as it stands.
        """
        scope, parser = cast(Scope, self.scope), self.parser
        version = scope["http_version"] = parser.get_http_version()
        scope["method"] = parser.get_method().decode()
        scope["raw_path"], _, scope["query_string"] = self.url.partition(b"?")
        scope["path"] = scope["raw_path"].decode("ascii")
        was_answering = self._is_answering()
        self.cycle = EdgeCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        if was_answering:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))
        else:
            self._start_asgi_task(self.cycle, self.app)

    def _is_crowded(self) -> bool:
        limit = self.limit_concurrency
        return limit is not None and (len(self.connections) >= limit or len(self.tasks) >= limit)

    def _decline_upgrade(self, rest: bytes) -> None:
        """Read the request again without its wish for another protocol, as a server may.

        The parser takes everything after such a head for that other protocol, so that a body would
        be lost. Java's client asks for h2c on every plain connection.

        Spec: RFC 9110 §7.8.
        """
        head = b"%b %b HTTP/%b\r\n" % (
            self.parser.get_method(),
            self.url,
            self.parser.get_http_version().encode(),
        )
        for name, value in self.headers:
            if name not in _UPGRADE_HEADERS:
                head += b"%b: %b\r\n" % (name, value)
        self.parser = httptools.HttpRequestParser(self)
        self._is_declining = True
        self._parse(head + b"\r\n" + rest)
        self._is_declining = False

    def _check_upgrade(self) -> None:
        if self.parser.get_method() == b"CONNECT":
            raise method_not_allowed(_ALL_METHODS)
        if self._is_declining:
            raise bad_request("Requests for an upgrade cannot be pipelined.")

    def _check_absolute_target(self) -> None:
        """Take an absolute target only if it names the very host of the Host header.

        The server passes on its path alone, so that the guard sees only that header.

        Spec: RFC 9112 §3.2.2.
        """
        target = httptools.parse_url(self.url)
        host = parse_host(b",".join(value for name, value in self.headers if name == b"host"))
        if target.schema not in (b"http", b"https") or target.userinfo or target.fragment:
            raise bad_request("The request target is malformed.")
        if (target.host or b"").strip(b"[]").decode("latin-1").lower() != host:
            raise bad_request("The request target names another host than the header host.")
        self.url = (target.path or b"/") + (b"?" + target.query if target.query else b"")

    def _check_head_size(self, hidden_bytes: int) -> None:
        """Refuse a head that is too large; a header that is not whole yet is in `hidden_bytes`."""
        if len(self.url) > MAX_URL_BYTES:
            raise RequestRefused(414, f"The URL is longer than {MAX_URL_BYTES} bytes.")
        if len(self.headers) > MAX_HEADERS:
            raise RequestRefused(431, f"The request has more than {MAX_HEADERS} headers.")
        visible_bytes = sum(len(name) + len(value) for name, value in self.headers)
        if max(visible_bytes, hidden_bytes) > MAX_HEADER_BYTES:
            raise RequestRefused(431, f"The headers are larger than {MAX_HEADER_BYTES} bytes.")

    def _end_late(self) -> None:
        if self._is_in_head or self._is_in_body:
            self._refuse(too_late())
        else:
            self.transport.close()

    def _refuse(self, refusal: ProtocolError) -> None:
        """End the connection: what it brings from here on cannot be read as requests."""
        self._is_refused = True
        self._deadline.at = inf
        if self._is_answering():
            self.cycle.keep_alive = False
            if self._is_in_body:
                cast(Scope, self.cycle.scope)[REFUSAL] = refusal
                self.cycle.message_event.set()
        elif self._is_in_body:
            self.transport.close()
        else:
            self._answer_and_close(refusal)

    def _is_answering(self) -> bool:
        """Tell whether an answer is still to come, of this request or of an earlier one."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

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
        self._deadline.set(self.linger_seconds)


class DevelopmentEdgeProtocol(EdgeProtocol):
    """The same, for a server in development mode."""

    security_headers: ClassVar[Headers] = security_headers(is_dev=True)


def _reason(error: httptools.HttpParserError, data: bytes) -> ProtocolError:
    if isinstance(error.__context__, ProtocolError):
        return error.__context__
    is_method = isinstance(error, httptools.HttpParserInvalidMethodError)
    if is_method and _SOUND_REQUEST_LINE.match(data):
        return method_not_allowed(_ALL_METHODS)
    return bad_request("The request is not well-formed HTTP.")
