"""The gate: may this client have, and keep, tokens now?"""

from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import ClientId, SessionId, UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Authentication
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.sessions import Sessions


def is_client_open(env: Environment, client_id: ClientId) -> bool:
    """Tell whether a client exists and is enabled.

    Asked when it authenticates, and whenever one of its tokens is used.
    """
    client = env.clients.get(client_id)
    return client is not None and client.enabled


@dataclass(frozen=True, slots=True)
class Gate:
    """Asked at the start, and again whenever tokens for a user are given out, renewed or used.

    That its grant is still there is for who names the grant to see.
    """

    directory: Directory
    sessions: Sessions
    clock: Clock

    async def find_user(
        self,
        env: Environment,
        client_id: ClientId,
        user_id: UserId,
        authentication: Authentication,
        *,
        session_id: SessionId | None = None,
    ) -> User | None:
        """Return the user about whom a client may have tokens now, or None.

        Args: session_id is of a session that must not be over.
        Raises: UnavailableError.
        """
        client = env.find_requester(client_id)
        if client is None or not client.enabled:
            return None
        if session_id is not None:
            session = await self.sessions.find_by_id(env, session_id, now=self.clock.now())
            if session is None:
                return None
        user = await self.directory.find(env, user_id)
        return user if user is not None and authentication.holds_for(user) else None
