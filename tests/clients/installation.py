"""The server that other people's clients are run against, and what each of them is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from joserfc.jwk import ECKey

SCOPE = "api:read"
FOREIGN_SCOPE = "api:write"
AUDIENCE = "https://api.example.com"
TENANT = "00000000-0000-4000-8000-000000000002"
# Every character that form encoding changes: some clients send a secret raw, some encoded.
SECRET = "made up: 100%41 + a/b=c & ~'\"-0123456789"


class Face(NamedTuple):
    """Where one of the two faces has what its metadata names."""

    issuer: str
    endpoints: Mapping[str, str]
    lacks: frozenset[str] = frozenset()
    """Checks for which it serves nothing."""


FACES = {
    "pingfederate": Face(
        "",
        {
            "token_endpoint": "/as/token.oauth2",
            "introspection_endpoint": "/as/introspect.oauth2",
            "revocation_endpoint": "/as/revoke_token.oauth2",
            "jwks_uri": "/pf/JWKS",
        },
    ),
    "pingone": Face(
        f"/{TENANT}/as",
        {
            "token_endpoint": f"/{TENANT}/as/token",
            "introspection_endpoint": f"/{TENANT}/as/introspect",
            "revocation_endpoint": f"/{TENANT}/as/revoke",
            "jwks_uri": f"/{TENANT}/as/jwks",
        },
        lacks=frozenset({"oauth_discovery"}),  # PingOne has OpenID's document only
    ),
}


@dataclass(frozen=True, slots=True)
class Installation:
    """A configuration in which every program has clients of its own, on both faces.

    A program that shows wrong secrets is thereby held back alone.
    """

    programs: tuple[str, ...]
    key: ECKey

    def configuration(self) -> dict[str, Any]:
        """Return it as the configuration file would hold it."""
        return {
            "server": {"pingone_default": "pingone", "default_environment": "pingfederate"},
            "environments": {face: {"face": face, **self._environment(face)} for face in FACES},
        }

    def settings(self, program: str, face: str, base_url: str) -> dict[str, Any]:
        """Return what the program is told when it is run against one face."""
        return {
            "issuer": base_url + FACES[face].issuer,
            "client_id": _client_id(program, face),
            "client_secret": SECRET,
            "key_client_id": _client_id(f"{program}-key", face),
            "private_key": self.key.as_dict(private=True),
            "scope": SCOPE,
            "foreign_scope": FOREIGN_SCOPE,
            "audience": AUDIENCE,
        }

    def _environment(self, face: str) -> dict[str, Any]:
        environment: dict[str, Any] = {
            "scopes": {SCOPE: "Read", FOREIGN_SCOPE: "Write"},
            "token_managers": {
                "default": {"style": face},
                "profile": {"style": "rfc9068", "algorithm": "ES256", "resources": [AUDIENCE]},
            },
            "clients": {
                name: client
                for program in self.programs
                for name, client in self._clients(program, face).items()
            },
        }
        return environment | ({"id": TENANT} if face == "pingone" else {})

    def _clients(self, program: str, face: str) -> dict[str, dict[str, Any]]:
        both = {
            "grant_types": ["client_credentials"],
            "scopes": [SCOPE],
            "token_managers": ["default", "profile"],
        }
        by_secret = {
            "secret": SECRET,
            "auth_methods": ["client_secret_basic", "client_secret_post", "client_secret_jwt"],
            "may_introspect": True,
        }
        by_key = {"jwks": {"keys": [self.key.as_dict(private=False)]}}
        return {
            name: {"client_id": _client_id(name, face), **both, **client}
            for name, client in ((program, by_secret), (f"{program}-key", by_key))
        }


def _client_id(name: str, face: str) -> str:
    return str(uuid5(NAMESPACE_URL, name)) if face == "pingone" else name
