"""The gate: may this client have, and keep, tokens now?"""

from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import ClientId, SessionId, UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Authentication
from ostiary.core.model.user import User
from ostiary.core.model.user_grant import AuthorizationCode, UserGrant
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

    async def find_user(  # noqa: PLR0913 - who asks, about whom, and what is known of it
        self,
        env: Environment,
        client_id: ClientId,
        user_id: UserId,
        authentication: Authentication,
        *,
        session_id: SessionId | None = None,
        read: User | None = None,
    ) -> User | None:
        """Return the user about whom a client may have tokens now, or None.

        Args:
            session_id: of a session that must not be over.
            read: what the directory has just said of that user; None where it was not asked.
        Raises: UnavailableError.
        """
        if not _is_requester_open(env, client_id):
            return None
        if session_id is not None:
            session = await self.sessions.find_by_id(env, session_id, now=self.clock.now())
            if session is None:
                return None
        user = read
        if user is None or user.id != user_id:
            user = await self.directory.find(env, user_id, kept_in=authentication.directory)
        return user if user is not None and authentication.holds_for(user) else None

    async def find_user_of(
        self, env: Environment, grant: UserGrant | AuthorizationCode, read: User | None
    ) -> User | None:
        """Return the user of a grant, or of a code for one, as `find_user` does.

        Args: read: what the store said of that user when it was asked for the other; None where it
            has no such user, and only the directory knows.
        """
        if not _is_requester_open(env, grant.client_id):
            return None
        user, authentication = read, grant.authentication
        if user is None:
            kept_in = authentication.directory
            user = await self.directory.find(env, grant.user_id, kept_in=kept_in)
        return user if user is not None and authentication.holds_for(user) else None


def _is_requester_open(env: Environment, client_id: ClientId) -> bool:
    client = env.find_requester(client_id)
    return client is not None and client.enabled
