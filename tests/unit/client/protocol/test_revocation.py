"""Telling a server that a token is no longer needed."""

import pytest

from ostiary_client.errors import OAuthError, ServerFailedError, UnreadableResponseError
from ostiary_client.protocol.client_authentication import NoAuthentication
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.protocol.retry import NO_RETRIES
from ostiary_client.protocol.revocation import revoke
from ostiary_client.protocol.token_endpoint import Endpoint
from tests.support.conversation import Conversation, answer, error_answer

ENDPOINT = Endpoint(
    "revocation_endpoint",
    Metadata("https://pf.example", revocation_endpoint="https://pf.example/revoke"),
    NoAuthentication("app"),
    NO_RETRIES,
    lambda: 0.0,
)


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b"OK"])
@pytest.mark.parametrize("status", [200, 204])
def test_every_success_is_one_whatever_its_body(body: bytes, status: int) -> None:
    conversation = Conversation(answer(body=body, status=status))
    conversation.hold(revoke(ENDPOINT, "abc"))

    assert conversation.forms == [{"token": "abc", "client_id": "app"}]


def test_a_hint_goes_along() -> None:
    conversation = Conversation(answer(body=b""))
    conversation.hold(revoke(ENDPOINT, "abc", hint="access_token"))

    assert conversation.forms[0]["token_type_hint"] == "access_token"


def test_a_refusal_is_an_error() -> None:
    with pytest.raises(OAuthError, match="unsupported_token_type"):
        Conversation(error_answer("unsupported_token_type")).hold(revoke(ENDPOINT, "abc"))


def test_a_failure_or_a_redirect_revokes_nothing() -> None:
    with pytest.raises(ServerFailedError):
        Conversation(answer(body=b"", status=503)).hold(revoke(ENDPOINT, "abc"))
    with pytest.raises(UnreadableResponseError):
        Conversation(answer(body=b"", status=302)).hold(revoke(ENDPOINT, "abc"))
