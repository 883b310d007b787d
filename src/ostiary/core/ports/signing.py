"""Who computes signatures: inline or in a pool of threads."""

from typing import Protocol

from ostiary.core.crypto.keys import SigningKey


class Signer(Protocol):
    """Signs with a kept key object; slow algorithms do not block the event loop."""

    async def sign(self, key: SigningKey, signing_input: bytes) -> bytes:
        """Return the JWS signature of `signing_input`.

        Raises: UnavailableError when the pool's queue is full.
        """
        ...
