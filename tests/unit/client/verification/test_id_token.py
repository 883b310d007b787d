"""The claims of an ID token whose signature holds."""

from typing import Any

import pytest

from ostiary_client.errors import InvalidTokenError
from ostiary_client.verification.id_token import Login, check_id_token, half_hash
from ostiary_client.verification.reading.unverified import UnverifiedJWT
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.validity import Moment
from ostiary_client.verification.verified_token import VerifiedToken
from tests.support.played_issuer import NOW

ISSUER = "https://issuer.example"
ACCESS_TOKEN, CODE = "the-access-token", "the-code"
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "joe",
    "aud": "app",
    "iat": NOW - 1,
    "exp": NOW + 60,
    "nonce": "n-1",
    "at_hash": half_hash(ACCESS_TOKEN, "ES256"),
    "c_hash": half_hash(CODE, "ES256"),
}
LOGIN = Login("n-1", ACCESS_TOKEN, CODE)


def check(login: Login = LOGIN, *, typ: str | None = None, **changes: Any) -> VerifiedToken:
    """Judge the good token's claims, changed; a change to None leaves a claim out."""
    claims = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    jwt = UnverifiedJWT("ES256", "k1", typ, claims, b"", b"", "the.token.itself")
    issuer = TrustedIssuer(ISSUER, audience=None, client_id="app")
    return check_id_token(jwt, issuer, Moment(NOW, 30), login)


def test_id_token_of_this_login_is_taken() -> None:
    token = check()
    assert (token.kind, token.subject, token.client_id) == ("id_token", "joe", "app")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"aud": "other"}, id="another application"),
        pytest.param({"aud": None}, id="no aud"),
        pytest.param({"aud": []}, id="an empty aud"),
        pytest.param({"aud": ["app", "other"]}, id="several aud and no azp"),
        pytest.param({"aud": ["app", "other"], "azp": "other"}, id="azp names another"),
        pytest.param({"azp": "other"}, id="azp names another beside one aud"),
        pytest.param({"nonce": None}, id="no nonce"),
        pytest.param({"nonce": "n-2"}, id="another nonce"),
        pytest.param({"nonce": 1}, id="a nonce that is no text"),
        pytest.param({"at_hash": half_hash("another", "ES256")}, id="at_hash"),
        pytest.param({"at_hash": half_hash(ACCESS_TOKEN, "ES512")}, id="at_hash by SHA-512"),
        pytest.param({"c_hash": half_hash("another", "ES256")}, id="c_hash"),
        pytest.param({"c_hash": None}, id="no c_hash"),
        pytest.param({"exp": NOW - 31}, id="expired"),
        pytest.param({"exp": None}, id="no exp"),
        pytest.param({"iat": NOW + 31}, id="from the future"),
        pytest.param({"iat": None}, id="no iat"),
        pytest.param({"sub": None}, id="no sub"),
        pytest.param({"sub": ""}, id="an empty sub"),
        pytest.param({"events": {}}, id="a logout token"),
        pytest.param({"typ": "at+jwt"}, id="an access token"),
        pytest.param({"typ": "logout+jwt"}, id="a logout token's type"),
    ],
)
def test_SEC_265_id_token_that_is_not_of_this_login_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenError):
        check(**changes)


def test_several_audiences_do_when_azp_is_this_application() -> None:
    assert check(aud=["app", "other"], azp="app").audience == ("app", "other")


def test_at_hash_may_be_left_out() -> None:
    assert check(at_hash=None).subject == "joe"


def test_what_the_caller_does_not_know_is_not_compared() -> None:
    assert check(Login()).subject == "joe"


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        # The example of OpenID Connect Core 1.0 appendix A.3.
        ("RS256", "77QmUPtjPfzWtF2AnpK9RQ"),
        ("ES384", half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "RS384")),
        ("EdDSA", half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "RS512")),
    ],
)
def test_hash_is_by_the_algorithm_of_the_token(algorithm: str, expected: str) -> None:
    assert half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", algorithm) == expected


def test_SEC_276_login_shows_nothing_of_itself() -> None:
    assert not {"n-1", ACCESS_TOKEN, CODE} & set(repr(LOGIN).split("'"))
