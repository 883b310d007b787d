"""The claims of an access token whose signature holds."""

import base64
import hashlib
import ssl
from typing import Any

import pytest

from ostiary_client.errors import InvalidTokenError
from ostiary_client.verification.access_token import check_access_token
from ostiary_client.verification.reading.unverified import UnverifiedJWT
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.validity import Moment
from ostiary_client.verification.verified_token import VerifiedToken
from tests.support.played_issuer import AUDIENCE, NOW

ISSUER = "https://issuer.example"
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "joe",
    "aud": AUDIENCE,
    "client_id": "app",
    "scope": "orders:read orders:write",
    "exp": NOW + 60,
}
LEEWAY = 30.0
OWN = b"the certificate in DER form"
BOUND = {"x5t#S256": base64.urlsafe_b64encode(hashlib.sha256(OWN).digest()).rstrip(b"=").decode()}


def check(
    typ: str | None = "at+jwt",
    /,
    *,
    audience: Any = AUDIENCE,
    certificate: Any = None,
    **changes: Any,
) -> VerifiedToken:
    """Judge the good token's claims, changed; a change to None leaves a claim out."""
    claims = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    jwt = UnverifiedJWT("ES256", "k1", typ, claims, b"", b"", "the.token.itself")
    issuer, moment = TrustedIssuer(ISSUER, audience=audience), Moment(NOW, LEEWAY)
    return check_access_token(jwt, issuer, moment, certificate)


def test_token_says_who_may_do_what_and_how_long() -> None:
    token = check()
    assert token.issuer == ISSUER
    assert token.subject == "joe"
    assert token.client_id == "app"
    assert token.audience == (AUDIENCE,)
    assert token.scopes == {"orders:read", "orders:write"}
    assert token.expires_at == NOW + 60
    assert token.kind == "access_token"
    assert token.claims["sub"] == "joe"


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        ({"scope": "a  b"}, ["a", "b"]),
        ({"scope": ["a", "b"]}, ["a", "b"]),
        ({"scope": ["a b"]}, ["a b"]),
        ({"scope": None, "scp": "a b"}, ["a", "b"]),
        ({"scope": None, "scp": ["a"]}, ["a"]),
        ({"scope": "", "scp": "a"}, []),
        ({"scope": None}, []),
    ],
    ids=str,
)
def test_scopes_are_a_text_or_a_list(claims: dict[str, Any], scopes: list[str]) -> None:
    assert check(**claims).scopes == set(scopes)


@pytest.mark.parametrize("name", ["client_id", "client_id_name", "cid", "azp", "appid"])
def test_client_is_found_by_the_names_it_goes_by(name: str) -> None:
    claims = {"client_id": None, name: "app"}
    assert check(**claims).client_id == "app"


@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt", "jwt", None])
def test_types_of_access_tokens_are_taken(typ: str | None) -> None:
    assert check(typ).subject == "joe"


@pytest.mark.parametrize(
    "typ", ["logout+jwt", "dpop+jwt", "id_token+jwt", "secevent+jwt", "jwt+at", "jwe"]
)
def test_SEC_267_token_of_another_type_is_refused(typ: str) -> None:
    with pytest.raises(InvalidTokenError, match="no access token"):
        check(typ)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"nonce": "n"}, id="nonce"),
        pytest.param({"at_hash": "h"}, id="at_hash"),
        pytest.param({"c_hash": "h"}, id="c_hash"),
        pytest.param({"scope": None, "client_id": None}, id="neither scope nor client"),
        pytest.param({"scope": None, "client_id": None, "azp": "app"}, id="azp only"),
        pytest.param({"token_use": "id"}, id="token_use"),
        pytest.param({"typ": "ID"}, id="the claim typ"),
        pytest.param({"typ": "Refresh"}, id="a refresh token"),
        pytest.param({"events": {}}, id="a logout token"),
    ],
)
@pytest.mark.parametrize("audience", [AUDIENCE, None], ids=["audience", "no audience"])
def test_SEC_267_id_token_is_no_access_token(changes: dict[str, Any], audience: Any) -> None:
    with pytest.raises(InvalidTokenError, match="no access token"):
        check("jwt", audience=audience, **changes)


@pytest.mark.parametrize(
    "aud",
    [
        pytest.param(None, id="none"),
        pytest.param("https://bills.example", id="another"),
        pytest.param(AUDIENCE + "/", id="a longer one"),
        pytest.param(AUDIENCE[:-1], id="a shorter one"),
        pytest.param(AUDIENCE.upper(), id="in capitals"),
        pytest.param([], id="an empty list"),
        pytest.param([AUDIENCE + " x"], id="a list of another"),
        pytest.param("", id="empty"),
    ],
)
def test_SEC_267_token_for_another_audience_is_refused(aud: Any) -> None:
    with pytest.raises(InvalidTokenError, match="another audience"):
        check(aud=aud)


