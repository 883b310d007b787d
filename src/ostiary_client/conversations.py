"""What a client can say to its server, for both kinds of client; sends nothing itself."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Unpack

from ostiary_client.caching.refresh_policy import RefreshPolicy
from ostiary_client.caching.token_request import TokenRequest, token_request
from ostiary_client.errors import ConfigurationError
from ostiary_client.options import ClientOptions, Identity, as_secret
from ostiary_client.protocol import token_endpoint
from ostiary_client.protocol.backend import MEMBERS, exchange_at_backend
from ostiary_client.protocol.certificate_endpoints import for_certificates
from ostiary_client.protocol.client_authentication import ClientAuthentication
from ostiary_client.protocol.discovery import discover
from ostiary_client.protocol.introspection import introspect
from ostiary_client.protocol.messages import Exchange
from ostiary_client.protocol.metadata import (
    Metadata,
    check_endpoints,
    check_scheme,
    origin_of,
)
from ostiary_client.protocol.retry import RetryPolicy
from ostiary_client.protocol.revocation import revoke
from ostiary_client.protocol.token_endpoint import Endpoint
from ostiary_client.tokens import AccessToken, BackendToken, Introspection
from ostiary_client.transport_options import TransportOptions


@dataclass(slots=True)
class Conversations:
    """Every conversation of one client; remembers the server's metadata once it has it."""

    base_url: str
    identity: Identity | None
    usual: TokenRequest
    reach: TransportOptions
    retries: RetryPolicy
    refresh: RefreshPolicy
    now: Callable[[], float] = field(repr=False)
    issuer: str | None = None
    trusted_origins: tuple[str, ...] = ()
    insecure_http: bool = False
    _metadata: Metadata | None = field(default=None, repr=False)
    _authentication: ClientAuthentication | None = field(default=None, repr=False)

    def metadata(self) -> Exchange[Metadata]:
        """Find out the server's endpoints, if that has not been done."""
        if self._metadata is None:
            found = yield from discover(
                self.base_url,
                policy=self.retries,
                issuer=self.issuer,
                trusted_origins=self.trusted_origins,
                insecure_http=self.insecure_http,
            )
            if self.reach.cert is not None:
                found = for_certificates(found, self.trusted_origins)
            self._metadata = found
        return self._metadata

    def client_credentials(self, request: TokenRequest) -> Exchange[AccessToken]:
        """Ask for a token for the client itself."""
        endpoint = yield from self.endpoint("token_endpoint")
        return (
            yield from token_endpoint.client_credentials(
                endpoint, scopes=request.scopes, parameters=dict(request.parameters)
            )
        )

    def introspect(self, token: str) -> Exchange[Introspection]:
        """Ask what the server says of a token."""
        endpoint = yield from self.endpoint("introspection_endpoint")
        return (yield from introspect(endpoint, token))

    def revoke(self, token: str, hint: str | None) -> Exchange[None]:
        """Have a token revoked."""
        endpoint = yield from self.endpoint("revocation_endpoint")
        yield from revoke(endpoint, token, hint=hint)

    def exchange_at_backend(
        self, url: str, token: AccessToken, *, method: str, member: str | None
    ) -> Exchange[BackendToken]:
        """Take a backend's own token for an access token."""
        origin_of(url)
        check_scheme(url, insecure_http=self.insecure_http)
        members = MEMBERS if member is None else (member,)
        return (
            yield from exchange_at_backend(
                url, token, method=method, policy=self.retries, members=members
            )
        )

    def request(
        self,
        scope: str | tuple[str, ...] | None,
        resource: str | None,
        audience: str | None,
        parameters: Mapping[str, str] | None,
    ) -> TokenRequest:
        """Return what a call asks for; what it leaves out is as the client was set up."""
        asked = token_request(
            scope, resource=resource, audience=audience, parameters=dict(parameters or {})
        )
        scopes = self.usual.scopes if scope is None else asked.scopes
        merged = dict(self.usual.parameters) | dict(asked.parameters)
        return TokenRequest(scopes, tuple(sorted(merged.items())))

    def endpoint(self, name: str) -> Exchange[Endpoint]:
        """Return an endpoint that the client calls with its credentials."""
        identity = self.who()
        metadata = yield from self.metadata()
        if self._authentication is None:
            self._authentication = identity.authentication(metadata)
        return Endpoint(name, metadata, self._authentication, self.retries, self.now)

    def who(self) -> Identity:
        """Return who the client is.

        Raises: ConfigurationError when nobody said.
        """
        if self.identity is None:
            raise ConfigurationError(
                "The client has no id", remedy="Give client_id=…, and its secret or key"
            )
        return self.identity


def conversations(base_url: str, **options: Unpack[ClientOptions]) -> Conversations:
    """Return the conversations of a client that is set up like that.

    Raises: ConfigurationError for what cannot work.
    """
    unknown = sorted(options.keys() - ClientOptions.__annotations__.keys())
    if unknown:
        raise ConfigurationError(
            f"There is no option {', '.join(unknown)}",
            remedy=f"There are {', '.join(ClientOptions.__annotations__)}",
        )
    client_id = options.get("client_id")
    metadata = options.get("metadata")
    if metadata is not None:
        check_endpoints(metadata, insecure_http=options.get("insecure_http", False))
    issuer = options.get("issuer") or (metadata.issuer if metadata else None)
    return Conversations(
        base_url=base_url,
        identity=None if not client_id else _identity(client_id, options),
        usual=token_request(
            options.get("scope"),
            resource=options.get("resource"),
            audience=options.get("audience"),
        ),
        reach=TransportOptions(
            options.get("verify", True), options.get("timeout_seconds", 10.0), options.get("cert")
        ),
        retries=options.get("retries", RetryPolicy()),
        refresh=options.get("refresh", RefreshPolicy()),
        now=options.get("now", time.time),
        issuer=issuer,
        trusted_origins=options.get("trusted_origins", ()),
        insecure_http=options.get("insecure_http", False),
        _metadata=metadata,
    )


def _identity(client_id: str, options: ClientOptions) -> Identity:
    return Identity(
        client_id,
        as_secret(options.get("client_secret")),
        as_secret(options.get("private_key")),
        options.get("key_id"),
        options.get("algorithm"),
        options.get("auth_method"),
        has_certificate=options.get("cert") is not None,
    )
