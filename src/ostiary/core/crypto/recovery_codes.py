"""Recovery codes: written down for the day on which every other authenticator is lost."""

import hmac
import secrets
from collections.abc import Sequence

from ostiary.core.crypto.secret_digests import SecretDigester

COUNT = 10
CHARACTERS = 10
_GROUP = 5
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: 5 bits a character, and none is taken for another of them."""
_TYPED = str.maketrans("OIL", "011", " -\u00a0\u2010\u2011\u2013\t\r\n")
_PURPOSE = "recovery code"


def mint_codes() -> tuple[str, ...]:
    """Mint a set of codes, each with 50 bits of entropy, in two groups."""
    return tuple(_mint() for _ in range(COUNT))


def digest_code(digester: SecretDigester, owner: str, code: str) -> bytes:
    """Return what is kept of a code, however it is typed.

    Args: owner: whose it is; the same code of somebody else has another digest.
    """
    typed = code.upper().translate(_TYPED)
    return digester.mark(_PURPOSE, f"{len(owner)}:{owner}{typed}")


def without_code(kept: Sequence[bytes], digest: bytes) -> tuple[bytes, ...] | None:
    """Return the codes that are left once one is used; None when it is none of them."""
    # Each is compared, whichever is right.
    left = tuple(code for code in kept if not hmac.compare_digest(code, digest))
    return None if len(left) == len(kept) else left


def _mint() -> str:
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(CHARACTERS))
    return f"{drawn[:_GROUP]}-{drawn[_GROUP:]}"
