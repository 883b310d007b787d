"""However a good token is changed, it is not believed any more."""

import json
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary_client.errors import InvalidTokenError, OstiaryClientError
from ostiary_client.protocol.messages import Response
from ostiary_client.verification.judge import Judge, PresentedJWT
from ostiary_client.verification.trusted_issuer import TrustedIssuer
from tests.support.played_issuer import AUDIENCE, Clock, PlayedIssuer, jwk_of, private_key

KINDS = ("P-256", "RSA", "Ed25519")
ISSUER = PlayedIssuer("https://issuer.example")


@cache
def judge() -> Judge:
    """Return one that has fetched the issuer's keys."""
    trusted = TrustedIssuer(ISSUER.url, audience=AUDIENCE, jwks_uri=f"{ISSUER.url}/keys")
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
