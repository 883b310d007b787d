"""What a server says of a token, and what it says instead."""

from typing import Any

import pytest

from ostiary_client.errors import InvalidClientError, UnreadableResponseError
from ostiary_client.protocol.client_authentication import ClientSecretBasic
from ostiary_client.protocol.introspection import introspect
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.protocol.retry import NO_RETRIES
from ostiary_client.protocol.token_endpoint import Endpoint
from ostiary_client.secret import Secret
from ostiary_client.tokens import Introspection
from tests.support.conversation import Conversation, answer, error_answer

ENDPOINT = Endpoint(
    "introspection_endpoint",
    Metadata("https://pf.example", introspection_endpoint="https://pf.example/introspect"),
    ClientSecretBasic("app", Secret("secret")),
    NO_RETRIES,
    lambda: 0.0,
)


def ask(**members: Any) -> Introspection:
    return Conversation(answer({"active": True, **members})).hold(introspect(ENDPOINT, "a token"))


def test_the_token_goes_out_as_a_parameter() -> None:
    conversation = Conversation(answer({"active": False}))
    conversation.hold(introspect(ENDPOINT, "a token+&="))

    assert conversation.forms == [{"token": "a token+&="}]
    assert conversation.requests[0].url == "https://pf.example/introspect"


def test_an_active_token_has_its_facts() -> None:
    found = ask(
        client_id="app", username="joe", sub="1", iss="https://pf.example", aud="https://api",
        scope="a b", token_type="Bearer", exp=60, iat=1.5, extra="x",
    )  # fmt: skip

    assert found == Introspection(
        True, "app", "joe", "1", "https://pf.example", ("https://api",), ("a", "b"), "Bearer",
        60.0, 1.5, found.claims,
    )  # fmt: skip
    assert found.claims["extra"] == "x"


def test_nothing_is_believed_of_a_token_that_is_not_active() -> None:
    conversation = Conversation(answer({"active": False, "scope": "admin", "sub": "joe"}))

    assert conversation.hold(introspect(ENDPOINT, "a token")) == Introspection(active=False)


@pytest.mark.parametrize("active", ["true", 1, None, "", [True], {}])
def test_active_is_a_boolean_or_the_answer_is_unreadable(active: object) -> None:
    with pytest.raises(UnreadableResponseError, match="does not say whether"):
        ask(active=active)


@pytest.mark.parametrize(
    ("aud", "audience"),
    [
        ("one", ("one",)), ("one two", ("one two",)), (["a", "b"], ("a", "b")), (["a", 5], ("a",)),
        (None, ()), (5, ()), ({"a": 1}, ()),
    ],
)  # fmt: skip
def test_an_audience_is_a_text_or_a_list(aud: object, audience: tuple[str, ...]) -> None:
    assert ask(aud=aud).audience == audience


@pytest.mark.parametrize(
    ("scope", "scopes"), [("a b", ("a", "b")), (["a", "b"], ("a", "b")), (5, ())]
)
def test_scopes_are_a_text_or_a_list(scope: object, scopes: tuple[str, ...]) -> None:
    assert ask(scope=scope).scopes == scopes


@pytest.mark.parametrize("time", ["60", True, None, [], 10**400])
def test_a_time_that_is_none_is_left_out(time: object) -> None:
    found = ask(exp=time, iat=time)

    assert (found.expires_at, found.issued_at) == (None, None)


def test_a_client_that_may_not_ask_is_told() -> None:
    with pytest.raises(InvalidClientError):
        Conversation(error_answer("invalid_client", 401)).hold(introspect(ENDPOINT, "a token"))


def test_SEC_276_the_token_is_in_no_error() -> None:
    token = "canary-token-0123456789"
    with pytest.raises(UnreadableResponseError) as unreadable:
        Conversation(answer({"you sent": token})).hold(introspect(ENDPOINT, token))

    assert token not in f"{unreadable.value} {vars(unreadable.value)}"
