"""What the core asks of a store, in verbs of intent.

Every method takes the environment first and puts its id into every key. Times are seconds since the
epoch. A store that cannot answer raises `UnavailableError`; drivers' own errors never pass.
"""

from typing import Protocol

from ostiary.core.base.ids import HandleKey, TokenId
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import AccessToken, Issuance


class AlreadyRedeemedError(Exception):
    """A commit wanted to spend what was spent before; nothing of it was done."""


class FlowChangedError(Exception):
    """A commit wanted to move a flow on that somebody else has moved or ended; nothing was done."""


class SessionEndedError(Exception):
    """A commit needed a session that is over or was ended; nothing was done."""


class Issuances(Protocol):
    """The one atomic write behind every answer that carries tokens, or moves a flow on."""

    async def commit(self, env: Environment, issuance: Issuance, *, now: float) -> None:
        """Spend and store all of it, or nothing; durable when this returns.

        A consent takes the place of what the user allowed the client before. A session change
        deletes the row that it `replaces`; if that is another session, it ends as by
        `Sessions.end`. Where a session is needed, either its end comes first, and nothing is done,
        or what is stored is there in time to end with it.
        Raises: AlreadyRedeemedError for what is spent, and for a rotation whose grant has another
            current token or is gone; FlowChangedError; SessionEndedError; UnavailableError.
        """
        ...


class AccessTokens(Protocol):
    """Reference tokens, and the JWTs that were revoked before their time."""

    async def find(self, env: Environment, key: HandleKey, *, now: float) -> AccessToken | None:
        """Return the unexpired token kept under `key`, or None."""
        ...

    async def delete(self, env: Environment, key: HandleKey) -> None:
        """Forget a reference token: it is revoked when this returns. Unknown keys are ignored."""
        ...

    async def revoke(self, env: Environment, token_id: TokenId, *, expires_at: float) -> None:
        """Remember until `expires_at` that a JWT is revoked; durable when this returns."""
        ...

    async def is_revoked(self, env: Environment, token_id: TokenId) -> bool:
        """Tell whether a JWT was revoked."""
        ...
