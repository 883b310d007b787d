"""OAuth's JSON answers have the status, headers and members that the RFC names."""

import json

import pytest

from ostiary.core.base.errors import (
    InvalidClientError,
    OAuthCode,
    OAuthError,
    ProtocolError,
    TooManyAttemptsError,
    UnavailableError,
)
from ostiary.core.base.ids import ClientId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.token import IssuedTokens
from ostiary.core.tokens.known_refresh_tokens import RefreshTokenFacts
from ostiary.http.errors import method_not_allowed
from ostiary.http.message import NO_STORE, Response
from ostiary.http.oauth_json import (
    CHALLENGE_BASIC,
    STATUS_OF,
    render_error,
    render_introspection,
    render_tokens,
)
from tests.support.environments import make_environment


def members_of(response: Response) -> dict[str, object]:
    assert (b"content-type", b"application/json") in response.headers
    assert set(NO_STORE) <= set(response.headers)
    members = json.loads(response.body)
    assert isinstance(members, dict)
    return members


def test_every_code_has_a_status() -> None:
    assert set(STATUS_OF) == set(OAuthCode)


@pytest.mark.parametrize("code", OAuthCode)
def test_SEC_49_a_refusal_says_its_code_and_words_and_is_not_kept(code: OAuthCode) -> None:
    response = render_error(OAuthError(code, "No.", secret="hidden"), None)
    assert response.status == STATUS_OF[code]
    assert members_of(response) == {"error": code.value, "error_description": "No."}


def test_a_code_of_another_protocol_is_a_bad_request() -> None:
    assert render_error(ProtocolError("RESOURCE_NOT_FOUND", "No."), None).status == 400


def test_a_refused_client_is_told_how_to_authenticate() -> None:
    response = render_error(InvalidClientError(), None)
    assert response.status == 401
    assert CHALLENGE_BASIC in response.headers


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnavailableError("Later.", retry_after_seconds=7), 503),
        (TooManyAttemptsError("Later.", retry_after_seconds=7), 429),
    ],
)
def test_who_should_come_back_is_told_when(error: ProtocolError, status: int) -> None:
    response = render_error(error, None)
    assert response.status == status
    assert (b"retry-after", b"7") in response.headers
    assert members_of(response)["error"] == "temporarily_unavailable"


def test_a_refusal_of_the_edge_keeps_its_status_and_headers() -> None:
    response = render_error(method_not_allowed(b"GET"), None)
    assert response.status == 405
    assert (b"allow", b"GET") in response.headers
    assert members_of(response)["error"] == "invalid_request"


def test_SEC_49_tokens_are_answered_with_their_scope_and_are_not_kept() -> None:
    response = render_tokens(IssuedTokens("t0ken", 3600, ScopeSet(("a", "b"))))
    assert response.status == 200
    assert members_of(response) == {
        "access_token": "t0ken",
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "a b",
    }


def test_a_users_tokens_come_with_those_that_there_are() -> None:
    tokens = IssuedTokens("a", 60, ScopeSet.parse("openid"), refresh_token="r", id_token="i")
    members = members_of(render_tokens(tokens))
    assert (members["refresh_token"], members["id_token"]) == ("r", "i")
    bare = members_of(render_tokens(IssuedTokens("a", 60, ScopeSet())))
    assert not {"refresh_token", "id_token"} & bare.keys()


def test_a_refresh_token_is_described_without_a_type() -> None:
    """It is no bearer token, whoever asks about it."""
    facts = RefreshTokenFacts(ClientId("c"), ScopeSet.parse("openid"), 99.9, "u")
    members = members_of(render_introspection(make_environment(), facts))
    assert members == {
        "active": True,
        "iss": "https://default.example.com",
        "scope": "openid",
        "client_id": "c",
        "exp": 99,
        "sub": "u",
    }
