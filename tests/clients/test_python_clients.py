"""Clients that others wrote, unmodified, against a real server over TLS, on both faces."""

from typing import NamedTuple

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

from tests.support.server import Server

CUSTOMERS = "00000000-0000-4000-8000-000000000002"
WORKER = "00000000-0000-4000-8000-0000000000a1"


class Face(NamedTuple):
    """Where a client gets its tokens, and as whom."""

    path: str
    client_id: str
    secret: str
    scope: str | None = None


FACES = {
    "pingfederate": Face(
        "/as/token.oauth2", "sdk-client-id", "sdk-client-secret", "api:read api:write"
    ),
    "pingone": Face(f"/{CUSTOMERS}/as/token", WORKER, "worker-secret"),
    "pingone_platform": Face("/as/token", WORKER, "worker-secret"),
}
faces = pytest.mark.parametrize("face", FACES.values(), ids=FACES.keys())


@pytest.fixture(autouse=True)
def trusted_authority(seeds_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the development authority, in the way that requests is told so."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(seeds_server.ca_path))


@faces
def test_X_1_requests_oauthlib_gets_a_token(seeds_server: Server, face: Face) -> None:
    client = BackendApplicationClient(client_id=face.client_id, scope=face.scope)
    with OAuth2Session(client=client) as session:
        token = session.fetch_token(
            token_url=seeds_server.base_url + face.path, client_secret=face.secret
        )

    assert token["token_type"] == "Bearer"
    assert token["access_token"].count(".") == 2


@faces
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_X_1_authlib_gets_a_token(seeds_server: Server, face: Face, method: str) -> None:
    with AuthlibSession(
        face.client_id, face.secret, scope=face.scope, token_endpoint_auth_method=method
    ) as session:
        token = session.fetch_token(
            seeds_server.base_url + face.path, grant_type="client_credentials"
        )

    assert token["token_type"] == "Bearer"
    assert 0 < token["expires_in"] <= 7200


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
