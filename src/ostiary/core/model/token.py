"""Tokens as they are kept, answered and described.

Structs, since they are made for every request; see `ScopeSet`.
"""

from collections.abc import Mapping

import msgspec

from ostiary.core.base.ids import ClientId, HandleKey, TokenId, TokenManagerId
from ostiary.core.base.scopes import ScopeSet


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


class AccessToken(msgspec.Struct, frozen=True):
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


class ReferenceToken(msgspec.Struct, frozen=True):
    """A stored access token; `key` is all that is kept of the handle itself."""

    key: HandleKey
    token: AccessToken


class Issuance(msgspec.Struct, frozen=True):
    """One commit: what is spent and what is stored by it, all or nothing."""

    redeems: tuple[Redemption, ...] = ()
    reference_tokens: tuple[ReferenceToken, ...] = ()


class IssuedTokens(msgspec.Struct, frozen=True):
    """The answer of a token endpoint, before it is rendered.

    Spec: RFC 6749 §5.1. `expires_in` counts whole seconds from now.
    """

    access_token: str
    expires_in: int
    scopes: ScopeSet
    token_type: str = "Bearer"  # noqa: S105 - a token type, not a secret

    def __repr__(self) -> str:
        return f"IssuedTokens(access_token=…, scopes={self.scopes!r})"
