"""The sessions of a user, as an administrator or the user sees and ends them."""

from dataclasses import dataclass

from ostiary.core.admin.user_administration import UserAdministration
from ostiary.core.base.ids import SessionId
from ostiary.core.model.audit.accounts import AccessEnded
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Session
from ostiary.core.model.user import User
from ostiary.core.ports.sessions import Sessions


@dataclass(frozen=True, slots=True)
class UserSessions:
    """Shows and ends sessions of one user at a time."""

    sessions: Sessions
    users: UserAdministration

    async def select(self, env: Environment, user: User) -> tuple[Session, ...]:
        """Return the sessions in which a user is signed on now, the latest first.

        Raises: UnavailableError.
        """
        now = self.users.clock.now()
        found = await self.sessions.select_of_user(env, user.id, now=now)
        return tuple(session for session in found if session.authentication.holds_for(user))

    async def find(self, env: Environment, user: User, session_id: SessionId) -> Session | None:
        """Return one of them, or None for what is no session of this user.

        Raises: UnavailableError.
        """
        now = self.users.clock.now()
        session = await self.sessions.find_by_id(env, session_id, now=now)
        if session is None or not session.authentication.holds_for(user):
            return None
        return session

    async def end(self, env: Environment, user: User, session: Session) -> None:
        """End one of them, with every grant that ends with it.

        Raises: UnavailableError.
        """
        if await self.sessions.end(env, session.id):
            self.users.events.emit(AccessEnded(env.id, user.id, 1, 0, self.users.source))

    async def end_all(self, env: Environment, user: User) -> None:
        """End all of them, with every grant that ends with one.

        Raises: UnavailableError.
        """
        ended = await self.sessions.end_of_user(env, user.id)
        if ended:
            self.users.events.emit(AccessEnded(env.id, user.id, ended, 0, self.users.source))
