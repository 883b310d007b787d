"""Endpoints for a client with a certificate: which take the place of others, and which may."""

import pytest

from ostiary_client.errors import DiscoveryError
from ostiary_client.protocol.certificate_endpoints import for_certificates
from ostiary_client.protocol.metadata import Metadata, trusted_endpoint

ISSUER = "https://id.example.com"


def _metadata(**aliases: object) -> Metadata:
    return Metadata(
        ISSUER,
        token_endpoint=f"{ISSUER}/token",
        userinfo_endpoint=f"{ISSUER}/userinfo",
        document={"mtls_endpoint_aliases": aliases},
    )


def test_aliases_take_the_place_of_the_endpoints_that_they_stand_for() -> None:
    found = for_certificates(_metadata(token_endpoint=f"{ISSUER}:9032/token"))
    assert found.token_endpoint == f"{ISSUER}:9032/token"
    assert found.userinfo_endpoint == f"{ISSUER}/userinfo"


def test_an_alias_may_be_shown_a_persons_token_as_its_endpoint_may() -> None:
    found = for_certificates(_metadata(userinfo_endpoint=f"{ISSUER}:9032/userinfo"))
    assert trusted_endpoint(found, "userinfo_endpoint", ()) == f"{ISSUER}:9032/userinfo"


@pytest.mark.parametrize("document", [{}, {"mtls_endpoint_aliases": "x"}])
def test_without_aliases_the_endpoints_stay(document: dict[str, object]) -> None:
    metadata = Metadata(ISSUER, token_endpoint=f"{ISSUER}/token", document=document)
    assert for_certificates(metadata) is metadata


@pytest.mark.parametrize("odd", [None, 1, "", ["x"]])
def test_an_alias_that_is_no_text_is_none(odd: object) -> None:
    assert for_certificates(_metadata(token_endpoint=odd)).token_endpoint == f"{ISSUER}/token"


def test_what_is_no_endpoint_has_no_alias() -> None:
    found = for_certificates(_metadata(issuer="https://evil.example", document="x", jwks_uri="x"))
    assert (found.issuer, found.jwks_uri) == (ISSUER, None)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/token",
        "http://id.example.com:9032/token",
        "https://id.example.com.evil.example/token",
        "https://user@id.example.com/token",
        "ftp://id.example.com/token",
        "token",
    ],
)
def test_SEC_264_an_alias_elsewhere_or_without_tls_is_refused(url: str) -> None:
    with pytest.raises(DiscoveryError):
        for_certificates(_metadata(token_endpoint=url))


def test_an_alias_at_a_trusted_host_is_taken() -> None:
    url = "https://mtls.example.com/token"
    found = for_certificates(_metadata(token_endpoint=url), ("https://mtls.example.com",))
    assert found.token_endpoint == url
