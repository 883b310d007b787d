"""The example backend: tokens of a real server and of a second issuer, exchanged at one route."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.support.example_service import serve_example
from tests.support.played_issuer import PlayedIssuer, played_issuer
from tests.support.server import SECRET, Answer, Server, ask, running_server

ORDERS, PHONE = "https://orders.example", "phone"
CONFIGURATION = {
    "environments": {
        "shop": {
            "face": "pingfederate",
            "scopes": {"orders:read": "Read orders"},
            "resources": {"orders": {"audience": ORDERS, "scopes": ["orders:read"]}},
            "token_managers": {"default": {"style": "rfc9068", "algorithm": "ES256"}},
            "clients": {
                "night-report": {
                    "secret": SECRET,
                    "grant_types": ["client_credentials"],
                    "scopes": ["orders:read"],
                    "default_scopes": ["orders:read"],
                }
            },
        }
    }
}


@dataclass(frozen=True, slots=True)
class Place:
    """A server, a second issuer, and the port of the backend that believes both."""

    own: Server
    partner: PlayedIssuer
    port: int

    def access_token(self) -> str:
        form = {"grant_type": "client_credentials", "client_id": "night-report"}
        answer = self.own.ask(
            "/as/token.oauth2",
            listener="tls",
            method="POST",
            body=urlencode({**form, "client_secret": SECRET, "resource": ORDERS}),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        return str(answer.json()["access_token"])

    def id_token(self, audience: str = PHONE) -> str:
        now = int(time.time())
        claims = {"aud": audience, "sub": "ann", "iat": now, "exp": now + 300}
        return self.partner.sign(
            {"kid": "k1", "typ": "JWT"},
            self.partner.claims(**claims, client_id=None, scope=None),
        )

    def ask(self, method: str, path: str, token: str) -> Answer:
        headers = {"authorization": f"Bearer {token}"}
        return ask("localhost", self.port, path, method=method, headers=headers)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    directory: Path = tmp_path_factory.mktemp("backend")
    with running_server(directory / "own", CONFIGURATION) as own, played_issuer() as partner:
        environ = {
            "OWN_ISSUER": own.base_url,
            "PARTNER_ISSUER": partner.url,
            "PARTNER_CLIENT_ID": PHONE,
            "ORDERS_AUDIENCE": ORDERS,
            "CA_FILE": str(own.ca_path),
            "TOKENS": f"sqlite:///{directory / 'tokens.db'}",
        }
        with serve_example("backend", environ, directory / "backend.log") as port:
            yield Place(own, partner, port)


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_S0_28_both_issuers_tokens_open_another_route_until_they_are_revoked(
    place: Place, method: str
) -> None:
    for theirs, caller in ((place.access_token(), "night-report"), (place.id_token(), "ann")):
        answer = place.ask(method, "/user", theirs)
        assert answer.status == 200, answer.body
        ours = answer.json()["secret_token"]
        assert place.ask("GET", "/orders", ours).json()["caller"] == caller
        assert place.ask("GET", "/orders", theirs).status == 401
        assert place.ask("DELETE", "/user", ours).status == 204
        assert place.ask("GET", "/orders", ours).status == 401


def test_SEC_267_an_id_token_for_another_application_is_exchanged_for_nothing(
    place: Place,
) -> None:
    assert place.ask("POST", "/user", place.id_token("tablet")).status == 401
