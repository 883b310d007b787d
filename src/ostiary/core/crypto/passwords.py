"""Passwords: hashed with argon2id, and checked against whatever hash is kept of them.

All of it takes milliseconds of computing: call it through the port `PasswordHashing`.
"""

import unicodedata
from dataclasses import dataclass
from typing import Protocol

from ostiary.core.crypto.password_hashes import argon2id, bcrypt, pbkdf2, salted_sha

MAX_PASSWORD_BYTES = 1024
MAX_HASH_CHARACTERS = 1024
NOBODYS_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
"""Costs what a user's own costs to check against; no password is known that fits."""


class KeptHash(Protocol):
    """A hash that was read: one of the formats of `password_hashes`."""

    def matches(self, password: bytes) -> bool:
        """Compute the hash of `password` and compare."""
        ...

    @property
    def is_current(self) -> bool:
        """Tell whether we would make it like this today."""
        ...


class PasswordHashRefusedError(ValueError):
    """A password hash is in no known form, or asks for too much work; the message says which."""


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """What came of comparing a password.

    Args:
        replacement: a stronger hash of the same password, to be kept instead; None when the one
            that is kept is as good as any, or the password is wrong.
        must_change: it is right, and good for nothing but choosing another one.
        refusal: why the directory lets the user not in, in a word, where it says so; "" otherwise.
    """

    is_right: bool
    replacement: str | None = None
    must_change: bool = False
    refusal: str = ""


def encode(password: str) -> bytes | None:
    """Return a password as it is hashed, whole and in one form; None for what is none.

    Spec: NIST SP 800-63B-4 §3.1.1.2 (normalised, and never truncated).
    """
    if not 0 < len(password) <= MAX_PASSWORD_BYTES:
        return None
    try:
        encoded = fold(password).encode()
    except UnicodeEncodeError:
        return None
    return encoded if len(encoded) <= MAX_PASSWORD_BYTES else None


def fold(password: str) -> str:
    """Return a password in the one form that all ways of typing it have in common."""
    return unicodedata.normalize("NFC", password[: MAX_PASSWORD_BYTES + 1])


def make_hash(password: str) -> str:
    """Hash a new password with argon2id and a salt of its own.

    Raises: ValueError for an empty password, or one of more than `MAX_PASSWORD_BYTES`.
    """
    encoded = encode(password)
    if encoded is None:
        raise ValueError(f"a password has 1 to {MAX_PASSWORD_BYTES} bytes")
    return argon2id.make(encoded)


def read_hash(text: str) -> KeptHash:
    """Read a hash in any form that users may be imported with.

    Raises: PasswordHashRefusedError.
    """
    if not text.isascii() or len(text) > MAX_HASH_CHARACTERS:
        raise PasswordHashRefusedError("is no password hash")
    for read in (argon2id.read, bcrypt.read, pbkdf2.read, salted_sha.read):
        try:
            found = read(text)
        except ValueError as error:
            raise PasswordHashRefusedError(str(error)) from None
        if found is not None:
            return found
    raise PasswordHashRefusedError("is in no known form of password hashes")


def check_password(kept: str | None, password: str) -> PasswordCheck:
    """Compare a password with the hash that is kept; None stands for a user that has none.

    Whatever is kept, argon2id is computed: no hash can be told from no hash by its being quicker.
    """
    encoded = encode(password)
    if encoded is None:
        return PasswordCheck(is_right=False)
    if kept is None:
        argon2id.matches(NOBODYS_HASH, encoded)
        return PasswordCheck(is_right=False)
    kept_hash = read_hash(kept)
    is_right = kept_hash.matches(encoded)
    if isinstance(kept_hash, argon2id.Argon2Hash):
        replacement = argon2id.make(encoded) if is_right and not kept_hash.is_current else None
        return PasswordCheck(is_right, replacement)
    if is_right:
        return PasswordCheck(is_right=True, replacement=argon2id.make(encoded))
    argon2id.matches(NOBODYS_HASH, encoded)
    return PasswordCheck(is_right=False)
