"""What a server hands out when somebody has signed on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ostiary_client.tokens import AccessToken


@dataclass(frozen=True, slots=True)
class TokenSet:
    """The tokens of one person; no repr shows them, nor the claims.

    `claims` are those of the ID token, which was verified, and empty without one; `expires_at` is
    the access token's end and `obtained_at` when it was asked for, in seconds since the epoch;
    `response` is the server's whole answer.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    id_token: str | None = field(default=None, repr=False)
    expires_at: float | None = None
    scopes: tuple[str, ...] = ()
    token_type: str = "Bearer"  # noqa: S105 - a kind of token
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)
    obtained_at: float | None = None
    response: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def authorization(self) -> str:
        """The value of the header `Authorization` that presents the access token."""
        return f"{self.token_type} {self.access_token}"

    @property
    def scope(self) -> str:
        """The scopes as the wire has them: with spaces between."""
        return " ".join(self.scopes)

    @property
    def subject(self) -> str | None:
        """Who signed on, as the issuer calls them: `sub` of the ID token."""
        subject = self.claims.get("sub")
        return subject if isinstance(subject, str) else None

    def as_access_token(self) -> AccessToken:
        """Return the access token by itself."""
        return AccessToken(
            self.access_token, self.token_type, self.expires_at, self.scopes, self.response
        )

    def renewed(self, new: "TokenSet") -> "TokenSet":
        """Return the new tokens with those of the old that the server did not replace.

        Spec: RFC 6749 §6; OpenID Connect Core 1.0 §12.2.
        """
        return replace(
            new,
            refresh_token=new.refresh_token or self.refresh_token,
            id_token=new.id_token or self.id_token,
            claims=new.claims or self.claims,
            scopes=new.scopes or self.scopes,
        )
