"""What an issuer said of tokens is remembered within bounds."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest

from ostiary_client.errors import InvalidTokenError, IssuerUnavailableError
from ostiary_client.protocol.messages import Response
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.verification.introspected import IntrospectedTokens
from ostiary_client.verification.trusted_issuer import Introspector, TrustedIssuer
from ostiary_client.verification.validity import Moment
from tests.support.played_issuer import AUDIENCE, NOW, Clock

ISSUER = "https://issuer.example"


def tokens(clock: Clock, **options: int) -> IntrospectedTokens:
    metadata = Metadata(ISSUER, introspection_endpoint=f"{ISSUER}/introspect")
    how = Introspector("api", "secret", cache_seconds=30, metadata=metadata)
    issuer = TrustedIssuer(ISSUER, audience=AUDIENCE, introspection=how)
    return IntrospectedTokens(issuer, how, lambda: Moment(clock(), 30), **options)


def ask(tokens: IntrospectedTokens, value: str, **said: object) -> None:
    exchange = tokens.ask(value)
    request = next(exchange)
    assert request.url == f"{ISSUER}/introspect"
    document = {"active": True, "aud": AUDIENCE, **said}
    with pytest.raises(StopIteration):
        exchange.send(Response(200, {}, json.dumps(document).encode()))


def test_only_the_last_tokens_are_remembered() -> None:
    known = tokens(Clock(), most_remembered=2)
    for value in ("one", "two", "three"):
        ask(known, value)
    found = [value for value in ("one", "two", "three") if known.remembered(value)]
    assert found == ["two", "three"]


def test_token_is_remembered_no_longer_than_it_lives() -> None:
    clock = Clock()
    known = tokens(clock)
    ask(known, "short", exp=NOW + 10)
    ask(known, "long")
    clock.pass_by(9)
    assert known.remembered("short")
    clock.pass_by(1)
    assert known.remembered("short") is None
    assert known.remembered("long")


def test_token_in_its_leeway_is_not_remembered() -> None:
    known = tokens(Clock())
    ask(known, "late", exp=NOW - 10)
    assert known.remembered("late") is None


def test_server_without_the_endpoint_cannot_be_asked() -> None:
    how = Introspector("api", "secret", metadata=Metadata(ISSUER))
    issuer = TrustedIssuer(ISSUER, audience=AUDIENCE, introspection=how)
    with pytest.raises(IssuerUnavailableError, match="introspection_endpoint"):
        next(IntrospectedTokens(issuer, how, lambda: Moment(NOW, 30)).ask("value"))


def test_SEC_65_remembered_token_is_asked_for_its_certificate_again() -> None:
    known, own = tokens(Clock()), b"own"
    bound = {"x5t#S256": urlsafe_b64encode(sha256(own).digest()).rstrip(b"=").decode()}
    exchange = known.ask("bound", own)
    next(exchange)
    said = {"active": True, "aud": AUDIENCE, "cnf": bound}
    with pytest.raises(StopIteration):
        exchange.send(Response(200, {}, json.dumps(said).encode()))
    assert known.remembered("bound", own)
    for other in (None, b"other"):
        with pytest.raises(InvalidTokenError, match="bound to"):
            known.remembered("bound", other)
