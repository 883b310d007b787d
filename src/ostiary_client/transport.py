"""Driving a conversation over httpx2, in both ways of programming."""

import os
import ssl
import time
from contextlib import aclosing
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
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
from ostiary_client.transport_options import Cert, TransportOptions, Verify

T = TypeVar("T")
_PROBLEMS = (httpx2.RequestError, httpx2.InvalidURL, UnicodeError)


class SyncTransport:
    """Sends requests one by one; safe to share between threads."""

    def __init__(
        self, options: TransportOptions, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._options = options
        self._http = httpx2.Client(
            verify=ssl_context(options.verify, options.cert),
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
            verify=ssl_context(options.verify, options.cert),
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


def ssl_context(verify: Verify, cert: Cert | None = None) -> ssl.SSLContext:
    """Return the context that believes those authorities, and shows that certificate.

    Raises: ConfigurationError when they cannot be read, or are to be anybody.
    """
    if isinstance(verify, ssl.SSLContext):
        if cert is not None:
            raise ConfigurationError(
                "Both a certificate and a whole context for TLS are given",
                remedy="Load the certificate into a context of its own, or name the authorities' "
                "file as verify",
            )
        return verify
    context = _trusting(verify)
    if cert is not None:
        _show(context, cert)
    return context


def _trusting(verify: bool | str | Path) -> ssl.SSLContext:  # noqa: FBT001 - as Verify has it
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


def _show(context: ssl.SSLContext, cert: Cert) -> None:
    """Have a context show a certificate to servers that ask for one."""
    certificate, key = cert if isinstance(cert, tuple) else (cert, cert)
    try:
        # A password is never asked for at the terminal: an encrypted key is refused at once.
        context.load_cert_chain(certificate, key, password="")
    except (OSError, ssl.SSLError) as error:
        unfit = "they must be in PEM form, not encrypted, and belong together"
        reason = unfit if isinstance(error, ssl.SSLError) else error.strerror
        raise ConfigurationError(
            f"The certificate {printable(str(certificate))} cannot be used with the key "
            f"{printable(str(key))}: {reason}"
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
