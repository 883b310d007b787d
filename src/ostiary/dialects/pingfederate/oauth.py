"""`/as/token.oauth2`, `/as/introspect.oauth2`, `/as/revoke_token.oauth2`."""

from dataclasses import dataclass

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.params import Params
from ostiary.core.oauth.introspect import Introspection
from ostiary.core.oauth.parameters import BACK_CHANNEL_PARAMETERS
from ostiary.core.oauth.revocation import Revocation
from ostiary.core.oauth.token import TokenEndpoint
from ostiary.core.tokens.targets import NO_TARGET, TokenTarget
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.credentials import present
from ostiary.http.message import NO_STORE, Request, Response, empty_response
from ostiary.http.oauth_json import render_introspection, render_tokens

TOKEN_PATH = "/as/token.oauth2"  # noqa: S105 - a path


@dataclass(frozen=True, slots=True)
class OAuth:
    """The OAuth back channel with PingFederate's names."""

    tenancy: Tenancy
    token: TokenEndpoint
    introspection: Introspection
    revocation: Revocation

    async def post_token(self, request: Request) -> Response:
        """Answer a token request. Spec: PingFederate "Token endpoint"."""
        env = self.tenancy.resolve(request)
        params = read_params(request)
        presented = present(request, TOKEN_PATH)
        return render_tokens(await self.token.respond(env, params, presented, read_target(params)))

    async def post_introspection(self, request: Request) -> Response:
        """Tell what a token stands for. Spec: PingFederate "Introspection endpoint"; RFC 7662."""
        env = self.tenancy.resolve(request)
        presented = present(request, request.path, TOKEN_PATH)
        token = await self.introspection.respond(env, read_params(request), presented)
        return render_introspection(env, token)

    async def post_revocation(self, request: Request) -> Response:
        """Take a token back. Spec: PingFederate "Token revocation endpoint"; RFC 7009."""
        env = self.tenancy.resolve(request)
        presented = present(request, request.path, TOKEN_PATH)
        await self.revocation.respond(env, read_params(request), presented)
        return empty_response(200, NO_STORE)


def read_params(request: Request) -> Params:
    """Return the parameters of the body; known ones in the query are refused.

    Raises: OAuthError invalid_request.
    """
    if request.query:
        query = request.query_params()
        if any(name in query for name in BACK_CHANNEL_PARAMETERS):
            raise OAuthError(
                OAuthCode.INVALID_REQUEST,
                "Send parameters in the form body, not in the query string.",
            )
    return request.form()


def read_target(params: Params) -> TokenTarget:
    """Return what the token is for.

    `access_token_manager_id` wins over `aud`, and `aud` over `resource`.
    """
    manager_id = params.find("access_token_manager_id")
    audience = params.find("aud")
    resources = (audience,) if audience else params.find_all("resource")
    if manager_id is None and not resources:
        return NO_TARGET
    return TokenTarget(manager_id, resources if manager_id is None else ())
