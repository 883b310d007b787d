"""A token that was verified: another type than what was presented."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ostiary_client.errors import InsufficientScopeError


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """What a token says; its issuer vouches for it, and it is meant for here.

    `claims` is all of it, or the whole answer of the introspection endpoint; `value` the token
    itself, to be passed on. Neither shows in a repr.
    """

    issuer: str
    subject: str | None
    client_id: str | None
    audience: tuple[str, ...]
    scopes: frozenset[str]
    expires_at: float | None
    kind: Literal["access_token", "id_token"] = "access_token"
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    value: str = field(default="", repr=False)

    def has_scopes(self, *scopes: str) -> bool:
        """Tell whether it permits all of these."""
        return self.scopes.issuperset(scopes)

    def check_scopes(self, *scopes: str) -> None:
        """Refuse a token that does not permit all of these.

        Raises: InsufficientScopeError.
        """
        if not self.has_scopes(*scopes):
            raise InsufficientScopeError(
                "The token does not permit this",
                remedy=f"Ask for a token with the scope {' '.join(scopes)}",
                required=scopes,
            )
