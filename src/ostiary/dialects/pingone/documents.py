"""The public documents: metadata and JWK Set."""

from collections.abc import Mapping
from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.oauth.metadata import Metadata
from ostiary.dialects.pingone.metadata import as_documented
from ostiary.dialects.pingone.tenancy import Tenancy
from ostiary.http.documents import render_document, render_jwks
from ostiary.http.message import Request, Response


@dataclass(frozen=True, slots=True)
class Documents:
    """What anybody may read of an environment.

    Args:
        endpoints: metadata member to path below the issuer, of every endpoint that is served.
    """

    tenancy: Tenancy
    metadata: Metadata
    clock: Clock
    endpoints: Mapping[str, str]

    async def get_metadata(self, request: Request) -> Response:
        """Describe the server. Spec: PingOne "OpenID Connect discovery"."""
        env = self.tenancy.resolve(request)
        urls = {member: env.issuer + path for member, path in self.endpoints.items()}
        computed = {**self.metadata.describe(env), **self.metadata.describe_sign_on(env)}
        aliases = self.metadata.describe_mutual_tls(env, urls)
        return render_document({**as_documented(computed), **urls, **aliases})

    async def get_keys(self, request: Request) -> Response:
        """Publish the environment's keys. Spec: PingOne "JSON web key set"."""
        env = self.tenancy.resolve(request)
        return render_jwks(env.published_keys(None, self.clock.now()) or ())
