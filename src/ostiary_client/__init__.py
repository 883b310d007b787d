"""The SDK: tokens from PingFederate, PingOne, Ostiary or any other OAuth 2.0 server.

`Client` and `AsyncClient` fetch, keep, inspect and revoke tokens. `ostiary_client.requests`,
`ostiary_client.httpx` and `ostiary_client.auth` put them on the requests of a program that has an
HTTP client already; `ostiary_client.fastapi` protects a service.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ostiary_client.async_client import AsyncClient
    from ostiary_client.caching.refresh_policy import RefreshPolicy
    from ostiary_client.client import Client
    from ostiary_client.errors import (
        AccessTokenMissingError,
        BackendError,
        BackendRefusedError,
        BackendUnreachableError,
        CertificateError,
        ConfigurationError,
        DiscoveryError,
        InsufficientScopeError,
        InvalidClientError,
        InvalidTokenError,
        IssuerMismatchError,
        IssuerUnavailableError,
        KeysUnavailableError,
        OAuthError,
        OstiaryClientError,
        RateLimitedError,
        ResponseError,
        SecretTokenMissingError,
        ServerFailedError,
        ServerUnreachableError,
        TimedOutError,
        TransportError,
        UnreadableResponseError,
    )
    from ostiary_client.options import ClientOptions
    from ostiary_client.profiles.load import Profile, load_profile
    from ostiary_client.protocol.metadata import Metadata
    from ostiary_client.protocol.retry import NO_RETRIES, RetryPolicy
    from ostiary_client.secret import Secret
    from ostiary_client.tokens import AccessToken, BackendToken, Introspection
    from ostiary_client.verification.async_verifier import AsyncTokenVerifier
    from ostiary_client.verification.trusted_issuer import Introspector, TrustedIssuer
    from ostiary_client.verification.verified_token import VerifiedToken
    from ostiary_client.verification.verifier import TokenVerifier

_HOMES = {
    "AccessToken": "tokens",
    "AccessTokenMissingError": "errors",
    "AsyncClient": "async_client",
    "AsyncTokenVerifier": "verification.async_verifier",
    "BackendError": "errors",
    "BackendRefusedError": "errors",
    "BackendToken": "tokens",
    "BackendUnreachableError": "errors",
    "CertificateError": "errors",
    "Client": "client",
    "ClientOptions": "options",
    "ConfigurationError": "errors",
    "DiscoveryError": "errors",
    "InsufficientScopeError": "errors",
    "Introspection": "tokens",
    "Introspector": "verification.trusted_issuer",
    "InvalidClientError": "errors",
    "InvalidTokenError": "errors",
    "IssuerMismatchError": "errors",
    "IssuerUnavailableError": "errors",
    "KeysUnavailableError": "errors",
    "Metadata": "protocol.metadata",
    "NO_RETRIES": "protocol.retry",
    "OAuthError": "errors",
    "OstiaryClientError": "errors",
    "Profile": "profiles.load",
    "RateLimitedError": "errors",
    "RefreshPolicy": "caching.refresh_policy",
    "ResponseError": "errors",
    "RetryPolicy": "protocol.retry",
    "Secret": "secret",
    "SecretTokenMissingError": "errors",
    "ServerFailedError": "errors",
    "ServerUnreachableError": "errors",
    "TimedOutError": "errors",
    "TokenVerifier": "verification.verifier",
    "TransportError": "errors",
    "TrustedIssuer": "verification.trusted_issuer",
    "UnreadableResponseError": "errors",
    "VerifiedToken": "verification.verified_token",
    "load_profile": "profiles.load",
}
"""Where each public name lives: it is imported when it is first used, so that none is slow."""

__all__ = [
    "NO_RETRIES",
    "AccessToken",
    "AccessTokenMissingError",
    "AsyncClient",
    "AsyncTokenVerifier",
    "BackendError",
    "BackendRefusedError",
    "BackendToken",
    "BackendUnreachableError",
    "CertificateError",
    "Client",
    "ClientOptions",
    "ConfigurationError",
    "DiscoveryError",
    "InsufficientScopeError",
    "Introspection",
    "Introspector",
    "InvalidClientError",
    "InvalidTokenError",
    "IssuerMismatchError",
    "IssuerUnavailableError",
    "KeysUnavailableError",
    "Metadata",
    "OAuthError",
    "OstiaryClientError",
    "Profile",
    "RateLimitedError",
    "RefreshPolicy",
    "ResponseError",
    "RetryPolicy",
    "Secret",
    "SecretTokenMissingError",
    "ServerFailedError",
    "ServerUnreachableError",
    "TimedOutError",
    "TokenVerifier",
    "TransportError",
    "TrustedIssuer",
    "UnreadableResponseError",
    "VerifiedToken",
    "load_profile",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
