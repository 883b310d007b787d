"""Servers that are down, slow, broken, overloaded or not the right ones."""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest

from ostiary_client import (
    AccessTokenMissingError,
    BackendUnreachableError,
    ConfigurationError,
    IssuerMismatchError,
    RateLimitedError,
    RetryPolicy,
    SecretTokenMissingError,
    ServerFailedError,
    ServerUnreachableError,
    TimedOutError,
    UnreadableResponseError,
)
from tests.client.asking import KINDS, ask, ask_for_token
from tests.support.odd_server import (
    ACCESS_TOKEN,
    INTROSPECTION,
    METADATA,
    REVOCATION,
    TOKEN,
    OddServer,
    Play,
    is_silent,
    never_ends,
    odd_server,
    plays_bytes,
    says,
)
from tests.support.server import free_port

pytestmark = [
    pytest.mark.parametrize("kind", KINDS),
    # When a body is given up midway httpcore2 leaves its own generator to trio, which minds.
    pytest.mark.filterwarnings(
        "ignore:.*async_generator object PoolByteStream:pytest.PytestUnraisableExceptionWarning"
    ),
]
AT_ONCE = RetryPolicy(first_pause_seconds=0.0)
IMPATIENT = 0.05
GOOD = says({"access_token": ACCESS_TOKEN, "expires_in": 3600})


@pytest.fixture
def server() -> Iterator[OddServer]:
    with odd_server() as odd:
        yield odd


def test_a_good_server_is_asked_once_for_metadata_and_once_for_a_token(
    kind: str, server: OddServer
) -> None:
    assert ask_for_token(kind, server.url).value == ACCESS_TOKEN
    assert [seen.path for seen in server.requests] == [METADATA, TOKEN]
    assert server.asked(TOKEN)[0].form["grant_type"] == "client_credentials"


def test_S0_30_a_server_that_is_down_is_unreachable(kind: str) -> None:
    with pytest.raises(ServerUnreachableError, match="localhost") as failed:
        ask_for_token(kind, f"https://localhost:{free_port()}")
    assert not failed.value.was_sent


@pytest.mark.parametrize("host", ["m\u00fcnchen..example", "\u2100.example"])
def test_a_name_that_can_be_none_is_no_url(kind: str, host: str) -> None:
    with pytest.raises(ConfigurationError, match="is no URL"):
        ask_for_token(kind, f"https://{host}")


SLOW: dict[str, Play] = {
    "says nothing": is_silent,
    "stops in the headers": never_ends(b"HTTP/1.1 200 OK\r\nx", b""),
    "sends its body byte by byte": never_ends(
        b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", b" ", 0.005
    ),
    "sends chunks byte by byte": never_ends(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.005
    ),
    "packs its body byte by byte": never_ends(
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10],
        b"\x00\x00\x00\xff\xff",
        0.005,
    ),
}


@pytest.mark.parametrize("play", SLOW.values(), ids=SLOW)
def test_a_server_that_is_slow_is_given_up(kind: str, server: OddServer, play: Play) -> None:
    server.on(METADATA, play)

    with pytest.raises(TimedOutError):
        ask_for_token(kind, server.url, timeout_seconds=IMPATIENT)


BROKEN: dict[str, Play] = {
    "hangs up": plays_bytes(b""),
    "hangs up in the headers": plays_bytes(b"HTTP/1.1 200 OK\r\ncontent-le"),
    "hangs up in the body": plays_bytes(b'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"a'),
    "hangs up in a chunk": plays_bytes(
        b'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"a'
    ),
    "speaks no HTTP": plays_bytes(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 10),
    "speaks SMTP": plays_bytes(b"220 mail.example ESMTP\r\n"),
    "has two lengths": plays_bytes(
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}"
    ),
    "has no end of headers": never_ends(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 1000),
    "is not packed as it says": says({}, 200, {"content-encoding": "gzip"}),
}


@pytest.mark.parametrize("play", BROKEN.values(), ids=BROKEN)
def test_a_server_that_is_broken_is_unreachable(kind: str, server: OddServer, play: Play) -> None:
    server.on(METADATA, play)

    with pytest.raises(ServerUnreachableError):
        ask_for_token(kind, server.url)


