"""The example service, run as its first lines say, with the tokens of two real servers over TLS."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support.example_service import serve_example
from tests.support.server import SECRET, Answer, Server, ask, running_server

ROOT = Path(__file__).resolve().parents[2]
ORDERS, BILLS = "https://orders.example", "https://bills.example"
PARTNER_ID = "00000000-0000-4000-8000-000000000002"
PARTNER_CLIENT = "00000000-0000-4000-8000-0000000000a1"
SCOPES = {"orders:read": "Read orders", "orders:write": "Place orders", "bills:read": "Read bills"}
RESOURCES = {
    "orders": {"audience": ORDERS, "scopes": ["orders:read", "orders:write"]},
    "bills": {"audience": BILLS, "scopes": ["bills:read"]},
}
CLIENT: Mapping[str, Any] = {
    "secret": SECRET,
    "grant_types": ["client_credentials"],
    "scopes": [*SCOPES],
    "default_scopes": ["orders:read"],
}
OWN = {
    "face": "pingfederate",
    "scopes": SCOPES,
    "resources": RESOURCES,
    "token_managers": {"default": {"style": "rfc9068", "algorithm": "ES256"}},
    "clients": {"night-report": CLIENT},
}
PARTNER = {
    "face": "pingone",
    "id": PARTNER_ID,
    "scopes": SCOPES,
    "resources": RESOURCES,
    "clients": {"night-report": {**CLIENT, "client_id": PARTNER_CLIENT}},
}


@dataclass(frozen=True, slots=True)
class Issuer:
    """A running server with the path of its token endpoint."""

    server: Server
    issuer: str
    token_path: str
    client_id: str

    def token(self, **parameters: str) -> str:
        form = {"grant_type": "client_credentials", "client_id": self.client_id}
        form |= {"client_secret": SECRET, "scope": "orders:read", "resource": ORDERS} | parameters
        answer = self.server.ask(
            self.token_path,
            listener="tls",
            method="POST",
            body=urlencode(form),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        assert answer.status == 200, answer.body
        return str(answer.json()["access_token"])


@dataclass(frozen=True, slots=True)
class Place:
    """Two issuers, and the port of the service that believes both."""

    own: Issuer
    partner: Issuer
    port: int

    def get(self, path: str, token: str | None) -> Answer:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return ask("localhost", self.port, path, headers=headers)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    directory = tmp_path_factory.mktemp("fastapi")
    with (
        running_server(directory / "own", {"environments": {"shop": OWN}}) as own,
        running_server(directory / "partner", {"environments": {"partner": PARTNER}}) as partner,
    ):
        ca_file = directory / "ca.pem"
        ca_file.write_text(own.ca_path.read_text() + partner.ca_path.read_text())
        partner_issuer = f"{partner.base_url}/{PARTNER_ID}/as"
        environ = {
            "OWN_ISSUER": own.base_url,
            "PARTNER_ISSUER": partner_issuer,
            "ORDERS_AUDIENCE": ORDERS,
            "CA_FILE": str(ca_file),
        }
        with serve_example("fastapi_service", environ, directory / "service.log") as port:
            yield Place(
                Issuer(own, own.base_url, "/as/token.oauth2", "night-report"),
                Issuer(partner, partner_issuer, f"/{PARTNER_ID}/as/token", PARTNER_CLIENT),
                port,
            )


@pytest.fixture(params=["own", "partner"])
def issuer(request: pytest.FixtureRequest, place: Place) -> Issuer:
    found: Issuer = getattr(place, request.param)
    return found


def test_token_of_each_issuer_opens_the_service(place: Place, issuer: Issuer) -> None:
    answer = place.get("/orders", issuer.token())
    assert answer.status == 200
    assert answer.json() == {"client": issuer.client_id, "issuer": issuer.issuer}


def test_token_without_the_scope_is_told_so(place: Place, issuer: Issuer) -> None:
    token = issuer.token(scope="orders:write")
    assert place.get("/", token).json() == ["orders:write"]
    assert place.get("/orders", token).status == 403


def test_SEC_267_token_for_another_audience_does_not_open_the_service(
    place: Place, issuer: Issuer
) -> None:
    answer = place.get("/orders", issuer.token(scope="bills:read", resource=BILLS))
    assert answer.status == 401
    assert answer.json()["error_description"] == "The token is meant for another audience"


def test_nobody_gets_in_without_a_token(place: Place) -> None:
    assert place.get("/orders", None).status == 401


def test_example_is_short() -> None:
    assert len((ROOT / "examples" / "fastapi_service.py").read_text().splitlines()) <= 40
