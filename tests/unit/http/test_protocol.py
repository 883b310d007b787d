"""What the protocol adds to a connection: the client's certificate, and a limit on how many."""

import asyncio
import contextlib
import hashlib
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate
from uvicorn.server import ServerState

from ostiary.core.crypto.certificates import self_signed
from ostiary.core.crypto.keys import dump_private_pem, generate
from ostiary.http.application import Application
from ostiary.http.message import NO_STORE, Request, Response, text_response
from ostiary.http.oauth_json import render_error
from ostiary.http.protocol import DevelopmentEdgeProtocol, EdgeProtocol
from ostiary.http.route import Route, RouteTable

GET = b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
LARGE = 1024 * 1024 * "x"


async def get_certificate(request: Request) -> Response:
    """Tell which certificate the client showed."""
    der = request.client_certificate
    shown = hashlib.sha256(der).hexdigest() if der else "none"
    return text_response(f"{shown} {request.is_secure}", headers=NO_STORE)


async def get_address(request: Request) -> Response:
    """Tell where the client is."""
    return text_response(request.address, headers=NO_STORE)


async def get_late(request: Request) -> Response:
    """Answer after a moment."""
    await asyncio.sleep(0.05)
    return text_response("late", headers=NO_STORE)


async def get_large(request: Request) -> Response:
    """Answer with more than sockets hold."""
    return text_response(LARGE, headers=NO_STORE)


@asynccontextmanager
async def serving(
    protocol: type[EdgeProtocol] = EdgeProtocol,
    *,
    tls: ssl.SSLContext | None = None,
    limit: int | None = None,
    default_headers: tuple[tuple[bytes, bytes], ...] = (),
    listening: socket.socket | None = None,
) -> AsyncIterator[int]:
    """Serve a few routes on a free port of this machine."""
    application = Application(
        RouteTable(
            [
                Route("/x", {"GET": get_certificate}, render_error),
                Route("/address", {"GET": get_address}, render_error),
                Route("/late", {"GET": get_late}, render_error),
                Route("/large", {"GET": get_large}, render_error),
            ]
        ),
        allowed_hosts=lambda: frozenset({"localhost"}),
        report=lambda error_id, error: None,
    )
    config = uvicorn.Config(
        application,
        http=protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        proxy_headers=False,
        limit_concurrency=limit,
    )
    config.load()
    state = ServerState()
    state.default_headers = list(default_headers)
    loop = asyncio.get_running_loop()
    listening = listening or socket.create_server(("127.0.0.1", 0))
    server = await loop.create_server(lambda: protocol(config, state, {}), sock=listening, ssl=tls)
    async with server:
        yield listening.getsockname()[1]


async def ask(port: int, tls: ssl.SSLContext | None = None, request: bytes = GET) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


class Identity:
    """A key and a certificate of its own, in files as ssl wants them."""

    def __init__(self, name: str, directory: Path) -> None:
        key = generate("ES256")
        self.der = self_signed(key, name, now=1_750_000_000)
        self.certificate = directory / f"{name}.crt"
        self.key = directory / f"{name}.key"
        pem = load_der_x509_certificate(self.der).public_bytes(Encoding.PEM)
        self.certificate.write_bytes(pem)
        self.key.write_bytes(dump_private_pem(key))

    def context(self, purpose: ssl.Purpose, *trusted: "Identity") -> ssl.SSLContext:
        side = ssl.PROTOCOL_TLS_SERVER if purpose is ssl.Purpose.CLIENT_AUTH else None
        context = ssl.SSLContext(side or ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_OPTIONAL if side else ssl.CERT_NONE
        context.load_cert_chain(self.certificate, self.key)
        for other in trusted:
            context.load_verify_locations(other.certificate)
        return context


@pytest.fixture
def server(tmp_path: Path) -> Identity:
    return Identity("server", tmp_path)


@pytest.fixture
def client(tmp_path: Path) -> Identity:
    return Identity("client", tmp_path)


async def test_a_request_knows_the_certificate_of_its_client(
    server: Identity, client: Identity
) -> None:
    tls = server.context(ssl.Purpose.CLIENT_AUTH, client)
    async with serving(tls=tls) as port:
        answer = await ask(port, client.context(ssl.Purpose.SERVER_AUTH))
    assert answer.endswith(f"{hashlib.sha256(client.der).hexdigest()} True".encode())


async def test_a_client_may_show_no_certificate(server: Identity, client: Identity) -> None:
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    plain.check_hostname, plain.verify_mode = False, ssl.CERT_NONE
    async with serving(tls=server.context(ssl.Purpose.CLIENT_AUTH, client)) as port:
        assert (await ask(port, plain)).endswith(b"none True")


async def test_a_certificate_that_is_not_trusted_opens_no_connection(
    server: Identity, client: Identity
) -> None:
    tls = server.context(ssl.Purpose.CLIENT_AUTH, server)
    answer = b""
    async with serving(tls=tls) as port:
        # Python's client learns of the refusal by an error or by the end, as the race goes.
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            answer = await ask(port, client.context(ssl.Purpose.SERVER_AUTH))
    assert answer == b""


async def test_a_plain_connection_has_neither_certificate_nor_security() -> None:
    forged = GET[:-2] + b"X-Client-Cert: MII\r\nX-SSL-Client-Cert: MII\r\n\r\n"
    async with serving() as port:
        assert (await ask(port, request=forged)).endswith(b"none False")


async def test_a_connection_too_many_is_told_to_come_back() -> None:
    async with serving(limit=1) as port:
        answer = await ask(port)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"\r\nretry-after: 1\r\n" in answer
    assert b'"error":"temporarily_unavailable"' in answer


async def test_a_server_that_says_farewell_closes_with_the_answer() -> None:
    keep = GET.replace(b"Connection: close\r\n", b"")
    async with serving(default_headers=((b"connection", b"close"),)) as port:
        answer = await ask(port, request=keep)
    assert answer.count(b"connection: close") == 1
    assert answer.endswith(b"none False")


@pytest.mark.parametrize("protocol", [EdgeProtocol, DevelopmentEdgeProtocol])
async def test_SEC_240_early_refusals_know_the_mode(protocol: type[EdgeProtocol]) -> None:
    async with serving(protocol) as port:
        answer = await ask(port, request=b"not HTTP\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"\r\nx-content-type-options: nosniff\r\n" in answer
    is_dev = protocol is DevelopmentEdgeProtocol
    assert (b"\r\nstrict-transport-security: " in answer) is not is_dev


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no socket for both families here")
async def test_SEC_256_an_address_has_one_spelling_on_every_socket() -> None:
    listening = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    async with serving(listening=listening) as port:
        answer = await ask(port, request=GET.replace(b"/x", b"/address"))
    assert answer.endswith(b"\r\n\r\n127.0.0.1")
