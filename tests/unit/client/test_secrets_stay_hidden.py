"""No representation, error, log line or traceback shows a secret or a token."""

import copy
import logging
import pickle
import ssl
import traceback
from collections.abc import Callable, Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ostiary_client import (
    AccessToken,
    AsyncClient,
    AuthorizationRequest,
    BackendToken,
    Client,
    FlowState,
    Introspection,
    OstiaryClientError,
    RetryPolicy,
    Secret,
    TokenSet,
)
from ostiary_client.bearer import Bearer
from ostiary_client.conversations import conversations
from ostiary_client.options import Identity
from ostiary_client.protocol.client_assertion import client_secret_jwt, private_key_jwt
from ostiary_client.protocol.client_authentication import ClientSecretBasic, ClientSecretPost
from ostiary_client.protocol.messages import Request, Response
from ostiary_client.protocol.metadata import Metadata
from tests.support.odd_server import (
    INTROSPECTION,
    REVOCATION,
    TOKEN,
    OddServer,
    Play,
    odd_server,
    plays_bytes,
    says,
)

SECRET = "canary-secret-0123456789"
ACCESS_TOKEN = "canary-token-0123456789"
SERVER = Metadata("https://pf.example", document={"x": ACCESS_TOKEN})
KEY = (
    ec.generate_private_key(ec.SECP256R1())
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    .decode()
)
CANARIES = ("canary", *KEY.splitlines()[1:-1])
BASIC = ClientSecretBasic("app", Secret(SECRET))
OPTIONS = {"client_id": "app", "client_secret": SECRET}
PERSON = TokenSet(ACCESS_TOKEN, ACCESS_TOKEN, ACCESS_TOKEN, claims={"sub": ACCESS_TOKEN})

VALUES: dict[str, object] = {
    "Secret": Secret(SECRET),
    "AccessToken": AccessToken(ACCESS_TOKEN, response={"access_token": ACCESS_TOKEN}),
    "BackendToken": BackendToken(ACCESS_TOKEN, {"token": ACCESS_TOKEN}),
    "Introspection": Introspection(True, claims={"x": ACCESS_TOKEN}),
    "Metadata": SERVER,
    "Identity": Identity("app", Secret(SECRET), None, auth_method="client_secret_post"),
    "Identity with a key": Identity("app", None, Secret(KEY)),
    "Basic": BASIC,
    "Post": ClientSecretPost("app", Secret(SECRET)),
    "private_key_jwt": private_key_jwt("app", Secret(KEY)),
    "client_secret_jwt": client_secret_jwt("app", Secret(SECRET)),
    "Credentials": BASIC.credentials(SERVER, 0),
    "Credentials in a form": ClientSecretPost("app", Secret(SECRET)).credentials(SERVER, 0),
    "Request": Request("POST", "https://x", {"a": SECRET}, SECRET.encode(), secrets=(SECRET,)),
    "Response": Response(200, {"a": ACCESS_TOKEN}, ACCESS_TOKEN.encode()),
    "Client": Client("https://localhost:1", **OPTIONS),  # type: ignore[arg-type]
    "AsyncClient": AsyncClient("https://localhost:1", **OPTIONS),  # type: ignore[arg-type]
    "TokenSet": PERSON,
    "AuthorizationRequest": AuthorizationRequest(SECRET, SECRET, SECRET, SECRET),
    "FlowState": FlowState("OTP_REQUIRED", "PyH5g", (), {"username": SECRET}),
    "Session": Client("https://localhost:1", **OPTIONS).session(PERSON),  # type: ignore[arg-type]
    "AsyncSession": AsyncClient("https://localhost:1", **OPTIONS).session(PERSON),  # type: ignore[arg-type]
    "Bearer": Bearer(Client("https://localhost:1", **OPTIONS)),  # type: ignore[arg-type]
    "Conversations": conversations("https://localhost:1", **OPTIONS),  # type: ignore[arg-type]
}


