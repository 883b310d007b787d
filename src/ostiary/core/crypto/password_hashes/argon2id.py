"""Argon2id: how passwords are hashed here; argon2i of others is read too."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIBIBYTES = 19_456
TIME_COST = 2
LANES = 1
"""More lanes would start threads of their own, which fight the pool that this runs in."""
SALT_BYTES = 16
HASH_BYTES = 32
MAX_MEMORY_KIBIBYTES = 256 * 1024
MAX_WORK_KIBIBYTES = 1024 * 1024
"""Memory times passes: about half a second."""
MAX_LANES = 16
_FORM = re.compile(
    r"\$argon2(?P<type>id|i)\$v=19\$m=(?P<m>[1-9]\d{0,6}),t=(?P<t>[1-9]\d{0,3}),p=(?P<p>[1-9]\d?)"
    r"\$(?P<salt>[A-Za-z0-9+/]{11,86})\$(?P<hash>[A-Za-z0-9+/]{16,86})"
)
_CURRENT_SALT_CHARACTERS = 22
_CURRENT_HASH_CHARACTERS = 43


@dataclass(frozen=True, slots=True)
class Argon2Hash:
    """One hash with its parameters."""

    text: str = field(repr=False)
    is_current: bool

    def matches(self, password: bytes) -> bool:
        return matches(self.text, password)


def make(password: bytes) -> str:
    """Hash a password with a new salt.

    Spec: OWASP Password Storage.
    """
    return _hasher().hash(password)


def matches(text: str, password: bytes) -> bool:
    """Compute and compare."""
    from argon2 import exceptions

    try:
        return _hasher().verify(text, password)
    except (exceptions.VerificationError, exceptions.InvalidHashError):
        return False


def read(text: str) -> Argon2Hash | None:
    """Read an encoded hash; None for another form.

    Spec: RFC 9106 §3.1 (parameters).
    Raises: ValueError for a form that only resembles, or one that asks for too much work.
    """
    if not text.startswith("$argon2"):
        return None
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError("is no argon2id or argon2i hash of version 19")
    memory, passes, lanes = int(found["m"]), int(found["t"]), int(found["p"])
    if (
        memory > MAX_MEMORY_KIBIBYTES
        or memory * passes > MAX_WORK_KIBIBYTES
        or lanes > MAX_LANES
        or memory < 8 * lanes
    ):
        raise ValueError("asks for more argon2 work than is accepted")
    return Argon2Hash(
        text,
        is_current=found["type"] == "id"
        and memory >= MEMORY_KIBIBYTES
        and passes >= TIME_COST
        and lanes == LANES
        and len(found["salt"]) >= _CURRENT_SALT_CHARACTERS
        and len(found["hash"]) >= _CURRENT_HASH_CHARACTERS,
    )


def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher, Type

    return PasswordHasher(
        time_cost=TIME_COST,
        memory_cost=MEMORY_KIBIBYTES,
        parallelism=LANES,
        hash_len=HASH_BYTES,
        salt_len=SALT_BYTES,
        type=Type.ID,
    )
