"""The work that every server is asked to do, and the request that asks for it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

CLIENT_ID = "bench-client"
CLIENT_SECRET = "a-secret-of-the-benchmark-0123456789"  # noqa: S105 - of servers that live minutes
SCOPES = ("orders:read", "orders:write", "stock:read")
AUDIENCE = "urn:bench:api"
CLAIMS = frozenset({"iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti"})
"""What every JWT of the run holds, whoever minted it."""


class Work(StrEnum):
    """One kind of request; its value is its name on the command line."""

    ES256 = "es256"
    RS256 = "rs256"
    REFERENCE = "reference"
    INTROSPECT = "introspect"
    INTROSPECT_JWT = "introspect-jwt"


TITLES: Mapping[Work, str] = {
    Work.ES256: "token, JWT signed with ES256",
    Work.RS256: "token, JWT signed with RS256",
    Work.REFERENCE: "token, opaque (reference)",
    Work.INTROSPECT: "introspection of a reference token",
    Work.INTROSPECT_JWT: "introspection of an ES256 JWT",
}
TOKEN_FOR: Mapping[Work, Work] = {
    Work.INTROSPECT: Work.REFERENCE,
    Work.INTROSPECT_JWT: Work.ES256,
}
"""The work that yields the token which an introspection asks about."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server does a work: a path, and the parameters that only this server wants."""

    path: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PostRequest:
    """A form post with Basic client authentication.

    Args:
        marker: stands in the body of every right answer and of no wrong one.
    """

    path: str
    body: str
    marker: str

    @property
    def headers(self) -> Mapping[str, str]:
        return {
            "Authorization": basic_credentials(),
            "Content-Type": "application/x-www-form-urlencoded",
        }


def token_request(endpoint: Endpoint) -> PostRequest:
    """Ask for a token of three scopes by client_credentials."""
    form = {
        "grant_type": "client_credentials",
        "scope": " ".join(SCOPES),
        **endpoint.parameters,
    }
    return PostRequest(endpoint.path, urlencode(form), '"access_token"')


def introspection_request(endpoint: Endpoint, token: str) -> PostRequest:
    """Ask what a token stands for; only the answer for a good one names its client."""
    form = {"token": token, **endpoint.parameters}
    return PostRequest(endpoint.path, urlencode(form), '"client_id"')


def basic_credentials() -> str:
    """Return the client's header `Authorization`."""
    pair = f"{CLIENT_ID}:{CLIENT_SECRET}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"
