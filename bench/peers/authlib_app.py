"""Authlib's authorization server on Flask, written as its documentation shows, kept in memory."""

import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants, list_to_scope, scope_to_list
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from flask import Flask, Response, jsonify
from joserfc.jwk import ECKey, KeySet, RSAKey

from bench.work import AUDIENCE, CLIENT_ID, CLIENT_SECRET, SCOPES

_ISSUER = "http://localhost"
_LIFETIME_SECONDS = 7200


class BenchClient(ClientMixin):
    """The one client."""

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return ""

    def get_allowed_scope(self, scope: Collection[str] | str) -> str:
        return list_to_scope([name for name in scope_to_list(scope) or () if name in SCOPES])

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, CLIENT_SECRET)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"


@dataclass(slots=True)
class StoredToken(TokenMixin):
    """An opaque token as it is kept."""

    scope: str
    expires_at: float
    issued_at: float

    def is_expired(self) -> bool:
        return time.time() > self.expires_at

    def is_revoked(self) -> bool:
        return False


class JWTGenerator(JWTBearerTokenGenerator):
    """Access tokens in the profile of RFC 9068."""

    def __init__(self, alg: str, key: ECKey | RSAKey) -> None:
        super().__init__(_ISSUER, alg, expires_generator=lambda *_: _LIFETIME_SECONDS)
        self._keys = KeySet([key])

    def get_jwks(self) -> KeySet:
        return self._keys

    def get_audiences(self, client: Any, user: Any, scope: str) -> str:
        return AUDIENCE


def make_application() -> Flask:
    """Build the application: a token endpoint for each kind of token, introspection, keys."""
    application = Flask(__name__)
    application.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"client_credentials": _LIFETIME_SECONDS}
    es256 = ECKey.generate_key("P-256", {"kid": "es256", "alg": "ES256", "use": "sig"})
    rs256 = RSAKey.generate_key(2048, {"kid": "rs256", "alg": "RS256", "use": "sig"})
    _add_token_endpoint(application, "es256", JWTGenerator("ES256", es256))
    _add_token_endpoint(application, "rs256", JWTGenerator("RS256", rs256))
    _add_reference_tokens(application)
    keys = KeySet([es256, rs256]).as_dict(private=False)

    @application.get("/jwks")
    def jwks() -> Response:
        return jsonify(keys)

    return application


def _add_token_endpoint(
    application: Flask,
    name: str,
    generator: JWTGenerator | None,
    tokens: dict[str, StoredToken] | None = None,
) -> AuthorizationServer:
    """Serve `/NAME/token`; without a generator with Authlib's own opaque tokens, which are kept."""
    client = BenchClient()

    def save(token: dict[str, Any], request: Any) -> None:
        if tokens is not None:
            now = time.time()
            kept = StoredToken(token["scope"], now + token["expires_in"], now)
            tokens[token["access_token"]] = kept

    server = AuthorizationServer(
        application,
        query_client=lambda client_id: client if client_id == CLIENT_ID else None,
        save_token=save,
    )
    server.register_grant(grants.ClientCredentialsGrant)
    if generator is not None:
        server.register_token_generator("default", generator)

    def answer() -> Any:
        return server.create_token_response()

    application.add_url_rule(f"/{name}/token", name, answer, methods=["POST"])
    return server


def _add_reference_tokens(application: Flask) -> None:
    tokens: dict[str, StoredToken] = {}

    class Introspection(IntrospectionEndpoint):
        def check_permission(self, token: Any, client: Any, request: Any) -> bool:
            return True

        def query_token(self, token_string: str, token_type_hint: str | None) -> StoredToken | None:
            return tokens.get(token_string)

        def introspect_token(self, token: StoredToken) -> dict[str, Any]:
            return {
                "active": True,
                "client_id": CLIENT_ID,
                "token_type": "Bearer",
                "scope": token.scope,
                "sub": CLIENT_ID,
                "aud": AUDIENCE,
                "iss": _ISSUER,
                "exp": int(token.expires_at),
                "iat": int(token.issued_at),
            }

    server = _add_token_endpoint(application, "reference", None, tokens)
    server.register_endpoint(Introspection)

    @application.post("/introspect")
    def introspect() -> Any:
        return server.create_endpoint_response("introspection")  # type: ignore[no-untyped-call]


application = make_application()
