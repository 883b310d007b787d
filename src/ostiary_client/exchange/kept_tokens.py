"""A backend's own tokens in memory."""

import logging
from itertools import islice

from ostiary_client.errors import ConfigurationError
from ostiary_client.exchange.secret_token import SecretToken
from ostiary_client.exchange.tokens import PRUNED_AT_ONCE

_LOG = logging.getLogger(__name__)
_Holder = tuple[str, str | None, str | None]


class KeptTokens:
    """Implements `Tokens` in memory, for one process and for as long as it runs.

    What is revoked is forgotten, and nothing brings it back. With the process, all is forgotten:
    the tokens, and also which users' older tokens are refused.

    capacity: so many tokens are kept; where there is no room, live ones that end first make it.
    """

    def __init__(self, *, capacity: int = 100_000) -> None:
        if capacity < 1:
            raise ConfigurationError("There is room for one token at least")
        self._tokens: dict[bytes, SecretToken] = {}
        self._keys: dict[_Holder, dict[bytes, None]] = {}
        self._refused_before: dict[tuple[str, str], float] = {}
        self._capacity = capacity

    async def save(self, key: bytes, token: SecretToken, *, now: float, most: int) -> None:
        """Keep a token; others of its holder make room, or else whoever's end first."""
        # What was kept first ends first, as all are good for the same time.
        for oldest in list(islice(self._tokens, PRUNED_AT_ONCE)):
            if self._tokens[oldest].expires_at <= now:
                self._forget(oldest)
        theirs = self._keys.get(token.holder, {})
        for oldest in list(islice(theirs, max(0, len(theirs) - most + 1))):
            self._forget(oldest)
        if len(self._tokens) >= self._capacity:
            _LOG.warning("There is no room: a token that is still good makes some")
            self._forget(next(iter(self._tokens)))
        self._tokens[key] = token
        self._keys.setdefault(token.holder, {})[key] = None

    async def find(self, key: bytes, *, now: float) -> SecretToken | None:
        """Return the token of that key, or None."""
        token = self._tokens.get(key)
        if token is not None and token.expires_at <= now:
            self._forget(key)
            return None
        return token

    async def delete(self, key: bytes) -> None:
        """Revoke one token."""
        self._forget(key)

    async def delete_of(self, issuer: str, subject: str) -> int:
        """Revoke all tokens of a user, and return how many there were."""
        theirs = list(self._keys.get((issuer, subject, None), ()))
        for key in theirs:
            self._forget(key)
        return len(theirs)

    async def refuse_before(self, issuer: str, subject: str, moment: float | None) -> None:
        """Remember from when on a user's tokens are taken."""
        user = issuer, subject
        if moment is None:
            self._refused_before.pop(user, None)
        else:
            self._refused_before[user] = max(moment, self._refused_before.get(user, moment))

    async def refused_before(self, issuer: str, subject: str) -> float | None:
        """Return from when on a user's tokens are taken, or None for any."""
        return self._refused_before.get((issuer, subject))

    def _forget(self, key: bytes) -> None:
        token = self._tokens.pop(key, None)
        if token is not None:
            theirs = self._keys[token.holder]
            del theirs[key]
            if not theirs:
                del self._keys[token.holder]
