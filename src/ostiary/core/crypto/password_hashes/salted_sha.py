"""Salted SHA of LDAP directories: `{SSHA}` and its longer brothers, for import."""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field

MAX_SALT_BYTES = 64
_DIGESTS = {"": ("sha1", 20), "256": ("sha256", 32), "384": ("sha384", 48), "512": ("sha512", 64)}
_FORM = re.compile(r"\{(?i:SSHA)(?P<bits>256|384|512|)\}(?P<data>[A-Za-z0-9+/]{1,256}={0,2})")


@dataclass(frozen=True, slots=True)
class SaltedSHAHash:
    """One hash; it is never current: argon2id takes its place at the next sign-on."""

    digest: str
    hash: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    is_current: bool = False

    def matches(self, password: bytes) -> bool:
        computed = hashlib.new(self.digest, password + self.salt, usedforsecurity=False).digest()
        return hmac.compare_digest(computed, self.hash)


def read(text: str) -> SaltedSHAHash | None:
    """Read `{SSHA}`, `{SSHA256}`, `{SSHA384}` or `{SSHA512}`: the digest, then the salt.

    Raises: ValueError for a form that only resembles.
    """
    if text[:5].upper() != "{SSHA":
        return None
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError("is no salted SHA hash")
    digest, length = _DIGESTS[found["bits"]]
    try:
        data = base64.b64decode(found["data"], validate=True)
    except binascii.Error:
        raise ValueError("is a salted SHA hash whose base64 cannot be read") from None
    if not length < len(data) <= length + MAX_SALT_BYTES:
        raise ValueError("is a salted SHA hash without a salt, or with too long a one")
    return SaltedSHAHash(digest, data[:length], data[length:])
