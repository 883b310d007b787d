"""Sealing: authenticated encryption for secrets at rest."""

import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ostiary.core.base import b64
from ostiary.core.base.secret import Secret

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = "s1"


class SealBrokenError(ValueError):
    """A sealed value does not open: other key, other place, or changed bytes."""


class Sealer:
    """Seals with the active master key and opens with any known one.

    A sealed value names its key and is bound to its place (type, environment, object, field), so
    that it cannot be moved to another row or tenant.
    Args:
        keys: master keys of 32 bytes by their id.
        active: id of the key that seals.
    """

    __slots__ = ("_active", "_ciphers")

    def __init__(self, keys: Mapping[str, Secret[bytes]], active: str) -> None:
        for name, key in keys.items():
            if len(key.reveal()) != KEY_BYTES:
                raise ValueError(f"master key {name} must have {KEY_BYTES} bytes")
        self._ciphers = {name: AESGCM(key.reveal()) for name, key in keys.items()}
        self._active = active

    def seal(self, plaintext: bytes, *, context: str) -> str:
        """Seal `plaintext` for the place named by `context`."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._active].encrypt(nonce, plaintext, context.encode())
        return f"{_VERSION}.{self._active}.{b64.encode(nonce + sealed)}"

    def open(self, sealed: str, *, context: str) -> bytes:
        """Open what was sealed for the same place.

        Raises: SealBrokenError.
        """
        version, _, rest = sealed.partition(".")
        key_id, _, body = rest.partition(".")
        cipher = self._ciphers.get(key_id)
        if version != _VERSION or cipher is None:
            raise SealBrokenError(f"sealed under a master key that is not configured: {key_id}")
        try:
            raw = b64.decode(body)
            return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode())
        except (ValueError, InvalidTag) as error:
            raise SealBrokenError(
                "a sealed value does not open: the master key is another one, or it was moved"
            ) from error
