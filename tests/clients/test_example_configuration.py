"""The example configuration, served over TLS, as clients in Python meet it."""

from typing import NamedTuple

import pytest
import requests
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

from tests.support.server import Server

CUSTOMERS = "00000000-0000-4000-8000-000000000002"
WORKER = "00000000-0000-4000-8000-0000000000a1"


class Place(NamedTuple):
    """Where a client gets its tokens, and as whom."""

    path: str
    client_id: str
    secret: str
    scope: str | None = None


PLACES = {
    "pingfederate": Place(
        "/as/token.oauth2", "sdk-client-id", "sdk-client-secret", "api:read api:write"
    ),
    "pingone": Place(f"/{CUSTOMERS}/as/token", WORKER, "worker-secret"),
    "pingone_platform": Place("/as/token", WORKER, "worker-secret"),
}


@pytest.fixture(autouse=True)
def trusted_authority(seeds_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the development authority, in the way that requests is told so."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(seeds_server.ca_path))


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_S0_2_S4_36_X_1_requests_oauthlib_gets_a_token(seeds_server: Server, place: Place) -> None:
    client = BackendApplicationClient(client_id=place.client_id, scope=place.scope)
    with OAuth2Session(client=client) as session:
        token = session.fetch_token(
            token_url=seeds_server.base_url + place.path, client_secret=place.secret
        )

    assert token["token_type"] == "Bearer"
    assert token["access_token"].count(".") == 2


def test_S4_35_an_official_script_sends_its_parameters_in_the_query(seeds_server: Server) -> None:
    answer = requests.post(
        f"{seeds_server.base_url}/{CUSTOMERS}/as/token?grant_type=client_credentials",
        auth=(WORKER, "worker-secret"),
        timeout=10,
    )

    assert answer.status_code == 200, answer.text


def test_S4_9_two_environments_on_one_host_have_issuers_and_keys_of_their_own(
    seeds_server: Server,
) -> None:
    with requests.Session() as session:
        base = seeds_server.base_url
        documents = [
            session.get(f"{prefix}/.well-known/openid-configuration", timeout=10).json()
            for prefix in (base, f"{base}/{CUSTOMERS}/as")
        ]
        key_ids = [
            {key["kid"] for key in session.get(document["jwks_uri"], timeout=10).json()["keys"]}
            for document in documents
        ]

    assert documents[0]["issuer"] != documents[1]["issuer"]
    assert key_ids[0]
    assert key_ids[1]
    assert not key_ids[0] & key_ids[1]
