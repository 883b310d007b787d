"""Passwords, assertions and tokens of others with either kind of client, over sockets."""

from collections.abc import Iterator
from typing import Any

import pytest

from ostiary_client import InvalidTokenError, OAuthError
from tests.client.asking import KINDS, ask
from tests.support.authorization_server import TOKEN, Reply
from tests.support.sign_on_server import SignOnServer, running_sign_on_server

pytestmark = pytest.mark.parametrize("kind", KINDS)
TYPES = "urn:ietf:params:oauth:token-type:"
REFUSED = Reply({"error": "invalid_grant", "error_description": "No."}, 400)


@pytest.fixture
def issuer() -> Iterator[SignOnServer]:
    with running_sign_on_server() as server:
        yield server


def test_S2_8_a_password_becomes_tokens_and_the_id_token_is_verified(
    kind: str, issuer: SignOnServer
) -> None:
    tokens = ask(kind, issuer.base_url, lambda c: c.password_tokens("joe@example.com", "p w", "a"))

    assert (tokens.access_token, tokens.refresh_token) == ("access-1", "refresh-1")
    assert tokens.subject == "joe"
    (form,) = issuer.forms()
    assert form["grant_type"] == "password"
    assert (form["username"], form["password"]) == ("joe@example.com", "p w")
    assert form["scope"] == "a"


def test_an_id_token_of_another_issuer_is_refused(kind: str, issuer: SignOnServer) -> None:
    issuer.claims["iss"] = "https://evil.example"
    with pytest.raises(InvalidTokenError):
        ask(kind, issuer.base_url, lambda c: c.password_tokens("joe", "p"))


def test_SEC_244_no_error_shows_a_password(kind: str, issuer: SignOnServer) -> None:
    issuer.server.replies[TOKEN] = lambda request: Reply(
        {"error": "invalid_grant", "error_description": f"bad {request.form['password']}"}, 400
    )
    with pytest.raises(OAuthError) as refused:
        ask(kind, issuer.base_url, lambda c: c.password_tokens("joe", "canary-password"))

    assert refused.value.error == "invalid_grant"
    assert "canary" not in f"{refused.value} {refused.value!r} {refused.value.content}"


def test_what_is_brought_is_brought_once(kind: str, issuer: SignOnServer) -> None:
    issuer.server.replies[TOKEN] = Reply(b"", 503)
    calls: list[Any] = [
        lambda c: c.password_tokens("joe", "p"),
        lambda c: c.assertion_token("a.b.c"),
        lambda c: c.exchange_token("t"),
    ]
    for number, call in enumerate(calls, 1):
        with pytest.raises(Exception, match="503"):
            ask(kind, issuer.base_url, call)
        assert len(issuer.forms()) == number


def test_S0_5_an_assertion_becomes_a_token(kind: str, issuer: SignOnServer) -> None:
    token = ask(kind, issuer.base_url, lambda c: c.assertion_token("a.b.c", "read write"))

    assert token.value == "access-1"
    (form,) = issuer.forms()
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert (form["assertion"], form["scope"]) == ("a.b.c", "read write")


def test_a_token_becomes_another(kind: str, issuer: SignOnServer) -> None:
    def exchange(client: Any) -> Any:
        return client.exchange_token(
            "theirs",
            "read",
            audience="https://api.example.com",
            actor_token="mine",
            subject_token_type="jwt",
        )

    token = ask(kind, issuer.base_url, exchange, scope="usual")

    assert token.value == "access-1"
    (form,) = issuer.forms()
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange"
    assert (form["subject_token"], form["subject_token_type"]) == ("theirs", f"{TYPES}jwt")
    assert (form["actor_token"], form["actor_token_type"]) == ("mine", f"{TYPES}access_token")
    assert (form["audience"], form["scope"]) == ("https://api.example.com", "read")


def test_an_exchange_asks_for_nothing_that_was_not_said(kind: str, issuer: SignOnServer) -> None:
    ask(kind, issuer.base_url, lambda c: c.exchange_token("theirs"), scope="usual", resource="r")
    (form,) = issuer.forms()
    assert set(form) & {"scope", "resource", "actor_token", "actor_token_type"} == set()


def test_SEC_244_no_error_shows_a_token_that_was_brought(kind: str, issuer: SignOnServer) -> None:
    issuer.server.replies[TOKEN] = lambda request: Reply(
        {"error": "invalid_request", "error_description": "canary-subject canary-actor"}, 400
    )
    call: Any = lambda c: c.exchange_token("canary-subject", actor_token="canary-actor")  # noqa: E731
    with pytest.raises(OAuthError) as refused:
        ask(kind, issuer.base_url, call)
    assert "canary" not in f"{refused.value} {refused.value.content}"
