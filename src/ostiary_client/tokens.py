"""What a server hands out, as values that do not show their secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token; `value` is what goes over the wire.

    `expires_at` is in seconds since the epoch, None when the server did not say; `scopes` are
    those that it granted, as far as it said; `response` is the whole answer, of which no repr
    shows anything.
    """

    value: str = field(repr=False)
    token_type: str = "Bearer"  # noqa: S105 - a kind of token
    expires_at: float | None = None
    scopes: tuple[str, ...] = ()
    response: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def authorization(self) -> str:
        """The value of the header `Authorization` that presents it."""
        return f"{self.token_type} {self.value}"

    @property
    def scope(self) -> str:
        """The scopes as the wire has them: with spaces between."""
        return " ".join(self.scopes)

    def lifetime_left_seconds(self, now: float) -> float:
        """Return how long it will still be valid; without end when nobody knows."""
        return float("inf") if self.expires_at is None else self.expires_at - now


@dataclass(frozen=True, slots=True)
class Introspection:
    """What a server says of a token; everything but `active` is empty when that is False.

    Spec: RFC 7662 §2.2.
    """

    active: bool
    client_id: str | None = None
    username: str | None = field(default=None, repr=False)
    subject: str | None = field(default=None, repr=False)
    issuer: str | None = None
    audience: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    token_type: str | None = None
    expires_at: float | None = None
    issued_at: float | None = None
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class BackendToken:
    """The token of its own that a backend hands out for an access token."""

    value: str = field(repr=False)
    response: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def authorization(self) -> str:
        """The value of the header `Authorization` that presents it."""
        return f"Bearer {self.value}"

    @property
    def beginning(self) -> str:
        """So much of it as may be shown to tell it from others."""
        return f"{self.value[:4]}…" if len(self.value) >= 16 else "…"


def text_of(token: AccessToken | str) -> str:
    """Return a token as it goes over the wire."""
    return token.value if isinstance(token, AccessToken) else token
