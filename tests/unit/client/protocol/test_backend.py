"""Exchanging an access token at a backend, and the seven ways in which that ends."""

from typing import Any

import pytest

from ostiary_client.errors import (
    BackendError,
    BackendRefusedError,
    BackendUnreachableError,
    SecretTokenMissingError,
    ServerUnreachableError,
    TimedOutError,
    UnreadableResponseError,
)
from ostiary_client.protocol.backend import exchange_at_backend
from ostiary_client.protocol.retry import RetryPolicy
from ostiary_client.tokens import AccessToken, BackendToken
from tests.support.conversation import Conversation, answer

URL = "https://api.example.com/user"
TOKEN = AccessToken("canary-access-token")
PATIENT = RetryPolicy(first_pause_seconds=0.0)


def exchange(conversation: Conversation, method: str = "POST", **options: Any) -> BackendToken:
    return conversation.hold(
        exchange_at_backend(URL, TOKEN, method=method, policy=PATIENT, **options)
    )


def test_S0_23_the_token_is_presented_as_a_bearer_token() -> None:
    conversation = Conversation(answer({"token": "custom"}))
    exchange(conversation)
    (request,) = conversation.requests

    assert (request.method, request.url, request.body) == ("POST", URL, b"")
    assert request.headers["authorization"] == "Bearer canary-access-token"


@pytest.mark.parametrize("member", ["token", "secret_token"])
def test_S0_24_the_backends_token_has_one_of_two_names(member: str) -> None:
    token = exchange(Conversation(answer({member: "custom", "user": "joe"})))

    assert token.value == "custom"
    assert token.response["user"] == "joe"


def test_S0_25_the_member_and_the_method_can_be_named() -> None:
    conversation = Conversation(answer({"token": "no", "jwt": "custom"}))

    assert exchange(conversation, "GET", members=("jwt",)).value == "custom"
    assert conversation.requests[0].method == "GET"


def test_S0_26_the_custom_token_goes_on_further_calls() -> None:
    token = exchange(Conversation(answer({"token": "custom"})))

    assert token.authorization == "Bearer custom"


def test_S0_30_the_beginning_of_a_custom_token_may_be_shown_and_no_more() -> None:
    assert BackendToken("0123456789abcdef").beginning == "0123…"
    assert BackendToken("short").beginning == "…"


@pytest.mark.parametrize("error", [ServerUnreachableError("gone"), TimedOutError("slow")])
def test_S0_30_a_backend_that_does_not_answer_is_an_error_of_its_own(
    error: ServerUnreachableError | TimedOutError,
) -> None:
    with pytest.raises(BackendUnreachableError, match=r"api\.example\.com/user did not answer"):
        exchange(Conversation(error))


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 429, 500, 503])
def test_S0_30_a_backend_that_refuses_is_an_error_with_its_status_and_words(status: int) -> None:
    with pytest.raises(BackendRefusedError) as refused:
        exchange(Conversation(answer({"detail": "Not you"}, status)))

    assert refused.value.status == status
    assert "Not you" in refused.value.content


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"[]", b"null", b'"custom"', b"{}", b'{"token": ""}', b'{"token": null}',
        b'{"token": 5}', b'{"token": ["custom"]}', b'{"token": "a", "token": "b"}',
        b'{"token": "line\\nbreak"}', b'{"token": "\\ud800"}', b'{"token": {"value": "custom"}}',
    ],
)  # fmt: skip
def test_S0_30_a_backend_that_sends_no_token_is_an_error_of_its_own(body: bytes) -> None:
    with pytest.raises(SecretTokenMissingError, match="token or secret_token"):
        exchange(Conversation(answer(body=body)))


def test_a_backend_that_sends_far_too_much_sends_no_token() -> None:
    with pytest.raises(SecretTokenMissingError, match="far too much"):
        exchange(Conversation(UnreadableResponseError("far too much")))


def test_S0_30_every_error_of_a_backend_has_one_base() -> None:
    for answered in (answer({}, 500), answer({}), TimedOutError("slow")):
        with pytest.raises(BackendError):
            exchange(Conversation(answered))


def test_SEC_273_a_token_is_not_presented_twice_by_post() -> None:
    conversation = Conversation(TimedOutError("slow"))

    with pytest.raises(BackendUnreachableError):
        exchange(conversation)
    assert len(conversation.requests) == 1


def test_a_token_may_be_presented_twice_by_get() -> None:
    conversation = Conversation(TimedOutError("slow"), answer({"token": "custom"}))

    assert exchange(conversation, "GET").value == "custom"


def test_SEC_276_a_backend_that_repeats_the_token_gets_it_into_no_error() -> None:
    echo = answer({"detail": f"bad header: {TOKEN.authorization}"}, 401)
    with pytest.raises(BackendRefusedError) as refused:
        exchange(Conversation(echo))

    assert TOKEN.value not in f"{refused.value} {vars(refused.value)}"
    assert "bad header" in refused.value.content
