"""The SDK: tokens from PingFederate, PingOne, Ostiary or any other OAuth 2.0 server.

`Client` and `AsyncClient` fetch, keep, inspect and revoke tokens, and sign people on.
`ostiary_client.requests`, `ostiary_client.httpx` and `ostiary_client.auth` put tokens on the
requests of a program that has an HTTP client already; `ostiary_client.fastapi` protects a service.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ostiary_client.async_client import AsyncClient
    from ostiary_client.caching.refresh_policy import RefreshPolicy
    from ostiary_client.client import Client
    from ostiary_client.errors import (
        AccessDeniedError,
        AccessTokenMissingError,
        AccountSelectionRequiredError,
        AuthorizationError,
        BackendError,
        BackendRefusedError,
        BackendUnreachableError,
        CallbackMismatchError,
        CertificateError,
        ConfigurationError,
        ConsentRequiredError,
        DiscoveryError,
        FlowDetail,
        FlowEndedError,
        FlowError,
        FlowStepError,
        InsufficientScopeError,
        InteractionRequiredError,
        InvalidClientError,
        InvalidTokenError,
        IssuerMismatchError,
        IssuerUnavailableError,
        KeysUnavailableError,
        LoginRequiredError,
        OAuthError,
        OstiaryClientError,
        RateLimitedError,
        ResponseError,
        SecretTokenMissingError,
        ServerFailedError,
        ServerUnreachableError,
        SignOnRequiredError,
        TimedOutError,
        TransportError,
        UnreadableResponseError,
        WrongPasswordError,
    )
    from ostiary_client.options import ClientOptions
    from ostiary_client.profiles.load import Profile, load_profile
    from ostiary_client.protocol.metadata import Metadata
    from ostiary_client.protocol.retry import NO_RETRIES, RetryPolicy
    from ostiary_client.secret import Secret
    from ostiary_client.signon.authorization_request import AuthorizationRequest
    from ostiary_client.signon.base_state import FlowState
    from ostiary_client.signon.flow import AsyncFlow, Flow
    from ostiary_client.signon.flow_state import (
        Canceled,
        Completed,
        Failed,
        IdentifierRequired,
        PasswordChangeRequired,
        UsernamePasswordRequired,
    )
    from ostiary_client.signon.second_factor_states import (
        ActivationRequired,
        AssertionRequired,
        CodeRequired,
        Device,
        DeviceSelectionRequired,
        PairingMethodRequired,
        RecoveryCodesShown,
    )
    from ostiary_client.signon.session import AsyncSession, Session
    from ostiary_client.signon.token_set import TokenSet
    from ostiary_client.tokens import AccessToken, BackendToken, Introspection
    from ostiary_client.verification.async_verifier import AsyncTokenVerifier
    from ostiary_client.verification.trusted_issuer import Introspector, TrustedIssuer
    from ostiary_client.verification.verified_token import VerifiedToken
    from ostiary_client.verification.verifier import TokenVerifier

_HOMES = {
    "AccessDeniedError": "errors",
    "AccessToken": "tokens",
    "AccessTokenMissingError": "errors",
    "AccountSelectionRequiredError": "errors",
    "ActivationRequired": "signon.second_factor_states",
    "AssertionRequired": "signon.second_factor_states",
    "AsyncClient": "async_client",
    "AsyncFlow": "signon.flow",
    "AsyncSession": "signon.session",
    "AsyncTokenVerifier": "verification.async_verifier",
    "AuthorizationError": "errors",
    "AuthorizationRequest": "signon.authorization_request",
    "BackendError": "errors",
    "BackendRefusedError": "errors",
    "BackendToken": "tokens",
    "BackendUnreachableError": "errors",
    "CallbackMismatchError": "errors",
    "Canceled": "signon.flow_state",
    "CertificateError": "errors",
    "Client": "client",
    "ClientOptions": "options",
    "CodeRequired": "signon.second_factor_states",
    "Completed": "signon.flow_state",
    "ConfigurationError": "errors",
    "ConsentRequiredError": "errors",
    "Device": "signon.second_factor_states",
    "DeviceSelectionRequired": "signon.second_factor_states",
    "DiscoveryError": "errors",
    "Failed": "signon.flow_state",
    "Flow": "signon.flow",
    "FlowDetail": "errors",
    "FlowEndedError": "errors",
    "FlowError": "errors",
    "FlowState": "signon.base_state",
    "FlowStepError": "errors",
    "IdentifierRequired": "signon.flow_state",
    "InsufficientScopeError": "errors",
    "InteractionRequiredError": "errors",
    "Introspection": "tokens",
    "Introspector": "verification.trusted_issuer",
    "InvalidClientError": "errors",
    "InvalidTokenError": "errors",
    "IssuerMismatchError": "errors",
    "IssuerUnavailableError": "errors",
    "KeysUnavailableError": "errors",
    "LoginRequiredError": "errors",
    "Metadata": "protocol.metadata",
    "NO_RETRIES": "protocol.retry",
    "OAuthError": "errors",
    "OstiaryClientError": "errors",
    "PairingMethodRequired": "signon.second_factor_states",
    "PasswordChangeRequired": "signon.flow_state",
    "Profile": "profiles.load",
    "RateLimitedError": "errors",
    "RecoveryCodesShown": "signon.second_factor_states",
    "RefreshPolicy": "caching.refresh_policy",
    "ResponseError": "errors",
    "RetryPolicy": "protocol.retry",
    "Secret": "secret",
    "SecretTokenMissingError": "errors",
    "ServerFailedError": "errors",
    "ServerUnreachableError": "errors",
    "Session": "signon.session",
    "SignOnRequiredError": "errors",
    "TimedOutError": "errors",
    "TokenSet": "signon.token_set",
    "TokenVerifier": "verification.verifier",
    "TransportError": "errors",
    "TrustedIssuer": "verification.trusted_issuer",
    "UnreadableResponseError": "errors",
    "UsernamePasswordRequired": "signon.flow_state",
    "VerifiedToken": "verification.verified_token",
    "WrongPasswordError": "errors",
    "load_profile": "profiles.load",
}
"""Where each public name lives: it is imported when it is first used, so that none is slow."""

__all__ = [
    "NO_RETRIES",
    "AccessDeniedError",
    "AccessToken",
    "AccessTokenMissingError",
    "AccountSelectionRequiredError",
    "ActivationRequired",
    "AssertionRequired",
    "AsyncClient",
    "AsyncFlow",
    "AsyncSession",
    "AsyncTokenVerifier",
    "AuthorizationError",
    "AuthorizationRequest",
    "BackendError",
    "BackendRefusedError",
    "BackendToken",
    "BackendUnreachableError",
    "CallbackMismatchError",
    "Canceled",
    "CertificateError",
    "Client",
    "ClientOptions",
    "CodeRequired",
    "Completed",
    "ConfigurationError",
    "ConsentRequiredError",
    "Device",
    "DeviceSelectionRequired",
    "DiscoveryError",
    "Failed",
    "Flow",
    "FlowDetail",
    "FlowEndedError",
    "FlowError",
    "FlowState",
    "FlowStepError",
    "IdentifierRequired",
    "InsufficientScopeError",
    "InteractionRequiredError",
    "Introspection",
    "Introspector",
    "InvalidClientError",
    "InvalidTokenError",
    "IssuerMismatchError",
    "IssuerUnavailableError",
    "KeysUnavailableError",
    "LoginRequiredError",
    "Metadata",
    "OAuthError",
    "OstiaryClientError",
    "PairingMethodRequired",
    "PasswordChangeRequired",
    "Profile",
    "RateLimitedError",
    "RecoveryCodesShown",
    "RefreshPolicy",
    "ResponseError",
    "RetryPolicy",
    "Secret",
    "SecretTokenMissingError",
    "ServerFailedError",
    "ServerUnreachableError",
    "Session",
    "SignOnRequiredError",
    "TimedOutError",
    "TokenSet",
    "TokenVerifier",
    "TransportError",
    "TrustedIssuer",
    "UnreadableResponseError",
    "UsernamePasswordRequired",
    "VerifiedToken",
    "WrongPasswordError",
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
