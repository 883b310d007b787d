"""Every path that PingOne's face serves."""

from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.oauth.introspect import Introspection
from ostiary.core.oauth.metadata import Metadata
from ostiary.core.oauth.revocation import Revocation
from ostiary.core.oauth.token import TokenEndpoint
from ostiary.core.ports.configuration import Snapshots
from ostiary.dialects.pingone.documents import Documents
from ostiary.dialects.pingone.errors import render_error as render_pingone_error
from ostiary.dialects.pingone.oauth import OAuth
from ostiary.dialects.pingone.tenancy import ENVIRONMENT_VARIABLE, Tenancy
from ostiary.http.oauth_json import render_error
from ostiary.http.route import BodyKind, CorsPolicy, Handler, Route

ISSUER_PATH = f"/{{{ENVIRONMENT_VARIABLE}}}/as"
PLATFORM_TOKEN_PATH = "/as/token"  # noqa: S105 - a path
"""The token endpoint without an environment id: the platform's default environment answers."""


@dataclass(frozen=True, slots=True)
class PingOne:
    """What the face stands on."""

    snapshots: Snapshots
    clock: Clock
    token: TokenEndpoint
    introspection: Introspection
    revocation: Revocation
    metadata: Metadata

    def routes(self) -> tuple[Route, ...]:
        """Return the table of endpoints.

        Spec: PingOne "Authorization and authentication" API.
        """
        tenancy = Tenancy(self.snapshots)
        oauth = OAuth(tenancy, self.token, self.introspection, self.revocation)
        back_channel = (
            _post(tenancy, "/token", oauth.post_token, "token_endpoint", "Tokens"),
            _post(
                tenancy,
                "/introspect",
                oauth.post_introspection,
                "introspection_endpoint",
                "What a token stands for",
            ),
            _post(
                tenancy,
                "/revoke",
                oauth.post_revocation,
                "revocation_endpoint",
                "Give a token back",
            ),
        )
        endpoints = {
            route.metadata: route.path.removeprefix(ISSUER_PATH)
            for route in back_channel
            if route.metadata
        }
        documents = Documents(
            tenancy, self.metadata, self.clock, {**endpoints, "jwks_uri": "/jwks"}
        )
        return (
            *back_channel,
            Route(
                PLATFORM_TOKEN_PATH,
                {"POST": oauth.post_token},
                render_error,
                body=BodyKind.FORM,
                cors=CorsPolicy.CONFIGURED,
                origins=tenancy.find_origins,
                summary="Tokens of the platform's default environment",
            ),
            _get("/jwks", documents.get_keys, "The environment's public keys"),
            _get(
                "/.well-known/openid-configuration",
                documents.get_metadata,
                "OpenID Provider metadata",
            ),
        )


def _post(tenancy: Tenancy, path: str, handler: Handler, metadata: str, summary: str) -> Route:
    return Route(
        ISSUER_PATH + path,
        {"POST": handler},
        render_error,
        body=BodyKind.FORM,
        cors=CorsPolicy.CONFIGURED,
        origins=tenancy.find_origins,
        metadata=metadata,
        summary=summary,
    )


def _get(path: str, handler: Handler, summary: str) -> Route:
    return Route(
        ISSUER_PATH + path,
        {"GET": handler},
        render_pingone_error,
        cors=CorsPolicy.ANY_ORIGIN,
        summary=summary,
    )
