"""Driving a conversation over httpx2, in both ways of programming."""

import os
import ssl
import time
from contextlib import aclosing
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlsplit

import anyio
import httpx2

from ostiary_client import transport_errors
from ostiary_client.errors import ConfigurationError, UnreadableResponseError
from ostiary_client.printable import printable
from ostiary_client.protocol.messages import Exchange, Request, Response
from ostiary_client.received_body import ACCEPTED_ENCODING, ReceivedBody
from ostiary_client.transport_options import TransportOptions, Verify

T = TypeVar("T")
_PROBLEMS = (httpx2.RequestError, httpx2.InvalidURL, UnicodeError)


class SyncTransport:
    """Sends requests one by one; safe to share between threads."""

    def __init__(
        self, options: TransportOptions, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._options = options
        self._http = httpx2.Client(
            verify=ssl_context(options.verify),
            timeout=options.timeout_seconds,
            follow_redirects=False,
            headers={"accept-encoding": ACCEPTED_ENCODING},
            cookies=_no_cookies(),
            transport=transport,
        )

    def run(self, exchange: Exchange[T]) -> T:
        """Hold a conversation to its end, and return what it was for.

        Raises: ConfigurationError when the transport was closed; what the conversation raises.
        """
        try:
            _check_open(self._http)
            request = next(exchange)
            while True:
                if request.after_seconds > 0:
                    time.sleep(request.after_seconds)
                try:
                    response = self._send(request)
                except _PROBLEMS as error:
                    request = exchange.throw(transport_errors.translate(error, request.url))
                except UnreadableResponseError as error:
                    request = exchange.throw(error)
                else:
                    request = exchange.send(response)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        finally:
            exchange.close()

    def _send(self, request: Request) -> Response:
        with self._http.stream(
            request.method, request.url, headers=dict(request.headers), content=request.body
        ) as answer:
            body = _body(request, answer, self._options.timeout_seconds)
            for piece in answer.iter_raw():
                body.add(piece)
            return _response(answer, body)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncTransport:
    """Sends requests from coroutines, under asyncio or trio."""

    def __init__(
        self, options: TransportOptions, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._options = options
        self._http = httpx2.AsyncClient(
            verify=ssl_context(options.verify),
            timeout=options.timeout_seconds,
            follow_redirects=False,
            headers={"accept-encoding": ACCEPTED_ENCODING},
            cookies=_no_cookies(),
            transport=transport,
        )

    async def run(self, exchange: Exchange[T]) -> T:
        """Hold a conversation to its end, and return what it was for.

        Raises: ConfigurationError when the transport was closed; what the conversation raises.
        """
        try:
            _check_open(self._http)
            request = next(exchange)
            while True:
                if request.after_seconds > 0:
                    await anyio.sleep(request.after_seconds)
                try:
                    response = await self._send(request)
                except _PROBLEMS as error:
                    request = exchange.throw(transport_errors.translate(error, request.url))
                except UnreadableResponseError as error:
                    request = exchange.throw(error)
                else:
                    request = exchange.send(response)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        finally:
            exchange.close()

    async def _send(self, request: Request) -> Response:
        with anyio.move_on_after(2 * self._options.timeout_seconds):
            return await self._receive(request)
        raise httpx2.ReadTimeout("the answer came too slowly")

    async def _receive(self, request: Request) -> Response:
        async with self._http.stream(
            request.method, request.url, headers=dict(request.headers), content=request.body
        ) as answer:
            body = _body(request, answer, self._options.timeout_seconds)
            async with aclosing(answer.aiter_raw()) as pieces:  # trio minds a generator left over
                async for piece in pieces:
                    body.add(piece)
            return _response(answer, body)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()


def ssl_context(verify: Verify) -> ssl.SSLContext:
    """Return the context that believes those authorities.

    Raises: ConfigurationError when they cannot be read, or are to be anybody.
    """
    if isinstance(verify, ssl.SSLContext):
        return verify
    if verify is False:
        raise ConfigurationError(
            "Switching off the check of certificates would send secrets to anybody",
            remedy="Name the authority's certificate instead: verify='ca.pem'",
        )
    try:
        if verify is True:
            return httpx2.create_ssl_context()
        return ssl.create_default_context(cafile=verify)
    except (OSError, ssl.SSLError) as error:
        named = os.environ.get("SSL_CERT_FILE", "this machine") if verify is True else verify
        reason = getattr(error, "strerror", None) or "no PEM certificates in it"
        raise ConfigurationError(
            f"The authorities' certificates of {printable(str(named))} cannot be read: {reason}"
        ) from None


def _body(request: Request, answer: httpx2.Response, seconds: float) -> ReceivedBody:
    server = printable(urlsplit(request.url).netloc)
    return ReceivedBody(server, answer.headers.get("content-encoding", ""), seconds)


def _check_open(http: httpx2.Client | httpx2.AsyncClient) -> None:
    if http.is_closed:
        raise ConfigurationError(
            "The client is closed", remedy="Use it inside its `with` block, or make a new one"
        )


def _response(answer: httpx2.Response, body: ReceivedBody) -> Response:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    set_cookies = tuple(answer.headers.get_list("set-cookie"))
    return Response(answer.status_code, headers, body.whole(), set_cookies)


def _no_cookies() -> CookieJar:
    """Return a jar that stays empty: a server's session is none of a client's, nor of others."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))
