"""How a client is set up: everything that both kinds of client take by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

from ostiary_client.caching.refresh_policy import RefreshPolicy
from ostiary_client.errors import ConfigurationError
from ostiary_client.protocol.client_authentication import (
    ClientAuthentication,
    ClientSecretBasic,
    ClientSecretPost,
    NoAuthentication,
)
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.protocol.retry import RetryPolicy
from ostiary_client.secret import Secret
from ostiary_client.transport_options import Cert, Verify

METHODS = (
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "tls_client_auth",
    "self_signed_tls_client_auth",
    "none",
)
_BY_CERTIFICATE = frozenset({"tls_client_auth", "self_signed_tls_client_auth"})


class ClientOptions(TypedDict, total=False):
    """What `Client` and `AsyncClient` take by name.

    client_id, client_secret: as they are registered at the server.
    private_key, key_id, algorithm: a private key in PEM form or as a JWK, to sign with instead of
        sending a secret; its `kid`; its algorithm, if not the key's usual one.
    auth_method: how to authenticate, by its registered name, if not the first that fits.
    scope, resource, audience: what tokens are asked for when a call does not say.
    issuer: what the server calls itself, when that is not its base URL.
    metadata: the endpoints themselves; nothing is discovered then.
    verify: True for the system's authorities, or a PEM file, or an `ssl.SSLContext`.
    cert: the client's own certificate: a PEM file that holds its key too, or a file of each. The
        server is then asked where it asks for certificates (`mtls_endpoint_aliases`).
    timeout_seconds: for connecting, and for the answer.
    retries, refresh: when to try again; when to renew a token.
    trusted_origins: other hosts than the base URL's that may be sent credentials.
    insecure_http: allow http:// to other machines than this one.
    now: the clock, in seconds since the epoch.
    """

    client_id: str
    client_secret: str | Secret | None
    private_key: str | Secret | None
    key_id: str | None
    algorithm: str | None
    auth_method: str | None
    scope: str | tuple[str, ...] | None
    resource: str | None
    audience: str | None
    issuer: str | None
    metadata: Metadata | None
    verify: Verify
    cert: Cert | None
    timeout_seconds: float
    retries: RetryPolicy
    refresh: RefreshPolicy
    trusted_origins: tuple[str, ...]
    insecure_http: bool
    now: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the client is, and what it can prove it with."""

    client_id: str
    client_secret: Secret | None = None
    private_key: Secret | None = None
    key_id: str | None = None
    algorithm: str | None = None
    auth_method: str | None = None
    has_certificate: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot work before anything is sent."""
        if self.auth_method not in {None, *METHODS}:
            raise ConfigurationError(
                f"There is no authentication method {self.auth_method!r}",
                remedy=f"There are {', '.join(METHODS)}",
            )
        if self.auth_method is None and self.client_secret and self.private_key:
            raise ConfigurationError(
                "Both a secret and a private key are given", remedy="Choose with auth_method"
            )
        if self.auth_method in _BY_CERTIFICATE and not self.has_certificate:
            raise ConfigurationError(
                f"{self.auth_method} takes the client's certificate", remedy="Give cert=…"
            )

    def authentication(self, metadata: Metadata) -> ClientAuthentication:
        """Return the way to authenticate at that server.

        A secret goes into the header if the server takes that or does not say, else into the form.

        Raises: ConfigurationError when the secret or key that it takes is missing.
        """
        match self.auth_method or self._usual_method(metadata):
            case "none" | "tls_client_auth" | "self_signed_tls_client_auth":
                # What there is to prove is proved in the TLS handshake (RFC 8705 §2).
                return NoAuthentication(self.client_id)
            case "client_secret_basic":
                return ClientSecretBasic(self.client_id, self._secret())
            case "client_secret_post":
                return ClientSecretPost(self.client_id, self._secret())
            case method:
                return self._signed(method)

    def _signed(self, method: str) -> ClientAuthentication:
        from ostiary_client.protocol import client_assertion  # noqa: PLC0415 - imports joserfc

        if method == "client_secret_jwt":
            return client_assertion.client_secret_jwt(self.client_id, self._secret())
        if self.private_key is None:
            raise ConfigurationError(f"{method} takes a private key", remedy="Give private_key=…")
        return client_assertion.private_key_jwt(
            self.client_id, self.private_key, key_id=self.key_id, algorithm=self.algorithm
        )

    def _usual_method(self, metadata: Metadata) -> str:
        if self.private_key is not None:
            return "private_key_jwt"
        if self.client_secret is None:
            return "none"
        offered = metadata.token_endpoint_auth_methods
        takes_basic = "client_secret_basic" in offered or "client_secret_post" not in offered
        return "client_secret_basic" if takes_basic else "client_secret_post"

    def _secret(self) -> Secret:
        if self.client_secret is None:
            raise ConfigurationError(
                f"{self.auth_method} takes the client's secret", remedy="Give client_secret=…"
            )
        return self.client_secret


def as_secret(value: str | Secret | None) -> Secret | None:
    """Wrap a text that must not be shown; an empty one is none."""
    if isinstance(value, Secret):
        return value if value.reveal() else None
    return Secret(value) if value else None
