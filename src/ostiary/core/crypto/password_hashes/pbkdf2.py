"""PBKDF2: hashes that users are imported with, in the forms of passlib, Django and OpenLDAP."""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field

MAX_ITERATIONS = 2_000_000
"""About half a second of SHA-256."""
_DIGESTS = {"sha1": 20, "sha256": 32, "sha512": 64}
_BASE64 = r"[A-Za-z0-9+/.]{1,128}={0,2}"
_PASSLIB = re.compile(
    rf"\$pbkdf2(?:-(?P<digest>sha256|sha512))?\$(?P<n>[1-9]\d{{0,7}})"
    rf"\$(?P<salt>{_BASE64})\$(?P<hash>{_BASE64})"
)
_OPENLDAP = re.compile(
    rf"\{{PBKDF2(?:-(?P<digest>SHA1|SHA256|SHA512))?\}}(?P<n>[1-9]\d{{0,7}})"
    rf"\$(?P<salt>{_BASE64})\$(?P<hash>{_BASE64})"
)
_DJANGO = re.compile(
    rf"pbkdf2_(?P<digest>sha1|sha256)\$(?P<n>[1-9]\d{{0,7}})"
    rf"\$(?P<salt>[A-Za-z0-9+/._-]{{1,128}})\$(?P<hash>{_BASE64})"
)


@dataclass(frozen=True, slots=True)
class PBKDF2Hash:
    """One hash; it is never current: argon2id takes its place at the next sign-on."""

    digest: str
    iterations: int
    salt: bytes = field(repr=False)
    hash: bytes = field(repr=False)
    is_current: bool = False

    def matches(self, password: bytes) -> bool:
        computed = hashlib.pbkdf2_hmac(
            self.digest, password, self.salt, self.iterations, len(self.hash)
        )
        return hmac.compare_digest(computed, self.hash)


def read(text: str) -> PBKDF2Hash | None:
    """Read `$pbkdf2-sha256$`, `pbkdf2_sha256$` or `{PBKDF2-SHA256}` and their like.

    Spec: RFC 8018 §5.2.
    Raises: ValueError for a form that only resembles, or one that asks for too much work.
    """
    if not text.startswith(("$pbkdf2", "pbkdf2_", "{PBKDF2")):
        return None
    found = _PASSLIB.fullmatch(text) or _OPENLDAP.fullmatch(text) or _DJANGO.fullmatch(text)
    if found is None:
        raise ValueError("is no PBKDF2 hash of a known form")
    digest = (found["digest"] or "sha1").lower()
    is_django = found.re is _DJANGO
    salt = found["salt"].encode() if is_django else _decode(found["salt"])
    kept, iterations = _decode(found["hash"]), int(found["n"])
    if len(kept) != _DIGESTS[digest]:
        raise ValueError("is a PBKDF2 hash of another length than its digest")
    # OpenSSL computes SHA-1 and SHA-256 at about the same speed, SHA-512 at half of it.
    if iterations > MAX_ITERATIONS:
        raise ValueError(f"asks for more than {MAX_ITERATIONS} iterations of PBKDF2")
    return PBKDF2Hash(digest, iterations, salt, kept)


def _decode(text: str) -> bytes:
    """Decode base64, as passlib writes it too: a dot for the plus, no padding."""
    bare = text.rstrip("=").replace(".", "+")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        raise ValueError("is a PBKDF2 hash whose base64 cannot be read") from None
