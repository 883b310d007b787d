"""Tokens on the requests of other HTTP clients: put on, renewed, and never shown to a stranger."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import anyio
import httpx
import httpx2
import pytest
import requests

import ostiary_client.auth
import ostiary_client.httpx
import ostiary_client.requests
from ostiary_client import NO_RETRIES, AsyncClient, Client, ConfigurationError
from tests.client.asking import NO_TLS
from tests.support.odd_server import TOKEN, OddServer, Seen, odd_server, says

INVALID = {"www-authenticate": 'Bearer realm="api", error="invalid_token"'}
OK, REFUSED = says({"orders": []}), says({}, 401, INVALID)
PIECES = (b"one ", b"two")
Send = Callable[[OddServer, str, str, Any], int]
"""Sends a request with a token of the server; returns the status of the answer."""


def options(tokens: OddServer) -> Any:
    return {
        "base_url": tokens.url,
        "client_id": "app",
        "client_secret": "app-secret",
        "verify": NO_TLS,
        "retries": NO_RETRIES,
    }


def with_requests(tokens: OddServer, method: str, url: str, body: Any) -> int:
    with Client(**options(tokens)) as client, requests.Session() as http:
        auth = ostiary_client.requests.BearerAuth(client)
        return http.request(method, url, data=body, auth=auth, timeout=20).status_code


def _with(library: Any, auth_class: Any) -> Send:
    def send(tokens: OddServer, method: str, url: str, body: Any) -> int:
        usual = {"verify": NO_TLS, "follow_redirects": True, "timeout": 20}
        with (
            Client(**options(tokens)) as client,
            library.Client(auth=auth_class(client), **usual) as http,
        ):
            status: int = http.request(method, url, content=body).status_code
            return status

    return send


def _with_async(library: Any, auth_class: Any, kind: type[Client | AsyncClient]) -> Send:
    async def send(tokens: OddServer, method: str, url: str, body: Any) -> int:
        usual = {"verify": NO_TLS, "follow_redirects": True, "timeout": 20}
        content = as_async(body) if isinstance(body, Iterator) else body
        client = kind(**options(tokens))
        async with library.AsyncClient(auth=auth_class(client), **usual) as http:
            status: int = (await http.request(method, url, content=content)).status_code
        if isinstance(client, AsyncClient):
            await client.aclose()
        else:
            client.close()
        return status

    return lambda *arguments: anyio.run(send, *arguments)


async def as_async(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


OLD, NEW = ostiary_client.httpx.BearerAuth, ostiary_client.auth.BearerAuth
LIBRARIES: dict[str, Send] = {
    "requests": with_requests,
    "httpx": _with(httpx, OLD),
    "httpx async": _with_async(httpx, OLD, AsyncClient),
    "httpx async with a client of threads": _with_async(httpx, OLD, Client),
    "httpx2": _with(httpx2, NEW),
    "httpx2 async": _with_async(httpx2, NEW, AsyncClient),
}
pytestmark = pytest.mark.parametrize("send", LIBRARIES.values(), ids=LIBRARIES)


@pytest.fixture
def tokens() -> Iterator[OddServer]:
    """Hand out token-1, then token-2 and so on."""
    with odd_server() as server:
        server.on(
            TOKEN,
            *(says({"access_token": f"token-{n}", "expires_in": 3600}) for n in range(1, 9)),
        )
        yield server


@pytest.fixture
def api() -> Iterator[OddServer]:
    with odd_server() as server:
        server.on("/orders", OK)
        yield server


def shown(seen: list[Seen]) -> list[str | None]:
    return [one.headers.get("authorization") for one in seen]


def test_a_token_goes_on_each_request(send: Send, tokens: OddServer, api: OddServer) -> None:
    assert send(tokens, "GET", f"{api.url}/orders", None) == 200
    assert shown(api.requests) == ["Bearer token-1"]


@pytest.mark.parametrize("body", [None, b"", b"an order"])
def test_a_token_that_is_refused_is_renewed_once(
    send: Send, tokens: OddServer, api: OddServer, body: bytes | None
) -> None:
    api.on("/orders", REFUSED, OK)

    assert send(tokens, "POST", f"{api.url}/orders", body) == 200
    assert shown(api.requests) == ["Bearer token-1", "Bearer token-2"]
    assert [seen.body for seen in api.requests] == [body or b""] * 2


def test_a_second_refusal_is_the_answer(send: Send, tokens: OddServer, api: OddServer) -> None:
    api.on("/orders", REFUSED)

    assert send(tokens, "GET", f"{api.url}/orders", None) == 401
    assert shown(api.requests) == ["Bearer token-1", "Bearer token-2"]


def test_a_body_that_is_gone_is_not_sent_again(
    send: Send, tokens: OddServer, api: OddServer
) -> None:
    api.on("/orders", REFUSED)

    assert send(tokens, "POST", f"{api.url}/orders", iter(PIECES)) == 401
    assert [seen.body for seen in api.requests] == [b"".join(PIECES)]


@pytest.mark.parametrize(
    "challenge",
    [
        {},
        {"www-authenticate": "Bearer"},
        {"www-authenticate": 'Bearer error="insufficient_scope"'},
    ],
    ids=lambda challenge: challenge.get("www-authenticate", "none"),
)
def test_another_refusal_is_not_the_tokens_fault(
    send: Send, tokens: OddServer, api: OddServer, challenge: dict[str, str]
) -> None:
    api.on("/orders", says({}, 401, challenge))

    assert send(tokens, "GET", f"{api.url}/orders", None) == 401
    assert len(api.requests) == len(tokens.asked(TOKEN)) == 1


@pytest.mark.parametrize("status", [200, 403])
def test_another_status_is_not_the_tokens_fault(
    send: Send, tokens: OddServer, api: OddServer, status: int
) -> None:
    api.on("/orders", says({}, status, INVALID))

    assert send(tokens, "GET", f"{api.url}/orders", None) == status
    assert len(api.requests) == len(tokens.asked(TOKEN)) == 1


def test_a_redirect_on_the_same_host_keeps_the_token(
    send: Send, tokens: OddServer, api: OddServer
) -> None:
    api.on("/old", says({}, 307, {"location": "/orders"}))

    assert send(tokens, "GET", f"{api.url}/old", None) == 200
    assert shown(api.requests) == ["Bearer token-1"] * 2


def test_SEC_272_a_redirect_to_another_host_leaves_the_token_behind(
    send: Send, tokens: OddServer, api: OddServer
) -> None:
    with odd_server() as stranger:
        stranger.on("/orders", OK)
        api.on("/orders", says({}, 307, {"location": f"{stranger.url}/orders"}))
        send(tokens, "GET", f"{api.url}/orders", None)

        assert shown(stranger.requests) == [None]


def test_SEC_272_a_stranger_who_calls_the_token_invalid_is_shown_none(
    send: Send, tokens: OddServer, api: OddServer
) -> None:
    with odd_server() as stranger:
        stranger.on("/orders", REFUSED)
        api.on("/orders", says({}, 307, {"location": f"{stranger.url}/orders"}))

        assert send(tokens, "POST", f"{api.url}/orders", b"an order") == 401
        assert shown(stranger.requests) == [None]
        assert len(api.requests) == len(tokens.asked(TOKEN)) == 1


def test_no_token_goes_out_without_tls(send: Send, tokens: OddServer) -> None:
    with pytest.raises(ConfigurationError, match="has no TLS"):
        send(tokens, "GET", "http://api.example.com/orders", None)
    assert tokens.requests == []
