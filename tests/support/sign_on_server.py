"""An issuer over HTTP that signs joe on, for what a client makes of it; it asks for no password."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support import jose
from tests.support.authorization_server import (
    METADATA,
    REVOKE,
    TOKEN,
    AuthorizationServer,
    Received,
    Reply,
    running_authorization_server,
)
from tests.support.played_issuer import jwk_of, private_key

AUTHORIZE, KEYS, USERINFO, LOGOUT = "/as/authorization.oauth2", "/keys", "/userinfo", "/logout"
_KEY = private_key("sign-on server")
_LATER = 4_000_000_000


@dataclass
class SignOnServer:
    """A started issuer: `nonce` goes into the next ID token, `claims` on top of its usual ones.

    Access and refresh tokens are numbered: `access-1` and `refresh-1` came together. Only the
    newest refresh token is good. Answers of any path are changed by `server.replies`.
    """

    server: AuthorizationServer
    nonce: str | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    lifetime_seconds: int = 3600
    issued: int = 0

    @property
    def base_url(self) -> str:
        return self.server.base_url

    def forms(self, path: str = TOKEN) -> list[dict[str, str]]:
        """Return the forms that came to a path."""
        return [dict(request.form) for request in self.server.requests(path)]

    def id_token(self, **changes: Any) -> str:
        """Return the ID token that joe gets."""
        usual = {"iss": self.base_url, "sub": "joe", "aud": "app", "nonce": self.nonce}
        whole = {**usual, "iat": 1_000, "exp": _LATER, **self.claims, **changes}
        claims = {name: value for name, value in whole.items() if value is not None}
        return jose.compact({"alg": "ES256", "kid": "k1"}, claims, _KEY)

    def give_tokens(self, request: Received) -> Reply:
        """Answer at the token endpoint."""
        presented = request.form.get("refresh_token")
        if presented is not None and presented != f"refresh-{self.issued}":
            return Reply({"error": "invalid_grant", "error_description": "Over."}, 400)
        self.issued += 1
        members = {
            "access_token": f"access-{self.issued}",
            "refresh_token": f"refresh-{self.issued}",
            "token_type": "Bearer",
            "expires_in": self.lifetime_seconds,
        }
        signed = {"id_token": self.id_token()} if presented is None else {}
        return Reply({**members, **signed})

    def metadata(self, **changes: Any) -> dict[str, Any]:
        """Return its metadata, changed."""
        paths = {
            "authorization_endpoint": AUTHORIZE,
            "token_endpoint": TOKEN,
            "revocation_endpoint": REVOKE,
            "userinfo_endpoint": USERINFO,
            "end_session_endpoint": LOGOUT,
            "jwks_uri": KEYS,
        }
        endpoints = {name: self.base_url + path for name, path in paths.items()}
        return {"issuer": self.base_url, **endpoints, **changes}


@contextmanager
def running_sign_on_server() -> Iterator[SignOnServer]:
    """Run such an issuer for as long as the block lasts."""
    with running_authorization_server() as server:
        issuer = SignOnServer(server)
        server.replies[METADATA] = Reply(issuer.metadata())
        server.replies[KEYS] = Reply({"keys": [jwk_of(_KEY, "k1")]})
        server.replies[USERINFO] = Reply({"sub": "joe", "email": "joe@example.com"})
        server.replies[TOKEN] = issuer.give_tokens
        yield issuer
