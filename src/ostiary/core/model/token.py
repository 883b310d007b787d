"""Tokens as they are kept, answered and described.

Structs, since they are made for every request; see `ScopeSet`.
"""

from collections.abc import Mapping

import msgspec

from ostiary.core.base.ids import (
    BrowserKey,
    ClientId,
    FlowId,
    GrantId,
    HandleKey,
    SessionId,
    TokenId,
    TokenManagerId,
    UserId,
)
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.authorization_request import ClaimsRequest
from ostiary.core.model.flow import Flow
from ostiary.core.model.logout import Participation
from ostiary.core.model.session import Session
from ostiary.core.model.user_grant import AuthorizationCode, Consent, RefreshState, UserGrant


class Redemption(msgspec.Struct, frozen=True):
    """A one-time thing to be spent: a second spending of the same is refused.

    Args:
        use: what kind of thing, so that kinds never collide ("client_assertion").
        key: a hash that tells it from all others of its kind and owner.
        expires_at: seconds since the epoch; after it the thing is refused for its age, so its
            trace may be forgotten.
    """

    use: str
    key: bytes
    expires_at: float


class AccessToken(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an access token stands for, whether it was read from a JWT or found in a store.

    Times are seconds since the epoch.
    """

    token_id: TokenId
    client_id: ClientId
    manager_id: TokenManagerId
    scopes: ScopeSet
    expires_at: float
    issued_at: float | None = None
    subject: str | None = None
    audiences: tuple[str, ...] = ()
    attributes: Mapping[str, object] = {}
    user_id: UserId | None = None
    grant_id: GrantId | None = None
    """The user's grant; a transient one has the id of its only token."""
    session_id: str | None = None
    authenticated_at: float | None = None
    context: str | None = None
    """The class of the policy that the user satisfied (`acr`), where that names one."""
    claims: ClaimsRequest | None = None
    """What userinfo is to answer beyond the scopes; kept with the grant, known by inspection."""
    bound_to: str | None = None
    """Thumbprint of the certificate that it is good with (`cnf`); None for a mere bearer token."""


class ReferenceToken(msgspec.Struct, frozen=True):
    """A stored access token; `key` is all that is kept of the handle itself."""

    key: HandleKey
    token: AccessToken


class Rotation(msgspec.Struct, frozen=True):
    """A refresh token is spent, and the next one takes its place.

    Args: expected is the `current` of the grant's refresh state until now.
    """

    grant_id: GrantId
    expected: bytes
    state: RefreshState


class FlowMove(msgspec.Struct, frozen=True):
    """A flow goes from one version to the next, or is over.

    Args: to is the flow as it is from now on, at `expected_version + 1`; None for over.
    """

    flow_id: FlowId
    expected_version: int
    to: Flow | None = None


class SessionChange(msgspec.Struct, frozen=True):
    """A browser's session begins, or is another one from now on.

    Args:
        replaces: the key under which it, or another user's in the same browser, was kept.
    """

    session: Session
    expires_at: float
    replaces: BrowserKey | None = None
    is_continued: bool = False
    """It was there before, and must be there still: nobody brings back a session that was ended."""

    @property
    def needed(self) -> SessionId | None:
        """Return the session that must still be there, for `Issuance.needs_session`."""
        return self.session.id if self.is_continued else None


class Issuance(msgspec.Struct, frozen=True):
    """One commit: what is spent and what is stored by it, all or nothing.

    Args: needs_session is of a session that must still be there, for what is stored would have
        ended with it.
    """

    redeems: tuple[Redemption, ...] = ()
    reference_tokens: tuple[ReferenceToken, ...] = ()
    codes: tuple[AuthorizationCode, ...] = ()
    grants: tuple[UserGrant, ...] = ()
    rotates: Rotation | None = None
    moves: FlowMove | None = None
    session: SessionChange | None = None
    consent: Consent | None = None
    participations: tuple[Participation, ...] = ()
    needs_session: SessionId | None = None


class IssuedTokens(msgspec.Struct, frozen=True):
    """The answer of a token endpoint, before it is rendered.

    Spec: RFC 6749 §5.1; RFC 8693 §2.2.1. `expires_in` counts whole seconds from now.
    """

    access_token: str
    expires_in: int
    scopes: ScopeSet
    token_type: str = "Bearer"  # noqa: S105 - a token type, not a secret
    refresh_token: str | None = None
    id_token: str | None = None
    issued_token_type: str | None = None

    def __repr__(self) -> str:
        return f"IssuedTokens(access_token=…, scopes={self.scopes!r})"


class FrontChannelTokens(msgspec.Struct, frozen=True):
    """What goes back through the browser, of what was asked for.

    Spec: RFC 6749 §4.1.2, §4.2.2; OpenID Connect Core §3.2.2.5, §3.3.2.5.
    """

    code: str | None = None
    tokens: IssuedTokens | None = None
    id_token: str | None = None

    def __repr__(self) -> str:
        return "FrontChannelTokens(…)"
