"""What a server says of a person, and whether that is who signed on."""

from dataclasses import replace
from typing import Any

import pytest

from ostiary_client.errors import (
    DiscoveryError,
    InvalidTokenError,
    OAuthError,
    ServerFailedError,
    UnreadableResponseError,
)
from ostiary_client.protocol.messages import Response
from ostiary_client.signon.token_set import TokenSet
from ostiary_client.tokens import AccessToken
from tests.support.conversation import Conversation, answer
from tests.support.played_issuer import NOW
from tests.support.sign_on_play import ISSUER, id_token, keys, metadata, people

JOE = TokenSet("the-access-token", claims={"sub": "joe"})
JWT = {"content-type": "application/jwt;charset=UTF-8"}


def signed(**claims: Any) -> Response:
    return answer(body=id_token(None, **claims).encode(), headers=JWT)


def test_the_token_is_shown_to_the_endpoint_and_its_answer_returned() -> None:
    conversation = Conversation(answer({"sub": "joe", "email": "joe@example.com"}))
    said = conversation.hold(people().userinfo(JOE, None))

    assert said["email"] == "joe@example.com"
    (request,) = conversation.requests
    assert (request.method, request.url) == ("GET", f"{ISSUER}/idp/userinfo.openid")
    assert request.headers["authorization"] == "Bearer the-access-token"


@pytest.mark.parametrize("token", [AccessToken("the-access-token"), "the-access-token"])
def test_an_access_token_alone_will_do(token: AccessToken | str) -> None:
    conversation = Conversation(answer({"sub": "joe"}))

    assert conversation.hold(people().userinfo(token, None)) == {"sub": "joe"}
    assert conversation.requests[0].headers["authorization"] == "Bearer the-access-token"


@pytest.mark.parametrize("sub", ["mallory", "", None, 1, ["joe"]])
def test_an_answer_about_somebody_else_is_refused(sub: object) -> None:
    with pytest.raises(InvalidTokenError):
        Conversation(answer({"sub": sub})).hold(people().userinfo(JOE, None))


def test_whom_it_is_about_can_be_said() -> None:
    with pytest.raises(InvalidTokenError, match="somebody else"):
        Conversation(answer({"sub": "joe"})).hold(people().userinfo("a", "mallory"))


def test_a_signed_answer_is_verified() -> None:
    said = Conversation(signed(email="joe@example.com"), keys()).hold(people().userinfo(JOE, None))

    assert said["email"] == "joe@example.com"


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"iss": "https://evil.example"}, id="another issuer"),
        pytest.param({"iss": None}, id="no issuer"),
        pytest.param({"aud": "other"}, id="another application"),
        pytest.param({"aud": None}, id="no application"),
        pytest.param({"exp": NOW - 31}, id="expired"),
        pytest.param({"sub": "mallory"}, id="somebody else"),
        pytest.param({"header": {"kid": "k2"}}, id="an unknown key"),
        pytest.param({"header": {"alg": "HS256"}}, id="no private key's algorithm"),
    ],
)
def test_SEC_265_a_signed_answer_of_anybody_else_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenError):
        Conversation(signed(**claims), keys()).hold(people().userinfo(JOE, None))


@pytest.mark.parametrize("body", [b"", b"<html>", b"not a token at all", b"\xff"])
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    for headers in ({}, JWT):
        with pytest.raises((UnreadableResponseError, InvalidTokenError)):
            Conversation(answer(body=body, headers=headers)).hold(people().userinfo(JOE, None))


@pytest.mark.parametrize(
    ("status", "error"), [(401, "invalid_token"), (403, "insufficient_scope"), (400, "invalid")]
)
def test_a_refused_token_is_an_oauth_error_that_does_not_show_it(status: int, error: str) -> None:
    body = b"the-access-token is bad"

    with pytest.raises(OAuthError) as refused:
        Conversation(answer(body=body, status=status)).hold(people().userinfo(JOE, None))
    assert refused.value.error.startswith(error)
    assert "the-access-token" not in f"{refused.value} {refused.value.content}"


def test_a_failure_and_a_redirect_are_told() -> None:
    with pytest.raises(ServerFailedError):
        Conversation(answer(body=b"", status=503)).hold(people().userinfo(JOE, None))
    with pytest.raises(UnreadableResponseError):
        Conversation(answer(body=b"", status=302)).hold(people().userinfo(JOE, None))


def test_SEC_272_a_token_is_not_shown_to_another_host_unless_that_is_trusted() -> None:
    elsewhere = replace(metadata(), userinfo_endpoint="https://api.example/me")

    with pytest.raises(DiscoveryError, match=r"https://api\.example"):
        Conversation().hold(people(elsewhere).userinfo(JOE, None))
    trusting = people(elsewhere, trusted_origins=("https://api.example",))
    assert Conversation(answer({"sub": "joe"})).hold(trusting.userinfo(JOE, None))
