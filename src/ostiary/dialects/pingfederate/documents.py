"""The public documents: metadata and JWK Sets."""

from collections.abc import Mapping
from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.oauth.metadata import Metadata
from ostiary.dialects.pingfederate.tenancy import Tenancy
from ostiary.http.documents import render_document, render_jwks
from ostiary.http.errors import not_found
from ostiary.http.message import Request, Response

MANAGER_KEYS_PREFIX = "/ext/"


@dataclass(frozen=True, slots=True)
class Documents:
    """What anybody may read of an environment.

    Args:
        endpoints: metadata member to path, of every endpoint that is served.
    """

    tenancy: Tenancy
    metadata: Metadata
    clock: Clock
    endpoints: Mapping[str, str]

    async def get_metadata(self, request: Request) -> Response:
        """Describe the server. Spec: PingFederate "OpenID Provider configuration endpoint"."""
        env = self.tenancy.resolve(request)
        urls = {member: env.base_url + path for member, path in self.endpoints.items()}
        computed = {**self.metadata.describe(env), **self.metadata.describe_sign_on(env)}
        return render_document({**computed, **urls, **self.metadata.describe_mutual_tls(env, urls)})

    async def get_environment_keys(self, request: Request) -> Response:
        """Publish the environment's own keys. Spec: PingFederate "JWKS endpoint" (`/pf/JWKS`)."""
        env = self.tenancy.resolve(request)
        return render_jwks(env.published_keys(None, self.clock.now()) or ())

    async def get_manager_keys(self, request: Request) -> Response:
        """Publish the keys of the token manager whose path this is.

        Spec: PingFederate "JSON token management" (JWKS endpoint path).
        Raises: HTTPError 404 when no manager publishes here.
        """
        env = self.tenancy.resolve(request)
        path = request.path.removeprefix(MANAGER_KEYS_PREFIX)
        keys = env.published_keys(path, self.clock.now())
        if keys is None:
            raise not_found()
        return render_jwks(keys)
