"""What the core asks of a store about sessions.

As in `core.ports.stores`: the environment comes first, a store that cannot answer raises
`UnavailableError`. A session begins, and changes its keys, by `Issuances.commit`.
"""

from typing import Protocol

from ostiary.core.base.ids import BrowserKey, SessionId, UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Session


class Sessions(Protocol):
    """Browsers in which somebody has signed on."""

    async def find(self, env: Environment, key: BrowserKey, *, now: float) -> Session | None:
        """Return the session of a cookie, if it is not over."""
        ...

    async def find_persistent(
        self, env: Environment, key: BrowserKey, *, now: float
    ) -> Session | None:
        """Return the session of a cookie that outlives the browser, if it is not over."""
        ...

    async def find_by_id(
        self, env: Environment, session_id: SessionId, *, now: float
    ) -> Session | None:
        """Return a session by its public id, if it is not over."""
        ...

    async def select_of_user(
        self, env: Environment, user_id: UserId, *, now: float
    ) -> tuple[Session, ...]:
        """Return the sessions of a user that are not over, the latest begun first."""
        ...

    async def touch(self, env: Environment, session: Session, *, expires_at: float) -> None:
        """Remember when a session was last used; one that is gone stays gone."""
        ...

    async def end(self, env: Environment, session_id: SessionId) -> bool:
        """End a session, and every grant that ends with it, in one step; tell if there was one."""
        ...

    async def end_of_user(self, env: Environment, user_id: UserId) -> int:
        """End all sessions of a user, and every grant that ends with them; return how many."""
        ...
