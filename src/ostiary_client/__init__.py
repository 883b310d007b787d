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
    from ostiary_client.protocol.metadata import Metadata
    from ostiary_client.protocol.retry import NO_RETRIES, RetryPolicy
    from ostiary_client.secret import Secret
    from ostiary_client.tokens import AccessToken, BackendToken, Introspection

_HOMES = {
    "AccessToken": "tokens",
    "AccessTokenMissingError": "errors",
    "AsyncClient": "async_client",
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
    "InvalidClientError": "errors",
    "InvalidTokenError": "errors",
    "IssuerMismatchError": "errors",
    "KeysUnavailableError": "errors",
    "Metadata": "protocol.metadata",
    "NO_RETRIES": "protocol.retry",
    "OAuthError": "errors",
    "OstiaryClientError": "errors",
    "RateLimitedError": "errors",
    "RefreshPolicy": "caching.refresh_policy",
    "ResponseError": "errors",
    "RetryPolicy": "protocol.retry",
    "Secret": "secret",
    "SecretTokenMissingError": "errors",
    "ServerFailedError": "errors",
    "ServerUnreachableError": "errors",
    "TimedOutError": "errors",
    "TransportError": "errors",
    "UnreadableResponseError": "errors",
}
"""Where each public name lives: it is imported when it is first used, so that none is slow."""

__all__ = [
    "NO_RETRIES",
    "AccessToken",
    "AccessTokenMissingError",
    "AsyncClient",
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
    "InvalidClientError",
    "InvalidTokenError",
    "IssuerMismatchError",
    "KeysUnavailableError",
    "Metadata",
    "OAuthError",
    "OstiaryClientError",
    "RateLimitedError",
    "RefreshPolicy",
    "ResponseError",
    "RetryPolicy",
    "Secret",
    "SecretTokenMissingError",
    "ServerFailedError",
    "ServerUnreachableError",
    "TimedOutError",
    "TransportError",
    "UnreadableResponseError",
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
