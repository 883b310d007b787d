"""A person's tokens kept fresh: by one request at a time, and until the server says no."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx
import httpx2
import pytest
import requests

import ostiary_client.auth
import ostiary_client.httpx
import ostiary_client.requests
from ostiary_client import (
    AsyncClient,
    Client,
    ConfigurationError,
    ServerFailedError,
    SignOnRequiredError,
    TokenSet,
)
from tests.client.asking import KINDS, NO_TLS, ask
from tests.support.authorization_server import TOKEN, Received, Reply
from tests.support.played_issuer import NOW, Clock
from tests.support.sign_on_server import USERINFO, SignOnServer, running_sign_on_server

MANY = 20


@pytest.fixture
def issuer() -> Iterator[SignOnServer]:
    with running_sign_on_server() as server:
        server.issued = 1
        yield server


def tokens(*, left: float = 3600, refresh_token: str | None = "refresh-1") -> TokenSet:
    """Return the tokens that joe got an hour's rest ago."""
    return TokenSet(
        "access-1",
        refresh_token,
        expires_at=NOW + left,
        claims={"sub": "joe"},
        obtained_at=NOW - 3600 + left,
    )


def options(clock: Clock | None = None) -> dict[str, Any]:
    return {"client_secret": None, "now": clock or Clock()}


