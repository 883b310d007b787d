"""What a program may say of an issuer, and what is refused before anything is fetched."""

from typing import Any

import pytest

from ostiary_client.errors import ConfigurationError
from ostiary_client.verification.trusted_issuer import Introspector, TrustedIssuer
from ostiary_client.verification.verifier import TokenVerifier

ISSUER = "https://issuer.example"


@pytest.mark.parametrize(
    ("issuer", "options", "words"),
    [
        pytest.param("issuer.example", {}, "no URL", id="no scheme"),
        pytest.param("http://issuer.example", {}, "no TLS", id="no TLS"),
        pytest.param(ISSUER, {"jwks_uri": "http://keys.example"}, "no TLS", id="keys without TLS"),
        pytest.param(ISSUER, {"jwks_uri": [ISSUER, "ftp://x"]}, "no URL", id="one address bad"),
        pytest.param(ISSUER, {"base_url": "http://issuer.example"}, "no TLS", id="metadata"),
        pytest.param(ISSUER, {"audience": ""}, "No audience", id="an empty audience"),
        pytest.param(ISSUER, {"audience": []}, "No audience", id="no audience in a list"),
        pytest.param(ISSUER, {"algorithms": frozenset()}, "no algorithm", id="no algorithm"),
        pytest.param(ISSUER, {"algorithms": frozenset({"HS256"})}, "HS256", id="HS256"),
        pytest.param(ISSUER, {"accept_id_token": True}, "one application", id="ID tokens of all"),
    ],
)
def test_nonsense_is_refused(issuer: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        TrustedIssuer(issuer, **{"audience": "me", **options})


def test_plain_http_is_taken_where_that_is_said() -> None:
    assert TrustedIssuer("http://issuer.example", audience="me", insecure_http=True).issuer


def test_issuer_need_be_no_url_when_its_keys_have_one() -> None:
    issuer = TrustedIssuer("accounts.example", audience="me", jwks_uri=f"{ISSUER}/keys")
    assert issuer.jwks_uris == (f"{ISSUER}/keys",)


@pytest.mark.parametrize("seconds", [-1, 301, float("nan")], ids=str)
def test_answers_are_not_cached_for_long(seconds: float) -> None:
    with pytest.raises(ConfigurationError, match="cache_seconds"):
        Introspector("me", "secret", cache_seconds=seconds)


def test_introspector_has_one_way_to_authenticate() -> None:
    with pytest.raises(ConfigurationError, match="Both"):
        Introspector("me", "secret", private_key="key")


def test_SEC_276_repr_shows_no_credentials() -> None:
    introspector = Introspector("me", "the-secret-of-the-api")
    issuer = TrustedIssuer(ISSUER, audience="me", introspection=introspector)
    assert "the-secret-of-the-api" not in repr(introspector) + repr(issuer)


def test_verifier_trusts_each_issuer_once_and_one_at_least() -> None:
    issuer = TrustedIssuer(ISSUER, audience="me")
    with pytest.raises(ConfigurationError, match="twice"):
        TokenVerifier(issuer, issuer)
    with pytest.raises(ConfigurationError, match="No issuer"):
        TokenVerifier()


def test_certificates_are_always_checked() -> None:
    with pytest.raises(ConfigurationError, match="certificates"):
        TokenVerifier(TrustedIssuer(ISSUER, audience="me"), verify=False)
