"""What a user granted to a client, for as long as tokens may come of it."""

import msgspec

from ostiary.core.base.ids import ClientId, GrantId, HandleKey, SessionId, TokenId, UserId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.authorization_request import ClaimsRequest
from ostiary.core.model.session import Authentication

CODE_USE = "authorization_code"
"""Kind of the redemptions that spend codes."""


class RefreshState(msgspec.Struct, frozen=True, omit_defaults=True):
    """The refresh tokens of one grant: a row that stays one, however often they rotate.

    A refresh token is a family's part, the same in all of them, and a part of its own. So an old
    one is known by its family, and being neither `current` nor `previous`, as stolen.

    Args:
        family: SHA-256 of the family's part.
        current: SHA-256 of the token that is good now.
        previous: of the one before, good for a short time, to repeat the answer that got lost.
        rotated_at: when `previous` was spent.
        idle_expires_at: the current token is good until then.
    """

    family: bytes
    current: bytes
    idle_expires_at: float
    previous: bytes | None = None
    rotated_at: float = 0.0


class UserGrant(msgspec.Struct, frozen=True, omit_defaults=True):
    """One grant. It is revoked by deleting it: nothing that names it is good without it.

    Args:
        subject: `sub` of its tokens.
        session_id: the session that it came from (`sid`).
        ends_with_session: it has no offline access, so logout ends it.
        manager_id: the token manager that its tokens come from; None for the client's default.
        expires_at: seconds since the epoch; afterwards nothing comes of it.
        refresh: None for a transient grant, of which one access token came and none will.
        bound_to: thumbprint of the certificate without which it is not gone on with; of a public
            client's only (RFC 8705 §4).
    """

    id: GrantId
    client_id: ClientId
    user_id: UserId
    subject: str
    scopes: ScopeSet
    authentication: Authentication
    created_at: float
    expires_at: float
    session_id: SessionId | None = None
    ends_with_session: bool = True
    claims: ClaimsRequest = ClaimsRequest()
    resources: tuple[str, ...] = ()
    manager_id: str | None = None
    refresh: RefreshState | None = None
    bound_to: str | None = None


class AuthorizationCode(msgspec.Struct, frozen=True, omit_defaults=True):
    """One code; what it was spent on is known by the redemption of its key.

    Args:
        grant_id: of the grant that its exchange makes, and that its replay revokes.
        expires_at: it may be exchanged until then.
        kept_until: its replay is recognised until then.
        front_channel_token: the access token that went out beside it (hybrid), and its expiry.
    """

    key: HandleKey
    grant_id: GrantId
    client_id: ClientId
    user_id: UserId
    subject: str
    scopes: ScopeSet
    authentication: Authentication
    expires_at: float
    kept_until: float
    redirect_uri: str | None = None
    is_redirect_uri_sent: bool = True
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    nonce: str | None = None
    session_id: SessionId | None = None
    claims: ClaimsRequest = ClaimsRequest()
    resources: tuple[str, ...] = ()
    manager_id: str | None = None
    front_channel_token: tuple[TokenId, float] | None = None


class Consent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a user once allowed a client, so as not to be asked again.

    Spec: OpenID Connect Core §3.1.2.4.
    """

    user_id: UserId
    client_id: ClientId
    scopes: frozenset[str]
    resources: frozenset[str] = frozenset()
    claims: frozenset[str] = frozenset()
    """By the parameter `claims`, beyond what the scopes give."""
    granted_at: float = 0.0
