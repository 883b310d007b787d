"""Tokens of a real server in all its shapes, verified by the SDK over TLS."""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest

from ostiary_client.errors import InvalidTokenError, KeysUnavailableError
from ostiary_client.verification.async_verifier import AsyncTokenVerifier
from ostiary_client.verification.trusted_issuer import Introspector, TrustedIssuer
from ostiary_client.verification.verifier import TokenVerifier
from tests.support.server import Server

PINGONE = "/00000000-0000-4000-8000-000000000002/as"
FORM = {"content-type": "application/x-www-form-urlencoded"}
MintToken = Callable[..., str]


@pytest.fixture
def mint(seeds_server: Server) -> MintToken:
    """Return what fetches a token of the program of the guides."""

    def fetch(path: str = "/as/token.oauth2", **parameters: str) -> str:
        usual = {"grant_type": "client_credentials"}
        if path == "/as/token.oauth2":
            usual |= {"client_id": "sdk-client-id", "client_secret": "sdk-client-secret"}
        body = urlencode(usual | parameters)
        answer = seeds_server.ask(path, listener="tls", method="POST", body=body, headers=FORM)
        assert answer.status == 200, answer.body
        return str(answer.json()["access_token"])

    return fetch


@pytest.fixture
def pingfederate(seeds_server: Server) -> TrustedIssuer:
    """PingFederate's usual tokens name neither issuer nor audience."""
    return TrustedIssuer(
        seeds_server.base_url,
        audience=None,
        issuer_claim_optional=True,
        jwks_uri=[f"{seeds_server.base_url}/ext/{name}/jwks" for name in ("oauth", "app")],
        introspection=Introspector("rs_client", "rs-client-secret"),
    )


@pytest.fixture
def verifier(seeds_server: Server, pingfederate: TrustedIssuer) -> Iterator[TokenVerifier]:
    pingone = TrustedIssuer(seeds_server.base_url + PINGONE, audience="https://api.pingone.com")
    with TokenVerifier(pingfederate, pingone, verify=seeds_server.ca_path) as verifier:
        yield verifier


def test_token_of_pingfederates_usual_manager_is_verified(
    verifier: TokenVerifier, mint: MintToken
) -> None:
    token = verifier.verify(mint(scope="api:read api:write"))
    assert token.scopes == {"api:read", "api:write"}
    assert token.client_id == "sdk-client-id"
    assert token.subject is None


def test_token_under_the_older_name_of_the_client_is_verified(
    verifier: TokenVerifier, mint: MintToken
) -> None:
    token = verifier.verify(mint(scope="api:read", access_token_manager_id="app"))
    assert token.client_id == "sdk-client-id"


def test_reference_token_is_verified_by_asking(verifier: TokenVerifier, mint: MintToken) -> None:
    reference = mint(scope="api:read", access_token_manager_id="reference")
    token = verifier.verify(reference)
    assert token.scopes == {"api:read"}
    with pytest.raises(InvalidTokenError):
        verifier.verify(reference[:-1] + "x")


def test_key_set_of_one_manager_is_enough(seeds_server: Server, mint: MintToken) -> None:
    issuer = TrustedIssuer(
        seeds_server.base_url,
        audience=None,
        issuer_claim_optional=True,
        jwks_uri=f"{seeds_server.base_url}/ext/oauth/jwks",
    )
    verifier = TokenVerifier(issuer, verify=seeds_server.ca_path)
    assert verifier.verify(mint(scope="api:read")).scopes == {"api:read"}


async def test_coroutines_verify_the_same(
    seeds_server: Server, pingfederate: TrustedIssuer, mint: MintToken
) -> None:
    async with AsyncTokenVerifier(pingfederate, verify=seeds_server.ca_path) as verifier:
        token = await verifier.verify(mint(scope="api:read"))
        reference = mint(scope="api:read", access_token_manager_id="reference")
        asked = await verifier.verify(reference)
    assert token.scopes == asked.scopes == {"api:read"}


def test_token_of_pingone_is_verified(
    seeds_server: Server, verifier: TokenVerifier, mint: MintToken
) -> None:
    worker = {
        "client_id": "00000000-0000-4000-8000-0000000000a1",
        "client_secret": "worker-secret",
    }
    value = mint(f"{PINGONE}/token", **worker)
    token = verifier.verify(value)
    assert token.client_id == worker["client_id"]


def test_SEC_264_server_whose_certificate_nobody_knows_gives_no_keys(
    pingfederate: TrustedIssuer, mint: MintToken
) -> None:
    with pytest.raises(KeysUnavailableError, match="certificate"):
        TokenVerifier(pingfederate).verify(mint(scope="api:read"))
