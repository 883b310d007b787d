"""Setting up a client: what cannot work is refused before anything is sent."""

import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from ostiary_client import AsyncClient, Client, ConfigurationError, Metadata, Secret
from ostiary_client.conversations import Conversations, conversations
from tests.support.certificates import make_self_signed
from tests.support.conversation import Conversation, answer

BASE = "https://localhost:1"


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize("name", ["secret", "clientid", "verfy", "scopes", "timeout"])
def test_an_option_that_does_not_exist_is_refused(
    kind: type[Client | AsyncClient], name: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"no option {name}.*client_secret"):
        kind(BASE, **{name: "x"})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_SEC_219_the_check_of_certificates_cannot_be_switched_off(
    kind: type[Client | AsyncClient],
) -> None:
    with pytest.raises(ConfigurationError, match="would send secrets to anybody"):
        kind(BASE, verify=False)


def test_authorities_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    for path in (tmp_path / "missing.pem", tmp_path / "empty.pem", tmp_path):
        with pytest.raises(ConfigurationError, match=str(path)):
            Client(BASE, verify=path)


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_time_in_which_nothing_can_be_answered_is_refused(seconds: float) -> None:
    with pytest.raises(ConfigurationError, match="timeout_seconds"):
        Client(BASE, timeout_seconds=seconds)


@pytest.mark.parametrize("member", ["token_endpoint", "introspection_endpoint", "jwks_uri"])
def test_endpoints_that_are_given_need_tls_as_well(member: str) -> None:
    given: dict[str, Any] = {member: "http://pf.example/x"}

    with pytest.raises(ConfigurationError, match="has no TLS"):
        Client(BASE, metadata=Metadata("https://pf.example", **given))
    Client(BASE, metadata=Metadata("https://pf.example", **given), insecure_http=True).close()


def test_a_client_without_an_id_can_look_and_not_ask() -> None:
    found = Metadata("https://pf.example", token_endpoint="https://pf.example/token")
    nobody = conversations(BASE, metadata=found)

    assert Conversation().hold(nobody.metadata()) is found
    with pytest.raises(ConfigurationError, match="no id"):
        Conversation().hold(nobody.client_credentials(nobody.usual))


def test_metadata_is_asked_for_once() -> None:
    client = conversations(BASE, client_id="app")
    conversation = Conversation(answer({"issuer": BASE}))

    assert conversation.hold(client.metadata()) is conversation.hold(client.metadata())


def usual(**options: Any) -> Conversations:
    return conversations(BASE, client_id="app", **options)


def test_a_call_asks_for_what_the_client_was_set_up_with() -> None:
    client = usual(scope="a b", resource="https://r", audience="https://aud")
    asked = client.request(None, None, None, None)

    assert asked.scopes == ("a", "b")
    assert dict(asked.parameters) == {"resource": "https://r", "audience": "https://aud"}


def test_a_call_may_ask_for_something_else_and_for_no_scopes() -> None:
    client = usual(scope="a", resource="https://r")
    asked = client.request("", "https://s", None, {"x": "1"})

    assert asked.scopes == ()
    assert dict(asked.parameters) == {"resource": "https://s", "x": "1"}


@pytest.mark.parametrize("nothing", ["", None, Secret("")])
def test_an_empty_secret_is_none(nothing: str | Secret | None) -> None:
    identity = usual(client_secret=nothing).identity

    assert identity is not None
    assert identity.client_secret is None


@pytest.mark.parametrize(
    "url", ["", "/user", "ftp://x/y", "http://api.example.com/user", "https://"]
)
def test_a_token_goes_to_no_backend_without_tls(url: str) -> None:
    client = usual()
    from ostiary_client.tokens import AccessToken  # noqa: PLC0415

    with pytest.raises(ConfigurationError):
        Conversation().hold(
            client.exchange_at_backend(url, AccessToken("abc"), method="POST", member=None)
        )


@pytest.mark.parametrize("host", ["a..b", ".example", "a" * 64 + ".example"])
def test_a_name_that_can_be_none_is_refused(host: str) -> None:
    with (
        Client(f"https://{host}", client_id="app") as client,
        pytest.raises(ConfigurationError, match="no URL of a server"),
    ):
        client.metadata()


def test_a_certificate_that_cannot_be_shown_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    for path in (tmp_path / "missing.pem", tmp_path / "empty.pem", tmp_path):
        with pytest.raises(ConfigurationError, match=str(path)):
            Client(BASE, cert=path)


def test_an_encrypted_key_is_refused_and_nobody_is_asked_for_its_password(tmp_path: Path) -> None:
    path, _ = make_self_signed(tmp_path / "own.pem", "own")
    Client(BASE, cert=path).close()
    key = load_pem_private_key(path.read_bytes(), None)
    encrypted = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password")
    )
    (tmp_path / "key.pem").write_bytes(encrypted)
    with pytest.raises(ConfigurationError, match="not encrypted"):
        Client(BASE, cert=(path, tmp_path / "key.pem"))


def test_a_context_brings_its_own_certificate(tmp_path: Path) -> None:
    path, _ = make_self_signed(tmp_path / "own.pem", "own")
    with pytest.raises(ConfigurationError, match="whole context"):
        Client(BASE, cert=path, verify=ssl.create_default_context())


@pytest.mark.parametrize("method", ["tls_client_auth", "self_signed_tls_client_auth"])
def test_a_method_by_certificate_needs_one(method: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="takes the client's certificate"):
        Client(BASE, client_id="app", auth_method=method)
    path, _ = make_self_signed(tmp_path / "own.pem", "own")
    Client(BASE, client_id="app", auth_method=method, cert=path).close()
