"""A token that a backend made itself: random, and kept as a hash."""

import secrets
from dataclasses import dataclass
from hashlib import sha256

from ostiary_client.errors import InsufficientScopeError, InvalidTokenError
from ostiary_client.verification.verified_token import VerifiedToken

_BYTES = 32
_MOST_BYTES = 1024
"""Of a name: no index takes much longer ones."""
_LONGEST_SCOPES = 8192


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

    @property
    def holder(self) -> tuple[str, str | None, str | None]:
        """Issuer and subject; a client with no subject goes by its id."""
        return self.issuer, self.subject, self.client_id if self.subject is None else None

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
    """Return what a backend's own token says that is given for a verified one.

    Raises: InvalidTokenError for names and scopes that cannot be kept as they are.
    """
    for name in (token.subject, token.client_id):
        if name is not None and not _is_name(name):
            raise InvalidTokenError(
                "The token names somebody in a way that cannot be kept",
                remedy=f"Names are of printable characters, and 1 to {_MOST_BYTES} bytes long",
            )
    # A scope has no spaces; what has some must not become several scopes on its way through a text.
    scopes = frozenset(s for s in token.scopes if s.isprintable() and s.split() == [s])
    if len(" ".join(scopes)) > _LONGEST_SCOPES:
        raise InvalidTokenError("The token has more scopes than can be kept")
    return SecretToken(token.issuer, token.subject, token.client_id, scopes, expires_at)


def _is_name(text: str) -> bool:
    return text.isprintable() and 0 < len(text.encode()) <= _MOST_BYTES
