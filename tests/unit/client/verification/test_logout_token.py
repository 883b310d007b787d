"""The claims of a logout token whose signature holds, and the memory of those that were taken."""

from typing import Any

import pytest

from ostiary_client.errors import ConfigurationError, InvalidTokenError
from ostiary_client.verification.access_token import check_introspected
from ostiary_client.verification.logout_token import (
    EVENT,
    LONGEST_AGE_SECONDS,
    UnspentLogoutToken,
    check_logout_token,
)
from ostiary_client.verification.reading.unverified import UnverifiedJWT
from ostiary_client.verification.spent_tokens import SpentTokensInMemory, key_of
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.validity import Moment
from tests.support.played_issuer import NOW, Clock

ISSUER = "https://issuer.example"
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "joe",
    "sid": "s-1",
    "aud": "app",
    "iat": NOW - 1,
    "exp": NOW + 119,
    "jti": "j-1",
    "events": {EVENT: {}},
}
LEFT_OUT = object()


def check(
    *, typ: str | None = "logout+jwt", is_type_optional: bool = False, **changes: Any
) -> UnspentLogoutToken:
    """Judge the good token's claims, changed."""
    claims = {name: value for name, value in {**GOOD, **changes}.items() if value is not LEFT_OUT}
    jwt = UnverifiedJWT("ES256", "k1", typ, claims, b"", b"", "the.token.itself")
    issuer = TrustedIssuer(
        ISSUER, audience=None, client_id="app", logout_type_optional=is_type_optional
    )
    return check_logout_token(jwt, issuer, "app", Moment(NOW, 30))


def test_SEC_134_good_logout_token_says_whose_session_is_over() -> None:
    token = check().token
    assert (token.issuer, token.client_id, token.subject) == (ISSUER, "app", "joe")
    assert (token.session_id, token.token_id) == ("s-1", "j-1")
    assert (token.issued_at, token.expires_at) == (NOW - 1, NOW + 119)


@pytest.mark.parametrize("left_out", ["sub", "sid"])
def test_SEC_134_one_of_sub_and_sid_is_enough(left_out: str) -> None:
    changes: dict[str, Any] = {left_out: LEFT_OUT}
    token = check(**changes).token
    assert [token.subject, token.session_id].count(None) == 1


@pytest.mark.parametrize("typ", ["logout+jwt", "application/logout+jwt"])
def test_SEC_134_type_may_be_written_in_both_ways(typ: str) -> None:
    assert check(typ=typ).token.subject == "joe"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"typ": None}, id="no type"),
        pytest.param({"typ": "jwt"}, id="type JWT"),
        pytest.param({"typ": "at+jwt"}, id="type of access tokens"),
        pytest.param({"typ": "secevent+jwt"}, id="type of other events"),
        pytest.param({"iss": LEFT_OUT}, id="no iss"),
        pytest.param({"iss": ISSUER + "/"}, id="another iss"),
        pytest.param({"aud": LEFT_OUT}, id="no aud"),
        pytest.param({"aud": "other"}, id="another application"),
        pytest.param({"aud": []}, id="an empty aud"),
        pytest.param({"aud": ["app", "other"]}, id="one more application"),
        pytest.param({"aud": {"app": 1}}, id="aud is an object"),
        pytest.param({"iat": LEFT_OUT}, id="no iat"),
        pytest.param({"iat": NOW + 31}, id="from the future"),
        pytest.param({"iat": NOW - LONGEST_AGE_SECONDS - 30}, id="too old"),
        pytest.param({"iat": True}, id="iat is no number"),
        pytest.param({"exp": LEFT_OUT}, id="no exp"),
        pytest.param({"exp": None}, id="exp is null"),
        pytest.param({"exp": NOW - 30}, id="expired"),
        pytest.param({"nbf": NOW + 31}, id="not valid yet"),
        pytest.param({"jti": LEFT_OUT}, id="no jti"),
        pytest.param({"jti": ""}, id="an empty jti"),
        pytest.param({"jti": 1}, id="jti is a number"),
        pytest.param({"sub": LEFT_OUT, "sid": LEFT_OUT}, id="neither sub nor sid"),
        pytest.param({"sub": ""}, id="an empty sub"),
        pytest.param({"sid": ""}, id="an empty sid"),
        pytest.param({"sid": None}, id="sid is null"),
        pytest.param({"sub": ["joe"]}, id="sub is a list"),
        pytest.param({"nonce": "n-1"}, id="a nonce"),
        pytest.param({"nonce": None}, id="a nonce that is null"),
        pytest.param({"events": LEFT_OUT}, id="no events"),
        pytest.param({"events": {}}, id="no event"),
        pytest.param({"events": EVENT}, id="events is a text"),
        pytest.param({"events": [EVENT]}, id="events is a list"),
        pytest.param({"events": {"https://other.example": {}}}, id="another event"),
        pytest.param({"events": {EVENT: {}, "https://other.example": {}}}, id="one more event"),
        pytest.param({"events": {EVENT: True}}, id="the event is no object"),
        pytest.param({"events": {EVENT: None}}, id="the event is null"),
    ],
)
def test_SEC_134_logout_token_that_is_not_as_it_must_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenError):
        check(**changes)


@pytest.mark.parametrize("typ", ["jwt", None])
def test_SEC_134_type_may_be_missing_where_the_issuer_is_known_for_it(typ: str | None) -> None:
    assert check(typ=typ, is_type_optional=True).token.subject == "joe"


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "at+jwt"},
        {"typ": None, "at_hash": "x"},
        {"typ": None, "scope": "orders:read"},
        {"typ": None, "events": LEFT_OUT},
        {"typ": None, "nonce": "n-1"},
    ],
    ids=["another type", "at_hash", "scope", "no event", "nonce"],
)
def test_SEC_134_without_a_type_the_claims_tell_other_tokens(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenError):
        check(is_type_optional=True, **changes)


def test_SEC_134_logout_token_is_no_access_token_although_its_issuer_calls_it_active() -> None:
    issuer = TrustedIssuer(ISSUER, audience=None)
    with pytest.raises(InvalidTokenError):
        check_introspected("x", {**GOOD, "active": True}, issuer, Moment(NOW, 30))


def test_SEC_134_token_is_remembered_for_as_long_as_it_could_be_taken() -> None:
    assert check().until > GOOD["exp"] + 30
    assert check(exp=NOW + 10**6).until == NOW - 1 + LONGEST_AGE_SECONDS + 31


def test_SEC_134_name_of_a_spent_token_is_of_issuer_application_and_jti() -> None:
    names = {key_of(*each) for each in (("a", "b", "c"), ("a", "b", "d"), ("a", "bc", ""))}
    assert len(names) == 3
    assert {len(name) for name in names} == {64}


def test_SEC_134_memory_takes_a_key_once_until_its_time_is_over() -> None:
    clock = Clock()
    memory = SpentTokensInMemory(now=clock)
    assert memory.spend("k", NOW + 10)
    assert not memory.spend("k", NOW + 10)
    clock.pass_by(10)
    assert memory.spend("k", NOW + 20)


def test_SEC_134_full_memory_forgets_nothing_that_could_be_replayed() -> None:
    clock = Clock()
    memory = SpentTokensInMemory(most_tokens=2, now=clock)
    assert memory.spend("a", NOW + 10)
    assert memory.spend("b", NOW + 20)
    with pytest.raises(InvalidTokenError):
        memory.spend("c", NOW + 20)
    assert not memory.spend("a", NOW + 10)
    clock.pass_by(10)
    assert memory.spend("c", NOW + 20)


def test_memory_without_room_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        SpentTokensInMemory(most_tokens=0)
