"""Tokens that an API asks their issuer about with the SDK, over HTTP to a played issuer."""

from collections.abc import Iterator
from typing import Any

import pytest

from ostiary_client.errors import (
    ConfigurationError,
    InvalidTokenError,
    IssuerUnavailableError,
)
from ostiary_client.verification.refusals import FORGED
from ostiary_client.verification.trusted_issuer import Introspector
from ostiary_client.verification.verifier import TokenVerifier
from tests.support.played_issuer import (
    AUDIENCE,
    INTROSPECTION,
    METADATA,
    NOW,
    Answer,
    Clock,
    PlayedIssuer,
    played_issuer,
)
from tests.support.sdk_verification import refused, verifier_of


@pytest.fixture
def issuer() -> Iterator[PlayedIssuer]:
    with played_issuer() as issuer:
        yield issuer


@pytest.fixture
def other() -> Iterator[PlayedIssuer]:
    with played_issuer() as issuer:
        yield issuer


def asking(issuer: PlayedIssuer, now: Clock | None = None, **how: Any) -> TokenVerifier:
    introspector = Introspector("orders-api", "the-secret-of-the-api", **how)
    return verifier_of(issuer, now=now, introspection=introspector)


def say(issuer: PlayedIssuer, **members: Any) -> None:
    usual = {"active": True, "client_id": "app", "scope": "orders:read", "aud": AUDIENCE}
    issuer.serve(INTROSPECTION, {**usual, "exp": NOW + 60, **members})


def test_reference_token_is_asked_about(issuer: PlayedIssuer) -> None:
    say(issuer, sub="joe")
    token = asking(issuer).verify("an-opaque-token")
    assert token.subject == "joe"
    assert token.scopes == {"orders:read"}
    assert b"token=an-opaque-token" in issuer.bodies[-1]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"active": False}, "expired or was revoked"),
        ({"aud": "https://bills.example"}, "another audience"),
        ({"aud": None}, "another audience"),
        ({"exp": NOW - 100}, "has expired"),
        ({"iss": "https://evil.example"}, "no issuer that is trusted"),
        ({"cnf": {"jkt": "x"}}, "bound"),
        ({"token_type": "DPoP"}, "bound"),
        ({"nonce": "n"}, "no access token"),
        ({"exp": "soon"}, "lacks a claim"),
    ],
    ids=str,
)
def test_SEC_267_active_token_that_is_not_for_here_is_refused(
    issuer: PlayedIssuer, said: dict[str, Any], words: str
) -> None:
    say(issuer, **said)
    assert words in refused(asking(issuer), "an-opaque-token")


def test_revoked_reference_is_refused_at_once(issuer: PlayedIssuer) -> None:
    verifier = asking(issuer)
    say(issuer)
    verifier.verify("an-opaque-token")
    say(issuer, active=False)
    refused(verifier, "an-opaque-token")


def test_answer_is_remembered_for_as_long_as_is_said(issuer: PlayedIssuer) -> None:
    clock = Clock()
    verifier = asking(issuer, now=clock, cache_seconds=30)
    say(issuer)
    verifier.verify("an-opaque-token")
    say(issuer, active=False)
    clock.pass_by(29)
    verifier.verify("an-opaque-token")
    assert issuer.requests.count(INTROSPECTION) == 1
    clock.pass_by(1)
    refused(verifier, "an-opaque-token")


def test_answer_is_not_remembered_beyond_the_end_of_the_token(issuer: PlayedIssuer) -> None:
    clock = Clock()
    verifier = asking(issuer, now=clock, cache_seconds=30)
    say(issuer, exp=NOW + 10)
    verifier.verify("an-opaque-token")
    say(issuer, active=False)
    clock.pass_by(10)
    refused(verifier, "an-opaque-token")


def test_jwt_is_verified_without_asking_unless_that_is_said(issuer: PlayedIssuer) -> None:
    say(issuer, active=False)
    assert asking(issuer).verify(issuer.token()).subject == "joe"
    refused(asking(issuer, jwts_too=True), issuer.token())


@pytest.mark.parametrize(
    "answer", [None, Answer(401), Answer(500), Answer(200, b"<html>")], ids=str
)
def test_issuer_that_cannot_be_asked_accepts_and_refuses_nothing(
    issuer: PlayedIssuer, answer: Answer | None
) -> None:
    issuer.answers[INTROSPECTION] = answer
    with pytest.raises(IssuerUnavailableError):
        asking(issuer).verify("an-opaque-token")


def test_reference_is_sent_to_no_issuer_that_is_not_asked(issuer: PlayedIssuer) -> None:
    assert refused(verifier_of(issuer), "an-opaque-token") == FORGED
    assert issuer.requests == []


def test_reference_is_not_tried_at_several_issuers(
    issuer: PlayedIssuer, other: PlayedIssuer
) -> None:
    introspector = Introspector("orders-api", "the-secret-of-the-api")
    with pytest.raises(ConfigurationError, match="several issuers"):
        verifier_of(issuer, other, introspection=introspector)


def test_SEC_276_refusals_show_neither_token_nor_secret(issuer: PlayedIssuer) -> None:
    issuer.answers[INTROSPECTION] = Answer(500, b"an-opaque-token the-secret-of-the-api")
    verifier = asking(issuer)
    texts = [repr(Introspector("orders-api", "the-secret-of-the-api"))]
    for token in ("an-opaque-token", issuer.token(exp=1), issuer.token() + "A"):
        with pytest.raises((InvalidTokenError, IssuerUnavailableError)) as refusal:
            verifier.verify(token)
        texts += [str(refusal.value), repr(refusal.value)]
        assert all(part not in text for part in token.split(".") for text in texts)
    assert all("the-secret-of-the-api" not in text for text in texts)


def test_SEC_264_credentials_are_sent_to_no_other_host(
    issuer: PlayedIssuer, other: PlayedIssuer
) -> None:
    document = {"issuer": issuer.url, "introspection_endpoint": other.url + INTROSPECTION}
    issuer.serve(METADATA, document)
    with pytest.raises(IssuerUnavailableError, match="another host"):
        asking(issuer).verify("an-opaque-token")
    assert other.requests == []
