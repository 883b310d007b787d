"""A token that a backend made itself: random, and kept as a hash."""

import secrets
from dataclasses import dataclass
from hashlib import sha256

from ostiary_client.errors import InsufficientScopeError
from ostiary_client.verification.verified_token import VerifiedToken

_BYTES = 32


@dataclass(frozen=True, slots=True)
class SecretToken:
    """Whom a backend's own token stands for; the token itself is nowhere in here.

    issuer, subject, client_id, scopes: of the token that it was given for.
    expires_at: seconds since the epoch.
    """

    issuer: str
    subject: str | None
    client_id: str | None
    scopes: frozenset[str]
    expires_at: float

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
                remedy=f"Exchange a token that has the scope {' '.join(scopes)}",
                required=scopes,
            )


def mint() -> str:
    """Return a new token: 256 random bits, in characters that every header takes."""
    return secrets.token_urlsafe(_BYTES)


def key_of(value: str) -> bytes:
    """Return what is kept of a token; nobody gets from there to the token."""
    return sha256(value.encode(errors="surrogatepass")).digest()


def stand_for(token: VerifiedToken, *, expires_at: float) -> SecretToken:
    """Return what a backend's own token says that is given for a verified one."""
    return SecretToken(token.issuer, token.subject, token.client_id, token.scopes, expires_at)
