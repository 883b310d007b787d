"""Every path that PingFederate's face serves."""

from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.federation.reference_id import ReferenceBackChannel
from ostiary.core.oauth.authorize import Authorize
from ostiary.core.oauth.device_authorization import DeviceAuthorization
from ostiary.core.oauth.introspect import Introspection
from ostiary.core.oauth.metadata import Metadata
from ostiary.core.oauth.revocation import Revocation
from ostiary.core.oauth.token import TokenEndpoint
from ostiary.core.oidc.logout import Logout
from ostiary.core.oidc.own_account import OwnAccount
from ostiary.core.oidc.own_changes import OwnChanges
from ostiary.core.oidc.userinfo import Userinfo
from ostiary.core.ports.configuration import Snapshots
from ostiary.core.ports.readiness import Readiness
from ostiary.core.signon.recovery_links import RecoveryLinks
from ostiary.dialects.pingfederate.devices import DeviceCodes
from ostiary.dialects.pingfederate.documents import MANAGER_KEYS_PREFIX, Documents
from ostiary.dialects.pingfederate.errors import render_text_error
from ostiary.dialects.pingfederate.oauth import TOKEN_PATH, OAuth
from ostiary.dialects.pingfederate.reference import ReferenceEndpoints
from ostiary.dialects.pingfederate.sign_on_routes import SignOnRoutes
from ostiary.dialects.pingfederate.system import Heartbeat
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.dialects.pingfederate.themes import theme_path, theme_route
from ostiary.dialects.pingfederate.userinfo import USERINFO_PATH, UserinfoEndpoint
from ostiary.http.bearer import render_bearer_error
from ostiary.http.oauth_json import render_error
from ostiary.http.route import BodyKind, CorsPolicy, Route
from ostiary.web.rendering import Pages

JWKS_PATH = "/pf/JWKS"


@dataclass(frozen=True, slots=True)
class PingFederate:
    """What the face stands on."""

    snapshots: Snapshots
    readiness: Readiness
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
    userinfo: Userinfo
    pages: Pages
    recovery_links: RecoveryLinks
    reference_back_channel: ReferenceBackChannel

    def routes(self) -> tuple[Route, ...]:
        """Return the table of endpoints.

        Spec: PingFederate "OAuth 2.0 endpoints", "System-services endpoints".
        """
        tenancy = Tenancy(self.snapshots)
        pages = self.pages.of_face(theme_path)
        sign_on = SignOnRoutes(
            tenancy,
            self.authorize,
            self.logout,
            self.own_account,
            self.own_changes,
            self.clock,
            pages,
            self.recovery_links,
        )
        devices = DeviceCodes(tenancy, self.device_authorization).routes()
        back_channel = (*self._oauth_routes(tenancy), *devices, self._userinfo_route(tenancy))
        oauth = (*back_channel, *sign_on.routes())
        endpoints = {route.metadata: route.path for route in oauth if route.metadata}
        documents = Documents(
            tenancy, self.metadata, self.clock, {**endpoints, "jwks_uri": JWKS_PATH}
        )
        documented = _document_routes(documents)
        references = ReferenceEndpoints(tenancy, self.reference_back_channel).routes()
        theme = theme_route(tenancy)
        return (*oauth, *documented, *references, theme, *self._system_routes())

    def _oauth_routes(self, tenancy: Tenancy) -> tuple[Route, ...]:
        oauth = OAuth(tenancy, self.token, self.introspection, self.revocation)
        return (
            Route(
                TOKEN_PATH,
                {"POST": oauth.post_token},
                render_error,
                body=BodyKind.FORM,
                cors=CorsPolicy.CONFIGURED,
                origins=tenancy.find_origins,
                metadata="token_endpoint",
                summary="Tokens of every grant type",
            ),
            Route(
                "/as/introspect.oauth2",
                {"POST": oauth.post_introspection},
                render_error,
                body=BodyKind.FORM,
                metadata="introspection_endpoint",
                summary="What a token stands for",
            ),
            Route(
                "/as/revoke_token.oauth2",
                {"POST": oauth.post_revocation},
                render_error,
                body=BodyKind.FORM,
                cors=CorsPolicy.CONFIGURED,
                origins=tenancy.find_origins,
                metadata="revocation_endpoint",
                summary="Give a token back",
            ),
        )

    def _userinfo_route(self, tenancy: Tenancy) -> Route:
        endpoint = UserinfoEndpoint(tenancy, self.userinfo)
        return Route(
            USERINFO_PATH,
            {"GET": endpoint.get_or_post, "POST": endpoint.get_or_post},
            render_bearer_error,
            body=BodyKind.FORM,
            cors=CorsPolicy.CONFIGURED,
            origins=tenancy.find_origins,
            metadata="userinfo_endpoint",
            summary="What a client may read about a user",
        )

    def _system_routes(self) -> tuple[Route, ...]:
        return (
            Route(
                "/pf/heartbeat.ping",
                {"GET": Heartbeat(self.readiness).get_heartbeat},
                render_text_error,
                summary="Is this node in service?",
            ),
        )


def _document_routes(documents: Documents) -> tuple[Route, ...]:
    return tuple(
        Route(path, {"GET": handler}, render_error, cors=CorsPolicy.ANY_ORIGIN, summary=summary)
        for path, handler, summary in (
            (
                "/.well-known/openid-configuration",
                documents.get_metadata,
                "OpenID Provider metadata",
            ),
            (
                "/.well-known/oauth-authorization-server",
                documents.get_metadata,
                "Authorization server metadata",
            ),
            (JWKS_PATH, documents.get_environment_keys, "The environment's public keys"),
            (
                f"{MANAGER_KEYS_PREFIX}*",
                documents.get_manager_keys,
                "A token manager's public keys, at its configured path",
            ),
        )
    )
