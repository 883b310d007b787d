"""Events about tokens and what is asked of their endpoints."""

import msgspec

from ostiary.core.base.ids import (
    ClientId,
    EnvironmentId,
    GrantId,
    SessionId,
    TokenId,
    TokenManagerId,
    UserId,
)


class TokenIssued(msgspec.Struct, frozen=True):
    """An access token went out."""

    environment: EnvironmentId
    client: ClientId
    grant_type: str
    manager: TokenManagerId
    token_id: TokenId
    scope: str
    address: str


class UserTokenIssued(msgspec.Struct, frozen=True):
    """An access token for a user's data went out.

    Args: is_deprecated: in a way that is open to old clients alone.
    """

    environment: EnvironmentId
    client: ClientId
    user: UserId
    session: SessionId | None
    grant: GrantId
    grant_type: str
    manager: TokenManagerId
    token_id: TokenId
    scope: str
    has_refresh_token: bool
    is_deprecated: bool
    address: str


class TokenExchanged(msgspec.Struct, frozen=True):
    """A client exchanges a token for another one, which the next event of it names.

    Args:
        source: the client that the subject token was issued to; None for one of a trusted issuer.
        user: whom it represents; None for none of ours.
        is_delegated: the new token says who acts; otherwise it looks like the subject's own.
    """

    environment: EnvironmentId
    client: ClientId
    source: ClientId | None
    user: UserId | None
    is_delegated: bool
    address: str


class AuthorizationAnswered(msgspec.Struct, frozen=True):
    """A client got what it asked of a user; `grant` is what an exchange of the code makes."""

    environment: EnvironmentId
    client: ClientId
    user: UserId
    session: SessionId | None
    grant: GrantId | None
    response_type: str
    scope: str
    address: str


class UserinfoAnswered(msgspec.Struct, frozen=True):
    """A client read what there is about a user."""

    environment: EnvironmentId
    client: ClientId
    user: UserId
    token_id: TokenId
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
    """A client gave a token back; without `token_id` and `grant` it was no token any more.

    Args: grant ended with its refresh token.
    """

    environment: EnvironmentId
    client: ClientId
    token_id: TokenId | None
    address: str
    grant: GrantId | None = None


class ReplayDetected(msgspec.Struct, frozen=True):
    """A code or refresh token came a second time, so its grant was revoked.

    Who presented it stands in the refusal that follows.
    """

    environment: EnvironmentId
    client: ClientId
    grant: GrantId
    grant_type: str