def assert_hidden(text: str) -> None:
    for canary in CANARIES:
        assert canary not in text


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_SEC_276_no_value_shows_its_secret(value: object) -> None:
    assert_hidden(f"{value!r} {value!s} {value} {[value]} {{1: {value!a}}}")


def test_a_secret_is_equal_to_itself_and_to_no_text() -> None:
    secret = Secret(SECRET)

    assert secret == Secret(SECRET) == copy.deepcopy(secret)
    assert hash(secret) == hash(Secret(SECRET))
    assert secret != SECRET
    assert secret != Secret("another")
    assert pickle.loads(pickle.dumps(secret)) == secret  # noqa: S301 - our own


@pytest.fixture
def server() -> Iterator[OddServer]:
    with odd_server() as odd:
        yield odd


def client_of(server: OddServer) -> Client:
    return Client(
        server.url,
        client_id="app",
        client_secret=SECRET,
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        timeout_seconds=0.2,
        retries=RetryPolicy(attempts=1),
    )


REFUSALS: dict[str, Callable[[str], Play]] = {
    "refused": lambda echo: says({"error": "invalid_client", "error_description": echo}, 401),
    "refused with the secret as code": lambda echo: says({"error": echo}, 400),
    "refused in other words": lambda echo: says({"detail": {"you sent": [echo]}}, 403),
    "failed": lambda echo: says(echo.encode(), 500),
    "too many": lambda echo: says(echo.encode(), 429),
    "redirect": lambda echo: says(echo.encode(), 302, {"location": "https://evil.example"}),
    "garbage": lambda echo: plays_bytes(echo.encode()),
    "hung up": lambda echo: plays_bytes(b""),
}
EMPTY_SUCCESSES: dict[str, Callable[[str], Play]] = {
    "a page": lambda echo: says(f"<html>{echo}".encode()),
    "something else": lambda echo: says({"message": echo}),
    "broken": lambda echo: says(f'{{"message": "{echo}'.encode()),
}
CALLS: dict[str, tuple[str, Callable[[Client, OddServer], object]]] = {
    TOKEN: (SECRET, lambda client, odd: client.token()),
    INTROSPECTION: (
        f"{SECRET} {ACCESS_TOKEN}",
        lambda client, odd: client.introspect(ACCESS_TOKEN),
    ),
    REVOCATION: (f"{SECRET} {ACCESS_TOKEN}", lambda client, odd: client.revoke(ACCESS_TOKEN)),
    "/user": (
        f"Bearer {ACCESS_TOKEN}",
        lambda client, odd: client.backend_token(
            f"{odd.url}/user", token=AccessToken(ACCESS_TOKEN)
        ),
    ),
}
"""What each endpoint can repeat of its request, and how it is asked."""
TROUBLES = [
    pytest.param(path, play, id=f"{path} {name}")
    for path in CALLS
    for name, play in {**REFUSALS, **({} if path == REVOCATION else EMPTY_SUCCESSES)}.items()
]


@pytest.mark.parametrize(("path", "play"), TROUBLES)
def test_SEC_276_no_error_shows_what_the_server_repeats(
    server: OddServer, caplog: pytest.LogCaptureFixture, path: str, play: Callable[[str], Play]
) -> None:
    caplog.set_level(logging.DEBUG)
    echo, call = CALLS[path]
    server.on(path, play(echo))
    with client_of(server) as client, pytest.raises(OstiaryClientError) as failed:
        call(client, server)

    link: BaseException | None = failed.value
    while link is not None:
        assert_hidden(f"{link} {link!r} {link.args}")
        link = link.__cause__ or link.__context__
    assert_hidden(f"{vars(failed.value)}")
    assert_hidden("".join(traceback.format_exception(failed.value)))
    assert_hidden(caplog.text)


def test_SEC_276_success_is_logged_without_secret_and_token(
    server: OddServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.on(TOKEN, says({"access_token": ACCESS_TOKEN, "expires_in": 3600}))
    server.on(INTROSPECTION, says({"active": True, "x": ACCESS_TOKEN}))
    with client_of(server) as client:
        client.introspect(client.token())

    assert "POST" in caplog.text
    assert_hidden(caplog.text)
