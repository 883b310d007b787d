"""However a good token is changed, it is not believed any more."""

import json
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_client.errors import InvalidTokenError, OstiaryClientError
from ostiary_client.protocol.messages import Response
from ostiary_client.verification.judge import Judge, PresentedJWT
from ostiary_client.verification.logout_token import EVENT, check_logout_token
from ostiary_client.verification.reading.unverified import UnverifiedJWT
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from ostiary_client.verification.validity import Moment
from tests.support.played_issuer import AUDIENCE, NOW, Clock, PlayedIssuer, jwk_of, private_key

KINDS = ("P-256", "RSA", "Ed25519")
ISSUER = PlayedIssuer("https://issuer.example")


@cache
def judge() -> Judge:
    """Return one that has fetched the issuer's keys."""
    trusted = TrustedIssuer(
        ISSUER.url, audience=AUDIENCE, client_id="app", jwks_uri=f"{ISSUER.url}/keys"
    )
    judge = Judge([trusted], now=Clock(), leeway_seconds=30)
    keys = [jwk_of(private_key(f"{ISSUER.url} {kind}", kind), kind) for kind in KINDS]
    presented = judge.receive(token("P-256"))
    assert isinstance(presented, PresentedJWT)
    exchange = presented.party.keys.refresh()
    next(exchange)
    with pytest.raises(StopIteration):
        exchange.send(Response(200, {}, json.dumps({"keys": keys}).encode()))
    return judge


@cache
def token(kind: str) -> str:
    return ISSUER.token(kind, kind)


def believes(value: str) -> bool:
    try:
        presented = judge().receive(value)
        assert isinstance(presented, PresentedJWT)
        judge().check(presented)
    except InvalidTokenError:
        return False
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_unchanged_token_is_believed(kind: str) -> None:
    assert believes(token(kind))


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_SEC_99_no_changed_token_is_believed(kind: str, data: st.DataObject) -> None:
    good = token(kind)
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 4)))
    put = data.draw(st.text(alphabet="AQgwZ_-.=+/ \n\u0130", max_size=4) | st.text(max_size=4))
    changed = good[:start] + put + good[end:]
    assert believes(changed) == (changed == good)


@given(value=st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){0,4}"))
def test_whatever_comes_is_refused_in_order(value: str) -> None:
    with pytest.raises(OstiaryClientError):
        judge().receive(value)


@cache
def logout_token(kind: str) -> str:
    claims = ISSUER.claims(aud="app", jti="j", iat=NOW, exp=NOW + 120, events={EVENT: {}})
    return ISSUER.sign({"kid": kind, "typ": "logout+jwt"}, claims, kind, kind)


def ends_a_session(value: str) -> bool:
    try:
        judge().check_logout_token(judge().receive_logout_token(value))
    except InvalidTokenError:
        return False
    return True


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_SEC_134_no_changed_logout_token_is_believed(kind: str, data: st.DataObject) -> None:
    good = logout_token(kind)
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 4)))
    put = data.draw(st.text(alphabet="AQgwZ_-.=+/ \n\u0130", max_size=4) | st.text(max_size=4))
    changed = good[:start] + put + good[end:]
    assert ends_a_session(changed) == (changed == good)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


@given(name=st.sampled_from(["aud", "iat", "exp", "nbf", "jti", "sub", "sid", "events"]), put=_JSON)
def test_SEC_134_claims_of_any_type_are_judged_in_order(name: str, put: object) -> None:
    usual = ISSUER.claims(aud="app", jti="j", iat=NOW, exp=NOW + 120, events={EVENT: {}})
    jwt = UnverifiedJWT("ES256", "k", "logout+jwt", {**usual, name: put}, b"", b"", "")
    issuer = TrustedIssuer(ISSUER.url, audience=None, client_id="app")
    try:
        token = check_logout_token(jwt, issuer, "app", Moment(NOW, 30)).token
    except InvalidTokenError:
        return
    assert isinstance(token.token_id, str)
    assert token.subject or token.session_id
    assert NOW - 330 < token.issued_at <= NOW + 30
    assert token.expires_at > NOW - 30
