"""Tokens as they are kept, answered and described."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ostiary.core.base.ids import ClientId, HandleKey, TokenId, TokenManagerId
from ostiary.core.base.scopes import ScopeSet


@dataclass(frozen=True, slots=True)
class Redemption:
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


@dataclass(frozen=True, slots=True)
class AccessToken:
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
    attributes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReferenceToken:
    """A stored access token; `key` is all that is kept of the handle itself."""

    key: HandleKey
    token: AccessToken


@dataclass(frozen=True, slots=True)
class Issuance:
    """One commit: what is spent and what is stored by it, all or nothing."""

    redeems: tuple[Redemption, ...] = ()
    reference_tokens: tuple[ReferenceToken, ...] = ()


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """The answer of a token endpoint, before it is rendered.

    Spec: RFC 6749 §5.1. `expires_in` counts whole seconds from now.
    """

    access_token: str = field(repr=False)
    expires_in: int
    scopes: ScopeSet
    token_type: str = "Bearer"  # noqa: S105 - a token type, not a secret
