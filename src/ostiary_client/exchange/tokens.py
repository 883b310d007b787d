"""Where a backend keeps its own tokens."""

from typing import Protocol

from ostiary_client.exchange.secret_token import SecretToken


class Tokens(Protocol):
    """Keeps tokens by the hash of their value; a backend may write one for its own database."""

    async def save(self, key: bytes, token: SecretToken) -> None:
        """Keep a token. Raises: OSError and the like; nothing is kept then."""
        ...

    async def find(self, key: bytes, *, now: float) -> SecretToken | None:
        """Return the token of that key, or None for one that is unknown, revoked or over."""
        ...

    async def delete(self, key: bytes) -> None:
        """Revoke one token; an unknown one is no mistake."""
        ...

    async def delete_of(self, issuer: str, subject: str) -> int:
        """Revoke all tokens of a user, and return how many there were."""
        ...


class KeptTokens:
    """Implements `Tokens` in memory, for one process and for as long as it runs."""

    def __init__(self, *, capacity: int = 100_000) -> None:
        self._tokens: dict[bytes, SecretToken] = {}
        self._capacity = capacity

    async def save(self, key: bytes, token: SecretToken) -> None:
        """Keep a token; the one that was kept first makes room where there is none."""
        if len(self._tokens) >= self._capacity:
            del self._tokens[next(iter(self._tokens))]
        self._tokens[key] = token

    async def find(self, key: bytes, *, now: float) -> SecretToken | None:
        """Return the token of that key, or None."""
        token = self._tokens.get(key)
        if token is not None and token.expires_at <= now:
            del self._tokens[key]
            return None
        return token

    async def delete(self, key: bytes) -> None:
        """Revoke one token."""
        self._tokens.pop(key, None)

    async def delete_of(self, issuer: str, subject: str) -> int:
        """Revoke all tokens of a user, and return how many there were."""
        theirs = [
            key
            for key, token in self._tokens.items()
            if (token.issuer, token.subject) == (issuer, subject)
        ]
        for key in theirs:
            del self._tokens[key]
        return len(theirs)
