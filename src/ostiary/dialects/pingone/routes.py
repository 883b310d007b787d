"""Every path that PingOne's face serves."""

from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.oauth.authorize import Authorize
from ostiary.core.oauth.device_authorization import DeviceAuthorization
from ostiary.core.oauth.introspect import Introspection
from ostiary.core.oauth.metadata import Metadata
from ostiary.core.oauth.revocation import Revocation
from ostiary.core.oauth.token import TokenEndpoint
from ostiary.core.oidc.logout import Logout
from ostiary.core.oidc.own_account import OwnAccount
from ostiary.core.oidc.own_changes import OwnChanges
from ostiary.core.oidc.session_end import SessionEnd
from ostiary.core.oidc.userinfo import Userinfo
from ostiary.core.ports.configuration import Snapshots
from ostiary.core.signon.recovery_links import RecoveryLinks
from ostiary.dialects.pingone.documents import Documents
from ostiary.dialects.pingone.errors import render_error as render_pingone_error
from ostiary.dialects.pingone.oauth import OAuth
from ostiary.dialects.pingone.paths import ISSUER_PATH
from ostiary.dialects.pingone.sign_on_routes import SignOnRoutes
from ostiary.dialects.pingone.tenancy import Tenancy
from ostiary.dialects.pingone.themes import theme_path, theme_route
from ostiary.dialects.pingone.userinfo import UserinfoEndpoint, render_userinfo_error
from ostiary.http.oauth_json import render_error
from ostiary.http.route import BodyKind, CorsPolicy, Handler, Route
from ostiary.web.rendering import Pages

PLATFORM_TOKEN_PATH = "/as/token"  # noqa: S105 - a path
"""The token endpoint without an environment id: the platform's default environment answers."""


@dataclass(frozen=True, slots=True)
class PingOne:
    """What the face stands on."""

    snapshots: Snapshots
    clock: Clock
    token: TokenEndpoint
    device_authorization: DeviceAuthorization
    introspection: Introspection
    revocation: Revocation
    metadata: Metadata
    authorize: Authorize
    logout: Logout
    own_account: OwnAccount
    own_changes: OwnChanges
    session_end: SessionEnd
    userinfo: Userinfo
    pages: Pages
    recovery_links: RecoveryLinks

    def routes(self) -> tuple[Route, ...]:
        """Return the table of endpoints.

        Spec: PingOne "Authorization and authentication" API.
        """
        tenancy = Tenancy(self.snapshots)
        oauth = OAuth(
            tenancy, self.token, self.introspection, self.revocation, self.device_authorization
        )
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
            _post(
                tenancy,
                "/device_authorization",
                oauth.post_device_authorization,
                "device_authorization_endpoint",
                "Codes for a program whose user signs on elsewhere",
            ),
        )
        pages = self.pages.of_face(theme_path)
        sign_on = SignOnRoutes(
            tenancy,
            self.authorize,
            self.logout,
            self.own_account,
            self.own_changes,
            self.session_end,
            self.clock,
            pages,
            self.recovery_links,
        )
        advertised = (*back_channel, self._userinfo_route(tenancy), *sign_on.routes())
        endpoints = {
            route.metadata: route.path.removeprefix(ISSUER_PATH)
            for route in advertised
            if route.metadata
        }
        documents = Documents(
            tenancy, self.metadata, self.clock, {**endpoints, "jwks_uri": "/jwks"}
        )
        return (
            *advertised,
            theme_route(tenancy),
            Route(
                PLATFORM_TOKEN_PATH,
                {"POST": oauth.post_token},
                render_error,
                body=BodyKind.FORM,
                cors=CorsPolicy.CONFIGURED,
                origins=tenancy.find_origins,
                cors_credentials=True,
                summary="Tokens of the platform's default environment",
            ),
            _get("/jwks", documents.get_keys, "The environment's public keys"),
            _get(
                "/.well-known/openid-configuration",
                documents.get_metadata,
                "OpenID Provider metadata",
            ),
        )

    def _userinfo_route(self, tenancy: Tenancy) -> Route:
        endpoint = UserinfoEndpoint(tenancy, self.userinfo)
        return Route(
            f"{ISSUER_PATH}/userinfo",
            {"GET": endpoint.get_or_post, "POST": endpoint.get_or_post},
            render_userinfo_error,
            body=BodyKind.FORM,
            cors=CorsPolicy.CONFIGURED,
            origins=tenancy.find_origins,
            cors_credentials=True,
            metadata="userinfo_endpoint",
            summary="What a client may read about a user",
        )


def _post(tenancy: Tenancy, path: str, handler: Handler, metadata: str, summary: str) -> Route:
    return Route(
        ISSUER_PATH + path,
        {"POST": handler},
        render_error,
        body=BodyKind.FORM,
        cors=CorsPolicy.CONFIGURED,
        origins=tenancy.find_origins,
        cors_credentials=True,
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
