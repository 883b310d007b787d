"""Which logout tokens were taken already: each is good once."""

import hashlib
import json
import time
from collections.abc import Awaitable, Callable
from heapq import heappop, heappush
from threading import Lock
from typing import Protocol

from ostiary_client.errors import ConfigurationError, InvalidTokenError
from ostiary_client.verification import refusals

MOST_TOKENS = 100_000


class SpentTokens(Protocol):
    """Remembers what was taken; several workers of a service have to share one.

    With Redis, `bool(redis.set(key, 1, nx=True, exat=math.ceil(until)))` is all of it.
    """

    def spend(self, key: str, until: float) -> bool:
        """Take a key, in one step, and tell whether nobody had taken it.

        Args: key is of 64 characters; until, in seconds since the epoch, is when it may be
            forgotten.
        """


class AsyncSpentTokens(Protocol):
    """The same for coroutines, which `AsyncTokenVerifier` takes as well."""

    def spend(self, key: str, until: float) -> Awaitable[bool]:
        """Do what `SpentTokens.spend` does."""


class SpentTokensInMemory:
    """Remembers for one process; threads may share it.

    When it is full of tokens that could still be replayed, it takes no more of them.
    """

    def __init__(
        self, *, most_tokens: int = MOST_TOKENS, now: Callable[[], float] = time.time
    ) -> None:
        if most_tokens < 1:
            raise ConfigurationError("most_tokens is at least 1")
        self._most_tokens = most_tokens
        self._now = now
        self._lock = Lock()
        self._keys: set[str] = set()
        self._ends: list[tuple[float, str]] = []

    def spend(self, key: str, until: float) -> bool:
        """Do what `SpentTokens.spend` does.

        Raises: InvalidTokenError when there are too many.
        """
        with self._lock:
            self._forget()
            if key in self._keys:
                return False
            if len(self._keys) >= self._most_tokens:
                raise InvalidTokenError(refusals.TOO_MANY_LOGOUTS)
            self._keys.add(key)
            heappush(self._ends, (until, key))
            return True

    def _forget(self) -> None:
        while self._ends and self._ends[0][0] <= self._now():
            self._keys.discard(heappop(self._ends)[1])


def key_of(issuer: str, client_id: str, token_id: str) -> str:
    """Return the name under which a token is remembered, which gives nothing of it away."""
    return hashlib.sha256(json.dumps([issuer, client_id, token_id]).encode()).hexdigest()
