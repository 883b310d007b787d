"""One request and its answer, on a connection of their own: nothing is shared by accident."""

import ssl
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import httpcore2

from ostiary.adapters.outbound.checked_network import CheckedNetwork
from ostiary.adapters.outbound.resolving import Resolve
from ostiary.core.base.outbound import OutboundRules, OutboundTarget
from ostiary.core.ports.fetcher import Fetched, FetchFailedError, FetchFailure, FetchRequest

CONNECT_SECONDS = 2.0
MAX_HEADERS = 100
MAX_HEADER_BYTES = 16 * 1024
_REDIRECTS = range(300, 400)
_PLAIN = frozenset({"", "identity"})
_Headers = list[tuple[bytes, bytes]]


class Exchanger:
    """Sends requests; it follows no redirect, unpacks nothing, and reads no more than it must."""

    def __init__(self, rules: OutboundRules, resolve: Resolve, context: ssl.SSLContext) -> None:
        self._rules = rules
        self._resolve = resolve
        self._context = context

    async def exchange(self, target: OutboundTarget, request: FetchRequest) -> Fetched:
        """Connect, send, and read the answer.

        Raises: FetchFailedError.
        """
        try:
            async with self._connected(target) as connection:
                return await _exchange(connection, target, request)
        except httpcore2.TimeoutException:
            raise FetchFailedError(FetchFailure.TIME) from None
        except httpcore2.ConnectError as error:
            is_tls = isinstance(error.__cause__, ssl.SSLError)
            raise FetchFailedError(FetchFailure.TLS if is_tls else FetchFailure.CONNECT) from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            raise FetchFailedError(FetchFailure.PROTOCOL) from None

    @asynccontextmanager
    async def _connected(
        self, target: OutboundTarget
    ) -> AsyncIterator[httpcore2.AsyncHTTPConnection]:
        network = CheckedNetwork(self._rules, self._resolve)
        connection = httpcore2.AsyncHTTPConnection(
            httpcore2.Origin(target.scheme.encode(), target.host.encode(), target.port),
            ssl_context=self._context,
            network_backend=network,
        )
        async with aclosing(network), aclosing(connection):
            yield connection


async def _exchange(
    connection: httpcore2.AsyncHTTPConnection, target: OutboundTarget, request: FetchRequest
) -> Fetched:
    url = httpcore2.URL(
        scheme=target.scheme.encode(),
        host=target.host.encode(),
        port=target.port,
        target=target.target.encode(),
    )
    answer = await connection.handle_async_request(
        httpcore2.Request(
            request.method.encode(),
            url,
            headers=_headers(target, request),
            content=request.body,
            extensions={"timeout": {"connect": CONNECT_SECONDS}},
        )
    )
    async with aclosing(answer):
        content_type = _check_head(answer, request)
        return Fetched(answer.status, content_type, await _read_body(answer, request.max_bytes))


def _headers(target: OutboundTarget, request: FetchRequest) -> _Headers:
    headers = [
        (b"Host", target.authority.encode()),
        (b"Accept", request.accept.encode()),
        # Nothing is ever unpacked, so nothing small can become large.
        (b"Accept-Encoding", b"identity"),
        (b"User-Agent", b"ostiary"),
        (b"Connection", b"close"),
    ]
    if request.method == "POST":
        headers.append((b"Content-Length", str(len(request.body)).encode()))
    if request.content_type is not None:
        headers.append((b"Content-Type", request.content_type.encode()))
    if request.authorization is not None:
        headers.append((b"Authorization", request.authorization.encode()))
    return headers


def _check_head(answer: httpcore2.Response, request: FetchRequest) -> str | None:
    """Refuse what needs no reading, and return the content type."""
    headers = answer.headers
    size = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > MAX_HEADERS or size > MAX_HEADER_BYTES:
        raise FetchFailedError(FetchFailure.HEADERS)
    if answer.status in _REDIRECTS:
        raise FetchFailedError(FetchFailure.REDIRECT)
    if _find(headers, b"content-encoding").strip().lower() not in _PLAIN:
        raise FetchFailedError(FetchFailure.ENCODING)
    length = _find(headers, b"content-length")
    if length.isdecimal() and int(length) > request.max_bytes:
        raise FetchFailedError(FetchFailure.SIZE)
    return _find(headers, b"content-type") or None


async def _read_body(answer: httpcore2.Response, max_bytes: int) -> bytes:
    body = bytearray()
    async with aclosing(answer.aiter_stream()) as parts:
        async for part in parts:
            body += part
            if len(body) > max_bytes:
                raise FetchFailedError(FetchFailure.SIZE)
    return bytes(body)


def _find(headers: _Headers, name: bytes) -> str:
    found = (value for key, value in headers if key.lower() == name)
    return b", ".join(found).decode("latin-1")
