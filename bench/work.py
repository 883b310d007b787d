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
"""What every JWT that a client gets for itself holds, whoever minted it."""
USER_SCOPES = ("openid", *SCOPES)
"""What a client asks for when a user signs on."""
EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT_BEARER_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
REDIRECT_URI = "https://app.example.com/callback"
CODE_VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CODE_CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""Of `CODE_VERIFIER` (RFC 7636, appendix B)."""


class Work(StrEnum):
    """One kind of request; its value is its name on the command line."""

    ES256 = "es256"
    RS256 = "rs256"
    REFERENCE = "reference"
    INTROSPECT = "introspect"
    INTROSPECT_JWT = "introspect-jwt"
    CODE = "code"
    REFRESH = "refresh"
    FLOW = "flow"
    HANDOVER = "handover"
    HANDOVER_JWT = "handover-jwt"
    EXCHANGE = "exchange"
    PASSWORD = "password"  # noqa: S105 - a work's name
    JWT_BEARER = "jwt-bearer"
    DEVICE_POLL = "device-poll"
    DEVICE = "device"


TITLES: Mapping[Work, str] = {
    Work.ES256: "token, JWT signed with ES256",
    Work.RS256: "token, JWT signed with RS256",
    Work.REFERENCE: "token, opaque (reference)",
    Work.INTROSPECT: "introspection of a reference token",
    Work.INTROSPECT_JWT: "introspection of an ES256 JWT",
    Work.CODE: "code exchange with PKCE: access, refresh and ID token",
    Work.REFRESH: "refresh with rotation: access, refresh and ID token",
    Work.FLOW: "login by the authentication API, without the password's hash",
    Work.HANDOVER: "attributes dropped off and picked up, with HTTP Basic",
    Work.HANDOVER_JWT: "the same with an access token, an ES256 JWT",
    Work.EXCHANGE: "an ES256 JWT exchanged for another one",
    Work.PASSWORD: "password grant, without the password's hash: an ES256 JWT",
    Work.JWT_BEARER: "JWT bearer grant: an ES256 assertion becomes an ES256 JWT",
    Work.DEVICE_POLL: "a device asks, and is told to wait",
    Work.DEVICE: "device authorization: begun, allowed by somebody who is signed on, redeemed",
}
SIGN_ON = frozenset({Work.CODE, Work.REFRESH, Work.FLOW})
"""Works whose requests differ from each other: each needs what an earlier answer brought."""
HANDOVERS = frozenset({Work.HANDOVER, Work.HANDOVER_JWT})
DEVICES = frozenset({Work.DEVICE_POLL, Work.DEVICE})
CHAINED = SIGN_ON | HANDOVERS | DEVICES | {Work.JWT_BEARER, Work.PASSWORD}
"""Works that a script of the loader does."""
TOKEN_FOR: Mapping[Work, Work] = {
    Work.INTROSPECT: Work.REFERENCE,
    Work.INTROSPECT_JWT: Work.ES256,
    Work.EXCHANGE: Work.ES256,
}
"""The work that yields the token which another one brings."""
INTROSPECTIONS = frozenset({Work.INTROSPECT, Work.INTROSPECT_JWT})


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


def exchange_request(endpoint: Endpoint, token: str) -> PostRequest:
    """Exchange a token of the client's own for another one."""
    form = {
        "grant_type": EXCHANGE_GRANT,
        "subject_token": token,
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        **endpoint.parameters,
    }
    return PostRequest(endpoint.path, urlencode(form), '"access_token"')


def password_request(endpoint: Endpoint) -> PostRequest:
    """Bring a user's password; the endpoint's parameters name the user."""
    form = {"grant_type": "password", "scope": " ".join(SCOPES), **endpoint.parameters}
    return PostRequest(endpoint.path, urlencode(form), '"access_token"')


def code_request(endpoint: Endpoint, code: str) -> PostRequest:
    """Exchange a code."""
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": REDIRECT_URI,
        "code_verifier": CODE_VERIFIER,
        **endpoint.parameters,
        "code": code,
    }
    return PostRequest(endpoint.path, urlencode(form), '"refresh_token"')


def refresh_request(endpoint: Endpoint, refresh_token: str) -> PostRequest:
    """Ask for the next tokens."""
    form = {
        "grant_type": "refresh_token",
        **endpoint.parameters,
        "refresh_token": refresh_token,
    }
    return PostRequest(endpoint.path, urlencode(form), '"refresh_token"')


def basic_credentials() -> str:
    """Return the client's header `Authorization`."""
    pair = f"{CLIENT_ID}:{CLIENT_SECRET}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"