def in_session(
    kind: str, issuer: SignOnServer, use: Any, held: TokenSet, clock: Clock | None = None
) -> Any:
    """Open a session and use it; `use` takes the session and returns what to wait for."""

    async def use_async(client: Any) -> Any:
        return [await each for each in use(client.session(held))]

    def use_now(client: Any) -> Any:
        return list(use(client.session(held)))

    call = use_now if kind == "threads" else use_async
    return ask(kind, issuer.base_url, call, **options(clock))


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_is_good_is_used_without_asking(kind: str, issuer: SignOnServer) -> None:
    (token,) = in_session(kind, issuer, lambda session: [session.token()], tokens())

    assert token.value == "access-1"
    assert issuer.server.received == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_is_over_is_renewed_and_the_new_refresh_token_kept(
    kind: str, issuer: SignOnServer
) -> None:
    clock = Clock()

    def use(session: Any) -> Iterator[Any]:
        yield session.token()
        yield session.token()
        clock.pass_by(3600)
        yield session.token()
        assert session.tokens.refresh_token == "refresh-3"

    got = in_session(kind, issuer, use, tokens(left=-1), clock)

    assert [token.value for token in got] == ["access-2", "access-2", "access-3"]
    assert [form["refresh_token"] for form in issuer.forms()] == ["refresh-1", "refresh-2"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_refresh_token_ends_the_session_and_is_not_shown_again(
    kind: str, issuer: SignOnServer
) -> None:
    def use(session: Any) -> Iterator[Any]:
        for _ in range(2):
            yield session.token()

    for _ in range(2):
        with pytest.raises(SignOnRequiredError, match="sign on again"):
            in_session(kind, issuer, use, tokens(left=-1, refresh_token="stolen"))
    with Client(issuer.base_url, client_id="app", verify=NO_TLS, now=Clock()) as client:
        session = client.session(tokens(left=-1, refresh_token="stolen"))
        for _ in range(3):
            with pytest.raises(SignOnRequiredError):
                session.token()

    assert len(issuer.forms()) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_without_refresh_token_a_session_ends_with_its_token(
    kind: str, issuer: SignOnServer
) -> None:
    held = tokens(left=-1, refresh_token=None)

    with pytest.raises(SignOnRequiredError, match="no refresh token"):
        in_session(kind, issuer, lambda session: [session.token()], held)
    assert issuer.forms() == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_a_service_refuses_is_renewed(kind: str, issuer: SignOnServer) -> None:
    def use(session: Any) -> Iterator[Any]:
        session.forget("access-1")
        yield session.token()

    (token,) = in_session(kind, issuer, use, tokens())
    assert token.value == "access-2"


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_of_unknown_end_is_used_until_it_is_refused(
    kind: str, issuer: SignOnServer
) -> None:
    held = TokenSet("access-1", "refresh-1")

    def use(session: Any) -> Iterator[Any]:
        yield session.token()
        yield session.token()
        session.forget("access-1")
        yield session.token()

    got = in_session(kind, issuer, use, held)
    assert [token.value for token in got] == ["access-1", "access-1", "access-2"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_session_says_who_it_is(kind: str, issuer: SignOnServer) -> None:
    (said,) = in_session(kind, issuer, lambda session: [session.userinfo()], tokens(left=-1))

    assert said["email"] == "joe@example.com"
    (asked,) = issuer.server.requests(USERINFO)
    assert asked.headers["authorization"] == "Bearer access-2"


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_is_down_for_a_moment_does_not_show(kind: str, issuer: SignOnServer) -> None:
    issuer.server.replies[TOKEN] = Reply({"error": "server_error"}, 503)

    (token,) = in_session(kind, issuer, lambda session: [session.token()], tokens(left=30))
    assert token.value == "access-1"
    with pytest.raises(ServerFailedError):
        in_session(kind, issuer, lambda session: [session.token()], tokens(left=-1))


def test_SEC_275_many_threads_cause_one_refresh(issuer: SignOnServer) -> None:
    everybody = threading.Barrier(MANY)
    with Client(issuer.base_url, client_id="app", verify=NO_TLS, now=Clock()) as client:
        session = client.session(tokens(left=-1))

        def ask_for_token(_: int) -> str:
            everybody.wait()
            return session.token().value

        with ThreadPoolExecutor(MANY) as pool:
            got = list(pool.map(ask_for_token, range(MANY)))

    assert got == ["access-2"] * MANY
    assert len(issuer.forms()) == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_SEC_275_many_tasks_cause_one_refresh(backend: str, issuer: SignOnServer) -> None:
    got: list[str] = []

    async def use() -> None:
        options: Any = {"client_id": "app", "verify": NO_TLS, "now": Clock()}
        async with AsyncClient(issuer.base_url, **options) as client:
            session = client.session(tokens(left=-1))

            async def ask_for_token() -> None:
                got.append((await session.token()).value)

            async with anyio.create_task_group() as tasks:
                for _ in range(MANY):
                    tasks.start_soon(ask_for_token)

    anyio.run(use, backend=backend)
    assert got == ["access-2"] * MANY
    assert len(issuer.forms()) == 1


def test_new_tokens_are_told_before_they_are_used(issuer: SignOnServer) -> None:
    told: list[TokenSet] = []
    with Client(issuer.base_url, client_id="app", verify=NO_TLS, now=Clock()) as client:
        session = client.session(tokens(left=-1), on_change=told.append)
        session.token()

    (new,) = told
    assert (new.access_token, new.refresh_token, new.subject) == ("access-2", "refresh-2", "joe")


# --- on the requests of other HTTP clients -----------------------------------


@pytest.fixture
def api() -> Iterator[SignOnServer]:
    """Run an API that takes joe's second token only."""
    with running_sign_on_server() as server:

        def orders(request: Received) -> Reply:
            if "Bearer access-2" in request.headers.values():
                return Reply({"orders": []})
            return Reply({}, 401, {"www-authenticate": 'Bearer error="invalid_token"'})

        server.server.replies["/orders"] = orders
        yield server


def _async(library: Any, auth_class: Any, kind: type[Client] | type[AsyncClient]) -> Any:
    async def send(issuer: SignOnServer, url: str) -> int:
        client = kind(issuer.base_url, client_id="app", verify=NO_TLS, now=Clock())
        auth = auth_class(client.session(tokens()))
        async with library.AsyncClient(auth=auth, verify=NO_TLS) as http:
            status: int = (await http.get(url)).status_code
        if isinstance(client, AsyncClient):
            await client.aclose()
        else:
            client.close()
        return status

    return lambda issuer, url: anyio.run(send, issuer, url)


def _waiting(get: Any) -> Any:
    def send(issuer: SignOnServer, url: str) -> int:
        with Client(issuer.base_url, client_id="app", verify=NO_TLS, now=Clock()) as client:
            status: int = get(client.session(tokens()), url)
            return status

    return send


def _with_requests(session: Any, url: str) -> int:
    auth = ostiary_client.requests.BearerAuth(session)
    return requests.get(url, auth=auth, timeout=20).status_code


def _with(library: Any, auth_class: Any) -> Any:
    def get(session: Any, url: str) -> int:
        with library.Client(auth=auth_class(session), verify=NO_TLS) as http:
            status: int = http.get(url).status_code
            return status

    return _waiting(get)


LIBRARIES = {
    "requests": _waiting(_with_requests),
    "httpx": _with(httpx, ostiary_client.httpx.BearerAuth),
    "httpx2": _with(httpx2, ostiary_client.auth.BearerAuth),
    "httpx async": _async(httpx, ostiary_client.httpx.BearerAuth, AsyncClient),
    "httpx2 async": _async(httpx2, ostiary_client.auth.BearerAuth, AsyncClient),
    "httpx2 async with threads": _async(httpx2, ostiary_client.auth.BearerAuth, Client),
}


@pytest.mark.parametrize("send", LIBRARIES.values(), ids=LIBRARIES)
def test_a_persons_token_goes_on_requests_and_is_renewed_when_it_is_refused(
    send: Any, issuer: SignOnServer, api: SignOnServer
) -> None:
    assert send(issuer, f"{api.base_url}/orders") == 200
    assert len(issuer.forms()) == 1


def test_a_session_gives_no_other_tokens_than_those_of_its_sign_on(issuer: SignOnServer) -> None:
    with Client(issuer.base_url, client_id="app", verify=NO_TLS) as client:
        session = client.session(tokens())
        others: list[dict[str, Any]] = [{"scope": "a"}, {"resource": "urn:a"}, {"audience": "a"}]
        for asked in others:
            with pytest.raises(ConfigurationError, match="signed on for"):
                ostiary_client.auth.BearerAuth(session, **asked)
    assert "access-1" not in repr(session)
