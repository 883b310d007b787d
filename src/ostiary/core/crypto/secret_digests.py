"""Client secrets: digested for keeping, compared at equal cost whatever is kept."""

import hashlib
import hmac
from dataclasses import dataclass, field
from enum import StrEnum

from ostiary.core.base.secret import Secret
from ostiary.core.crypto.keyed_hash import KeyedHash

SLOTS = 2
"""How many secrets of one client may be alive: the current one and one on its way out."""


class DigestKind(StrEnum):
    """How a client secret is digested.

    Secrets that we made carry enough entropy for a bare hash; others need the installation's key.
    """

    SHA256 = "sha256"
    HMAC_SHA256 = "hmac-sha256"


@dataclass(frozen=True, slots=True)
class SecretDigest:
    """What is kept of one client secret.

    Args:
        expires_at: seconds since the epoch, for a secret on its way out; None while current.
    """

    kind: DigestKind
    digest: bytes = field(repr=False)
    expires_at: float | None = None


_ABSENT = SecretDigest(DigestKind.SHA256, bytes(32), expires_at=0.0)
"""Stands where a client has no secret: it was over in 1970."""


class SecretDigester:
    """Digests secrets under one environment's key, and compares.

    Args:
        pepper: 32 random bytes, kept sealed.
    """

    __slots__ = ("_keyed",)

    def __init__(self, pepper: Secret[bytes]) -> None:
        self._keyed = KeyedHash(pepper.reveal())

    def digest(self, kind: DigestKind, secret: str) -> bytes:
        """Digest a secret for keeping."""
        if kind is DigestKind.SHA256:
            return hashlib.sha256(secret.encode()).digest()
        return self._keyed.digest(secret.encode())

    def mark(self, purpose: str, value: str) -> bytes:
        """Return a keyed digest by which a value is recognised again, for one purpose only."""
        # A digest of a secret has no such prefix: NUL can stand in no secret of a client.
        message = f"{purpose}\0{value}".encode(errors="surrogatepass")
        return self._keyed.digest(message)

    def matches(self, kept: tuple[SecretDigest, ...], presented: str, *, now: float) -> bool:
        """Tell whether `presented` is one of the secrets kept and alive.

        Both digests and `SLOTS` comparisons are computed always, so that a wrong secret, a client
        without secrets and an unknown client cost the same.
        """
        encoded = presented.encode()
        plain = hashlib.sha256(encoded).digest()
        keyed = self._keyed.digest(encoded)
        found = False
        for secret in (*kept, _ABSENT, _ABSENT)[:SLOTS]:
            candidate = keyed if secret.kind is DigestKind.HMAC_SHA256 else plain
            is_alive = secret.expires_at is None or secret.expires_at > now
            found |= hmac.compare_digest(secret.digest, candidate) and is_alive
        return found
