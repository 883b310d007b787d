"""Events: what happened, in types that cannot carry a token or a password.

Structs, since they are made for every request; see `ScopeSet`.
"""

import msgspec

from ostiary.core.base.ids import ClientId, EnvironmentId, TokenId, TokenManagerId


class TokenIssued(msgspec.Struct, frozen=True):
    """An access token went out."""

    environment: EnvironmentId
    client: ClientId
    grant_type: str
    manager: TokenManagerId
    token_id: TokenId
    scope: str
    address: str


class RequestRefused(msgspec.Struct, frozen=True):
    """An OAuth endpoint refused a request.

    Args:
        client: None where nobody was authenticated; `claimed` is then what the caller said.
    """

    environment: EnvironmentId
    endpoint: str
    code: str
    reason: str
    client: ClientId | None
    claimed: ClientId
    address: str


class TokenIntrospected(msgspec.Struct, frozen=True):
    """A client asked about a token."""

    environment: EnvironmentId
    client: ClientId
    active: bool
    token_id: TokenId | None
    address: str


class TokenRevoked(msgspec.Struct, frozen=True):
    """A client gave a token back; `token_id` is None for one that was no token any more."""

    environment: EnvironmentId
    client: ClientId
    token_id: TokenId | None
    address: str


class ConfigurationApplied(msgspec.Struct, frozen=True):
    """A new version of the configuration is the truth now."""

    version: int
    changes: int
    source: str


Event = TokenIssued | RequestRefused | TokenIntrospected | TokenRevoked | ConfigurationApplied
