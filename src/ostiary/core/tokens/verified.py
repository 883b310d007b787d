"""What was verified lately: an API asks about one token with each request that it gets."""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple
from weakref import ref

from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken

MAX_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """A JWT of ours whose signature holds.

    Args:
        good_until: seconds since the epoch: when it expires, or its key is no longer published.
    """

    token: AccessToken
    good_until: float


class _Entry(NamedTuple):
    env: "ref[Environment]"
    verified: VerifiedToken


class VerifiedTokens:
    """Remembers a bounded number of verified JWTs by their hash.

    An entry is good for one compiled environment alone, so that every change of the configuration,
    a key that was taken away above all, has each token verified anew. Nothing is remembered of what
    did not verify, and whether a token was revoked, or its client locked, is asked every time.
    """

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: dict[bytes, _Entry] = {}

    def find(self, env: Environment, presented: str, now: float) -> VerifiedToken | None:
        """Return what `presented` was found to be in this very environment, while it is good."""
        entry = self._entries.get(_key(presented))
        if entry is None or entry.env() is not env or entry.verified.good_until <= now:
            return None
        return entry.verified

    def remember(self, env: Environment, presented: str, verified: VerifiedToken) -> None:
        """Keep what was verified; the oldest entry makes room."""
        self._entries[_key(presented)] = _Entry(ref(env), verified)
        if len(self._entries) > MAX_REMEMBERED:
            del self._entries[next(iter(self._entries))]


def _key(presented: str) -> bytes:
    return hashlib.sha256(presented.encode()).digest()