@pytest.mark.parametrize("aud", [AUDIENCE, ["other", AUDIENCE]], ids=["a text", "a list"])
def test_audience_is_one_of_the_tokens(aud: Any) -> None:
    assert AUDIENCE in check(aud=aud).audience


def test_api_may_have_several_names() -> None:
    assert check(audience=("old", AUDIENCE)).subject == "joe"


def test_audience_is_not_checked_when_that_is_said() -> None:
    assert check(audience=None, aud=None).audience == ()


def test_SEC_94_token_without_end_is_refused() -> None:
    with pytest.raises(InvalidTokenError, match="exp is missing"):
        check(exp=None)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize(
    "value",
    [
        pytest.param(True, id="true"),
        pytest.param(str(NOW), id="text"),
        pytest.param([NOW], id="list"),
        pytest.param({}, id="object"),
        pytest.param(float("inf"), id="infinite"),
        pytest.param(float("nan"), id="NaN"),
        pytest.param(10**400, id="400 digits"),
        pytest.param(-1, id="before 1970"),
        pytest.param(1e18, id="far beyond"),
    ],
)
def test_SEC_93_time_of_another_type_is_refused(name: str, value: Any) -> None:
    with pytest.raises(InvalidTokenError, match="lacks a claim"):
        check(**{name: value})


def test_time_may_have_a_fraction() -> None:
    assert check(exp=NOW + 0.5, iat=NOW - 0.5).expires_at == NOW + 0.5


def test_expired_token_is_refused_after_the_leeway() -> None:
    assert check(exp=NOW - LEEWAY + 1).subject == "joe"
    with pytest.raises(InvalidTokenError, match="has expired"):
        check(exp=NOW - LEEWAY)


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_token_from_the_future_is_refused_beyond_the_leeway(name: str) -> None:
    assert check(**{name: NOW + LEEWAY}).subject == "joe"
    with pytest.raises(InvalidTokenError, match="not valid yet"):
        check(**{name: NOW + LEEWAY + 1})


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"sub": 1}, id="sub a number"),
        pytest.param({"sub": ["joe"]}, id="sub a list"),
        pytest.param({"client_id": {}}, id="client an object"),
        pytest.param({"scope": 1}, id="scope a number"),
        pytest.param({"scope": ["a", 1]}, id="scope a list of a number"),
        pytest.param({"aud": 1}, id="aud a number"),
        pytest.param({"aud": [AUDIENCE, 1]}, id="aud a list with a number"),
        pytest.param({"aud": {AUDIENCE: 1}}, id="aud an object"),
    ],
)
def test_claim_of_another_type_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenError, match="lacks a claim"):
        check(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"cnf": {"jkt": "x"}}, id="DPoP"),
        pytest.param({"cnf": {"x5t#S256": "x"}}, id="mTLS"),
        pytest.param({"cnf": {}}, id="nothing"),
        pytest.param({"token_type": "DPoP"}, id="its type"),
    ],
)
def test_token_bound_to_a_key_is_no_bearer_token(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenError, match="bound to a key"):
        check(**changes)


def test_SEC_276_repr_shows_neither_token_nor_claims() -> None:
    shown = repr(check(email="joe@example.com"))
    assert "the.token.itself" not in shown
    assert "joe@example.com" not in shown


@pytest.mark.parametrize("certificate", [OWN, ssl.DER_cert_to_PEM_cert(OWN)], ids=["der", "pem"])
def test_SEC_65_bound_token_is_good_with_its_certificate(certificate: bytes | str) -> None:
    assert check(cnf=BOUND, certificate=certificate).claims["cnf"] == BOUND


@pytest.mark.parametrize(
    ("certificate", "text"),
    [
        (None, "bound to a key"),
        (b"", "another certificate"),
        (b"other", "another certificate"),
        (BOUND["x5t#S256"], "bound to a key"),
        ("é", "bound to a key"),
    ],
)
def test_SEC_65_bound_token_is_refused_without_its_certificate(
    certificate: bytes | str | None, text: str
) -> None:
    with pytest.raises(InvalidTokenError, match=text):
        check(cnf=BOUND, certificate=certificate)


@pytest.mark.parametrize(
    "changes",
    [
        {"cnf": {**BOUND, "jkt": "x"}},
        {"cnf": {"x5t#S256": 1}},
        {"cnf": {}},
        {"cnf": "x"},
        {"cnf": BOUND, "token_type": "DPoP"},
    ],
    ids=str,
)
def test_a_certificate_proves_no_other_binding(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenError, match="bound to a key"):
        check(certificate=OWN, **changes)
