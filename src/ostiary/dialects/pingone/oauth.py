"""`/{environmentId}/as/token`, `introspect`, `revoke`."""

from dataclasses import dataclass

from ostiary.core.base.errors import OAuthCode, OAuthError
from ostiary.core.base.params import Params
from ostiary.core.model.environment import Environment
from ostiary.core.oauth.device_authorization import DeviceAuthorization
from ostiary.core.oauth.introspect import Introspection
from ostiary.core.oauth.parameters import BACK_CHANNEL_PARAMETERS
from ostiary.core.oauth.revocation import Revocation
from ostiary.core.oauth.token import TokenEndpoint
from ostiary.core.tokens.targets import NO_TARGET, TokenTarget
from ostiary.dialects.pingone.paths import device_path
from ostiary.dialects.pingone.tenancy import Tenancy
from ostiary.http.credentials import present
from ostiary.http.message import NO_STORE, Request, Response, empty_response
from ostiary.http.oauth_json import render_device, render_introspection, render_tokens

QUERY_PARAMETERS = frozenset({"grant_type", "scope", "client_id"})
"""An official client sends a token request's parameters in the query, with an empty body."""


@dataclass(frozen=True, slots=True)
class OAuth:
    """The OAuth back channel with PingOne's names."""

    tenancy: Tenancy
    token: TokenEndpoint
    introspection: Introspection
    revocation: Revocation
    devices: DeviceAuthorization

    async def post_token(self, request: Request) -> Response:
        """Answer a token request. Spec: PingOne "Token"."""
        env = self.tenancy.resolve(request)
        params = read_params(request, allowed_in_query=QUERY_PARAMETERS)
        resources = params.find_all("resource")
        target = TokenTarget(resources=resources) if resources else NO_TARGET
        presented = present(request, *_endpoints(env, request))
        return render_tokens(await self.token.respond(env, params, presented, target))

    async def post_device_authorization(self, request: Request) -> Response:
        """Hand out codes. Spec: PingOne "Device authorization"; RFC 8628 §3.1."""
        env = self.tenancy.resolve(request)
        params = read_params(request)
        resources = params.find_all("resource")
        target = TokenTarget(resources=resources) if resources else NO_TARGET
        presented = present(request, *_endpoints(env, request))
        started = await self.devices.respond(env, params, presented, target)
        return render_device(started, env.base_url + device_path(env))

    async def post_introspection(self, request: Request) -> Response:
        """Tell what a token stands for. Spec: PingOne "Token introspection"; RFC 7662."""
        env = self.tenancy.resolve(request)
        presented = present(request, *_endpoints(env, request))
        token = await self.introspection.respond(env, read_params(request), presented)
        return render_introspection(env, token)

    async def post_revocation(self, request: Request) -> Response:
        """Take a token back. Spec: PingOne "Token revocation"; RFC 7009."""
        env = self.tenancy.resolve(request)
        presented = present(request, *_endpoints(env, request))
        await self.revocation.respond(env, read_params(request), presented)
        return empty_response(200, NO_STORE)


def read_params(request: Request, *, allowed_in_query: frozenset[str] = frozenset()) -> Params:
    """Return the parameters of the body and the allowed ones of the query, as one set.

    Raises: OAuthError invalid_request for another known parameter in the query, and for one that
        stands in both.
    """
    params = request.form()
    if not request.query:
        return params
    query = request.query_params()
    for name in BACK_CHANNEL_PARAMETERS - allowed_in_query:
        if name in query:
            raise OAuthError(
                OAuthCode.INVALID_REQUEST,
                "Send this parameter in the form body, not in the query string.",
                parameter=name,
            )
    return params.joined_with(query, allowed_in_query)


def _endpoints(env: Environment, request: Request) -> tuple[str, str]:
    return request.path, f"/{env.id}/as/token"
