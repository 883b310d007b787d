"""Where a backend keeps its own tokens."""

from typing import Protocol

from ostiary_client.exchange.secret_token import SecretToken

PRUNED_AT_ONCE = 100
"""So many tokens that are over are forgotten, at most, whenever one is kept."""


class Tokens(Protocol):
    """Keeps tokens by the hash of their value; a backend may write one for its own database."""

    async def save(self, key: bytes, token: SecretToken, *, now: float, most: int) -> None:
        """Keep a token, and of its `holder` so many live ones, at most.

        Those that end first make room. Some that are over are forgotten on the way.
        Raises: OSError and the like; the token is given to nobody then.
        """
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

    async def refuse_before(self, issuer: str, subject: str, moment: float | None) -> None:
        """Remember from when on a user's tokens are taken; an earlier moment changes nothing.

        Args: moment in seconds since the epoch; None forgets it.
        """
        ...

    async def refused_before(self, issuer: str, subject: str) -> float | None:
        """Return from when on a user's tokens are taken, or None for any."""
        ...
