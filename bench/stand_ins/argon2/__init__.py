"""Stands in for the package argon2 in servers whose logins are timed without the password's hash.

The real hash takes 20 ms on purpose: beside it nothing else of a login could be measured. This one
has the same form and takes microseconds. A server finds it because its folder stands first in
PYTHONPATH; all of the server's own code runs as it is.
"""

import base64
import hashlib
import secrets
from enum import Enum

from argon2 import exceptions

__all__ = ["PasswordHasher", "Type", "exceptions"]


class Type(Enum):
    """As the package has it."""

    ID = 2


class PasswordHasher:
    """As the package has it; the parameters are for whoever reads the hash."""

    def __init__(  # noqa: PLR0913 - the package's own
        self,
        *,
        time_cost: int,
        memory_cost: int,
        parallelism: int,
        hash_len: int,
        salt_len: int,
        type: Type,  # noqa: A002 - the package's own
    ) -> None:
        self._head = f"$argon2id$v=19$m={memory_cost},t={time_cost},p={parallelism}"
        self._salt_bytes = salt_len

    def hash(self, password: bytes) -> str:
        """Hash a password with a new salt."""
        salt = _encode(secrets.token_bytes(self._salt_bytes))
        return f"{self._head}${salt}${_digest(salt, password)}"

    def verify(self, text: str, password: bytes) -> bool:
        """Compare a password with a hash.

        Raises: VerificationError.
        """
        *_, salt, kept = text.split("$")
        if not secrets.compare_digest(kept, _digest(salt, password)):
            raise exceptions.VerificationError
        return True


def _digest(salt: str, password: bytes) -> str:
    return _encode(hashlib.sha256(salt.encode() + password).digest())


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")
