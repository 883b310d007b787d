"""Signatures: quick algorithms inline, RSA in a small pool of threads."""

from functools import partial

from ostiary.adapters.threads import Threads
from ostiary.core.base.errors import UnavailableError
from ostiary.core.crypto import jws
from ostiary.core.crypto.keys import SigningKey

MAX_WAITING = 256
_SLOW = frozenset({"RS256", "PS256"})


class PooledSigner:
    """Implements the `Signer` port.

    An RSA signature takes about 240 µs without the interpreter lock, so threads keep the event loop
    free; a P-256 or Ed25519 one takes about 20 µs, less than handing it over.
    Args:
        threads: at most this many RSA signatures at once.
    """

    def __init__(self, threads: int = 2) -> None:
        self._threads = Threads(threads, "signing")
        self._waiting = 0

    async def sign(self, key: SigningKey, signing_input: bytes) -> bytes:
        """Return the JWS signature of `signing_input`.

        Raises: UnavailableError when too many signatures wait already.
        """
        if key.algorithm not in _SLOW:
            return jws.sign(key, signing_input)
        if self._waiting >= MAX_WAITING:
            raise UnavailableError("The server is busy; ask again.", retry_after_seconds=1)
        self._waiting += 1
        try:
            return await self._threads.compute(partial(jws.sign, key, signing_input))
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let the threads end."""
        self._threads.close()