UNREADABLE: dict[str, Play] = {
    "a page": says(b"<html>Sign on</html>", 200, {"content-type": "text/html"}),
    "nothing": says(b""),
    "no content": plays_bytes(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "bytes": says(bytes(range(256))),
    "a body without end": never_ends(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536),
    "a gigabyte": never_ends(
        b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n", b" " * 65536
    ),
    "a bomb": says(gzip.compress(bytes(50_000_000)), 200, {"content-encoding": "gzip"}),
    "another encoding": says(b"{}", 200, {"content-encoding": "br"}),
}


@pytest.mark.parametrize("play", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("path", [METADATA, TOKEN])
def test_an_answer_that_cannot_be_one_is_unreadable(
    kind: str, server: OddServer, play: Play, path: str
) -> None:
    server.on(path, play)

    with pytest.raises(UnreadableResponseError):
        ask_for_token(kind, server.url)


def test_SEC_264_nothing_is_sent_to_a_server_that_names_another_issuer(
    kind: str, server: OddServer
) -> None:
    server.on(METADATA, says(server.metadata(issuer="https://evil.example")))

    with pytest.raises(IssuerMismatchError):
        ask_for_token(kind, server.url)
    assert [seen.path for seen in server.requests] == [METADATA]


def test_S0_30_a_token_that_is_missing_is_an_error_of_its_own(kind: str, server: OddServer) -> None:
    server.on(TOKEN, says({"token_type": "Bearer"}))

    with pytest.raises(AccessTokenMissingError):
        ask_for_token(kind, server.url)


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_pause_is_waited_for(kind: str, server: OddServer, status: int) -> None:
    server.on(TOKEN, says({}, status, {"retry-after": "0"}), GOOD)

    assert ask_for_token(kind, server.url, retries=AT_ONCE).value == ACCESS_TOKEN
    assert len(server.asked(TOKEN)) == 2


@pytest.mark.parametrize(("status", "error"), [(429, RateLimitedError), (503, ServerFailedError)])
def test_a_long_pause_is_for_the_program_to_wait(
    kind: str, server: OddServer, status: int, error: type[RateLimitedError | ServerFailedError]
) -> None:
    server.on(TOKEN, says({}, status, {"retry-after": "3600"}))

    with pytest.raises(error) as failed:
        ask_for_token(kind, server.url, retries=AT_ONCE)
    assert failed.value.retry_after_seconds == 3600
    assert len(server.asked(TOKEN)) == 1


@pytest.mark.parametrize(
    "play", [plays_bytes(b""), says({}, 502), says({}, 503)], ids=["hangs up", "502", "503"]
)
def test_a_passing_failure_is_tried_again(kind: str, server: OddServer, play: Play) -> None:
    server.on(TOKEN, play, play, GOOD)

    assert ask_for_token(kind, server.url, retries=AT_ONCE).value == ACCESS_TOKEN
    assert len(server.asked(TOKEN)) == 3


def test_a_connection_that_the_server_closed_is_replaced(kind: str, server: OddServer) -> None:
    server.on(METADATA, says(server.metadata(), stay=False))

    assert ask_for_token(kind, server.url, retries=AT_ONCE).value == ACCESS_TOKEN
    assert server.connections == 2


def test_a_connection_is_used_again(kind: str, server: OddServer) -> None:
    ask_for_token(kind, server.url)

    assert server.connections == 1


@pytest.mark.parametrize("path", [TOKEN, INTROSPECTION, REVOCATION])
@pytest.mark.parametrize("status", [302, 307])
def test_SEC_272_no_redirect_takes_a_secret_elsewhere(
    kind: str, server: OddServer, path: str, status: int
) -> None:
    with odd_server() as other:
        server.on(path, says({}, status, {"location": other.url + path}))
        calls: dict[str, Any] = {
            TOKEN: lambda client: client.token(),
            INTROSPECTION: lambda client: client.introspect("a-token"),
            REVOCATION: lambda client: client.revoke("a-token"),
        }
        with pytest.raises(UnreadableResponseError, match="redirect"):
            ask(kind, server.url, calls[path])

        assert other.requests == []


def test_a_cookie_is_not_sent_back(kind: str, server: OddServer) -> None:
    server.on(METADATA, says(server.metadata(), 200, {"set-cookie": "PF=session; Path=/"}))
    ask_for_token(kind, server.url)

    assert "cookie" not in server.asked(TOKEN)[0].headers


BACKENDS: dict[str, tuple[Play, type[Exception]]] = {
    "hangs up": (plays_bytes(b""), BackendUnreachableError),
    "sends no token": (says({"user": "joe"}), SecretTokenMissingError),
    "sends a gigabyte": (UNREADABLE["a gigabyte"], SecretTokenMissingError),
}


@pytest.mark.parametrize(("play", "error"), BACKENDS.values(), ids=BACKENDS)
def test_S0_30_a_backend_in_trouble_is_a_backends_error(
    kind: str, server: OddServer, play: Play, error: type[Exception]
) -> None:
    server.on("/user", play)

    with pytest.raises(error):
        ask(kind, server.url, lambda client: client.backend_token(f"{server.url}/user"))
    assert server.asked("/user")[0].headers["authorization"] == f"Bearer {ACCESS_TOKEN}"


def test_S0_30_a_backend_that_is_down_is_unreachable(kind: str, server: OddServer) -> None:
    url = f"http://localhost:{free_port()}/user"

    with pytest.raises(BackendUnreachableError, match=url):
        ask(kind, server.url, lambda client: client.backend_token(url))
