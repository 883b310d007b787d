"""Signing people on with either kind of client, over sockets."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ostiary_client import (
    AccessDeniedError,
    CallbackMismatchError,
    ConfigurationError,
    FlowError,
    TokenSet,
    UnreadableResponseError,
    UsernamePasswordRequired,
)
from tests.client.asking import KINDS, ask
from tests.support.authorization_server import Reply
from tests.support.odd_server import OddServer, Play, never_ends, odd_server, plays_bytes, says
from tests.support.sign_on_play import query_of
from tests.support.sign_on_server import LOGOUT, SignOnServer, running_sign_on_server

pytestmark = [
    pytest.mark.parametrize("kind", KINDS),
    # When a body is given up midway httpcore2 leaves its own generator to trio, which minds.
    pytest.mark.filterwarnings(
        "ignore:.*async_generator object PoolByteStream:pytest.PytestUnraisableExceptionWarning"
    ),
]
REDIRECT_URI = "https://app.example/callback"


@pytest.fixture
def issuer() -> Iterator[SignOnServer]:
    with running_sign_on_server() as server:
        yield server


def steps(kind: str, base_url: str, sync: Any, awaited: Any) -> Any:
    """Have either kind of client do the same."""
    return ask(kind, base_url, sync if kind == "threads" else awaited, client_secret=None)


def test_a_person_signs_on_is_known_is_renewed_and_signs_off(
    kind: str, issuer: SignOnServer
) -> None:
    def sync(client: Any) -> Any:
        request = client.authorization_url("openid", redirect_uri=REDIRECT_URI, prompt="login")
        issuer.nonce = request.nonce
        tokens = client.exchange(request, f"{REDIRECT_URI}?code=c&state={request.state}")
        new = client.refresh(tokens)
        return request, tokens, new, client.userinfo(new), client.logout_url(new, state="s")

    async def awaited(client: Any) -> Any:
        asked = {"redirect_uri": REDIRECT_URI, "prompt": "login"}
        request = await client.authorization_url("openid", **asked)
        issuer.nonce = request.nonce
        back = f"{REDIRECT_URI}?code=c&state={request.state}"
        tokens = await client.exchange(request, back)
        new = await client.refresh(tokens)
        said = await client.userinfo(new)
        return request, tokens, new, said, await client.logout_url(new, state="s")

    request, tokens, new, said, url = steps(kind, issuer.base_url, sync, awaited)
    assert query_of(request.url)["prompt"] == "login"
    assert (tokens.access_token, new.access_token) == ("access-1", "access-2")
    assert (new.subject, said["email"]) == ("joe", "joe@example.com")
    assert url.startswith(f"{issuer.base_url}{LOGOUT}?")
    assert query_of(url)["id_token_hint"] == tokens.id_token


def test_SEC_266_the_way_back_of_somebody_else_is_refused(kind: str, issuer: SignOnServer) -> None:
    def sync(client: Any) -> Any:
        request = client.authorization_url(redirect_uri=REDIRECT_URI)
        return client.exchange(request, f"{REDIRECT_URI}?code=c&state=another")

    async def awaited(client: Any) -> Any:
        request = await client.authorization_url(redirect_uri=REDIRECT_URI)
        return await client.exchange(request, f"{REDIRECT_URI}?code=c&state=another")

    with pytest.raises(CallbackMismatchError):
        steps(kind, issuer.base_url, sync, awaited)
    assert issuer.forms() == []


# --- without redirects -------------------------------------------------------

AUTHORIZE, FLOW = "/as/authorization.oauth2", "/pf-ws/authn/flows/PyH5g"
ASKS = {
    "id": "PyH5g",
    "status": "USERNAME_PASSWORD_REQUIRED",
    "_links": {"checkUsernamePassword": {"href": "https://evil.example/"}},
}
REFUSED = {"code": "VALIDATION_ERROR", "message": "No.", "details": [{"code": "X"}]}


def with_cookies(document: dict[str, Any], *cookies: str, status: int = 200) -> Play:
    """Answer with JSON and several cookies."""
    body = json.dumps(document).encode()
    lines = [f"HTTP/1.1 {status} Odd", f"content-length: {len(body)}"]
    lines += [f"set-cookie: {cookie}" for cookie in cookies]
    return plays_bytes("\r\n".join([*lines, "", ""]).encode() + body, stay=True)


@pytest.fixture
def server() -> Iterator[OddServer]:
    """Run a server whose flow wants a password, and completes with a token at once."""
    with odd_server() as odd:
        metadata = odd.metadata(authorization_endpoint=odd.url + AUTHORIZE)
        odd.on("/.well-known/openid-configuration", says(metadata))
        yield odd


class Answers:
    """What the authorization endpoint says: it has to know the state that was asked with."""

    def __init__(self, server: OddServer) -> None:
        self._server = server
        server.next_play = self.next_play  # type: ignore[method-assign]
        self.flow: list[Play] = []
        self.state = ""

    def next_play(self, seen: Any) -> Play:
        self._server.requests.append(seen)
        if seen.path.startswith(AUTHORIZE):
            self.state = query_of(seen.path)["state"]
            cookies = ("PF=one; Path=/; Secure", "PF.PERSISTENT=long; Max-Age=9")
            return with_cookies(ASKS, *cookies)
        if seen.path == FLOW:
            return self.flow.pop(0)
        return self._server.plays[seen.path][0]

    def completed(self, wire: Any) -> bool:
        response = {"access_token": "at-once", "token_type": "Bearer", "state": self.state}
        done = {"id": "PyH5g", "status": "COMPLETED", "authorizeResponse": response}
        return says(done)(wire)


def test_a_flow_is_driven_to_its_tokens_with_the_latest_cookies(
    kind: str, server: OddServer
) -> None:
    answers = Answers(server)
    refused = with_cookies(REFUSED, "PF=two; Path=/", status=400)
    answers.flow = [refused, answers.completed]
    given = {"username": "joe", "password": "Password1"}

    def sync(client: Any) -> Any:
        flow = client.start_flow("sso", response_type="token")
        assert isinstance(flow.state, UsernamePasswordRequired)
        with pytest.raises(FlowError):
            flow.act("checkUsernamePassword", **given)
        assert (flow.status, flow.actions) == ("USERNAME_PASSWORD_REQUIRED", flow.state.actions)
        return flow.act("checkUsernamePassword", **given), flow.tokens(), flow.tokens(), flow

    async def awaited(client: Any) -> Any:
        flow = await client.start_flow("sso", response_type="token")
        with pytest.raises(FlowError):
            await flow.act("checkUsernamePassword", **given)
        state = await flow.act("checkUsernamePassword", **given)
        return state, await flow.tokens(), await flow.tokens(), flow

    state, tokens, again, flow = steps(kind, server.url, sync, awaited)
    assert (state.status, flow.status, flow.id) == ("COMPLETED", "COMPLETED", "PyH5g")
    assert isinstance(tokens, TokenSet)
    assert tokens is again
    assert tokens.access_token == "at-once"
    first, second = server.asked(FLOW)
    assert first.headers["cookie"] == "PF=one; PF.PERSISTENT=long"
    assert second.headers["cookie"] == "PF.PERSISTENT=long; PF=two"
    assert flow.fields["authorizeResponse"]["access_token"] not in repr(flow)


def test_a_flow_can_be_looked_at(kind: str, server: OddServer) -> None:
    answers = Answers(server)
    answers.flow = [says({**ASKS, "status": "OTP_REQUIRED"})]

    async def awaited(client: Any) -> Any:
        flow = await client.start_flow()
        return await flow.view()

    state = steps(kind, server.url, lambda client: client.start_flow().view(), awaited)
    assert state.status == "OTP_REQUIRED"


def test_a_password_alone_signs_on_where_nothing_else_is_asked(
    kind: str, server: OddServer
) -> None:
    answers = Answers(server)
    answers.flow = [says(REFUSED, 400)]

    async def awaited(client: Any) -> Any:
        return await client.sign_on("joe", "wrong", "openid")

    with pytest.raises(FlowError, match="VALIDATION_ERROR"):
        steps(kind, server.url, lambda client: client.sign_on("joe", "wrong", "openid"), awaited)
    (step,) = server.asked(FLOW)
    assert json.loads(step.body) == {"username": "joe", "password": "wrong"}


ENDLESS = never_ends(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n", b" " * 65536)


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(ENDLESS, id="an answer without end"),
        pytest.param(says({}, 302, {"location": "https://evil.example/"}), id="a redirect"),
        pytest.param(says(b"<html>please wait</html>"), id="a page"),
    ],
)
def test_SEC_272_no_odd_answer_of_a_flow_gets_the_password_sent_elsewhere(
    kind: str, server: OddServer, odd: Play
) -> None:
    answers = Answers(server)
    answers.flow = [odd]

    async def awaited(client: Any) -> Any:
        return await client.sign_on("joe", "Password1")

    with pytest.raises(UnreadableResponseError):
        steps(kind, server.url, lambda client: client.sign_on("joe", "Password1"), awaited)
    assert len(server.asked(FLOW)) == 1


def test_an_error_in_the_place_of_a_flow_is_told(kind: str, issuer: SignOnServer) -> None:
    refusal = Reply({"error": "access_denied", "error_description": "No"}, 400)

    async def awaited(client: Any) -> Any:
        return await client.start_flow()

    original = issuer.server.answer
    issuer.server.answer = lambda request: (  # type: ignore[method-assign]
        refusal if request.path.startswith(AUTHORIZE) else original(request)
    )
    with pytest.raises(AccessDeniedError):
        steps(kind, issuer.base_url, lambda client: client.start_flow(), awaited)


def test_a_client_without_id_begins_nothing(kind: str, issuer: SignOnServer) -> None:
    async def awaited(client: Any) -> Any:
        return await client.authorization_url(redirect_uri=REDIRECT_URI)

    def sync(client: Any) -> Any:
        return client.authorization_url(redirect_uri=REDIRECT_URI)

    call = sync if kind == "threads" else awaited
    with pytest.raises(ConfigurationError, match="no id"):
        ask(kind, issuer.base_url, call, client_id=None, client_secret=None)
