"""What administrators do with users: one object for the command line and for the APIs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ostiary.core.admin.ended_access import Ended, end_access
from ostiary.core.admin.new_users import NewUser, build_user
from ostiary.core.base.clock import Clock
from ostiary.core.base.usernames import username_key
from ostiary.core.crypto.passwords import encode
from ostiary.core.model.audit import (
    AccessEnded,
    PasswordChanged,
    UserAdded,
    UserChanged,
    UserDeleted,
    UserUnlocked,
)
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Failures
from ostiary.core.model.user import User
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.events import Events
from ostiary.core.ports.password_hashing import PasswordHashing
from ostiary.core.ports.sessions import Sessions
from ostiary.core.ports.user_grants import UserGrants
from ostiary.core.ports.users import PasswordAttempts
from ostiary.core.signon.new_passwords import check_new_password
from ostiary.core.signon.password import subject_of


class UnknownUserError(LookupError):
    """Nobody in the environment has this name."""

    def __init__(self, username: str) -> None:
        super().__init__(f'there is no user "{username}"')


@dataclass(frozen=True, slots=True)
class Changed:
    """A user as stored, and what ended by the change."""

    user: User
    ended: Ended


@dataclass(frozen=True, slots=True)
class UserAdministration:
    """Makes, changes, unlocks and deletes users.

    Another password, disabling and deleting end all that the user and its clients have by then:
    sessions, grants and consents, for whoever knew the old password may have allowed anything. They
    are removed once the change is stored: from then on none of them is good, nor what is being
    made of an earlier proof (`User.credential`).

    Args:
        source: who does it, for the event log: a word of ours.
    """

    directory: Directory
    attempts: PasswordAttempts
    sessions: Sessions
    user_grants: UserGrants
    hashing: PasswordHashing
    events: Events
    clock: Clock
    source: str

    async def get(self, env: Environment, username: str) -> User:
        """Return a user by name.

        Raises: UnknownUserError, UnavailableError.
        """
        user = await self.directory.find_by_username(env, username)
        if user is None:
            raise UnknownUserError(username)
        return user

    async def failures_of(self, env: Environment, user: User) -> Failures:
        """Return a user's failed attempts in a row.

        Raises: UnavailableError.
        """
        return await self.attempts.find_failures(env, subject_of(user), now=self.clock.now())

    async def add(self, env: Environment, new: NewUser, *, allow_weak: bool = False) -> User:
        """Make a user.

        Raises: UsernameTakenError, UsernameRefusedError, UnavailableError; WeakPasswordError for
            what cannot be a password and, unless `allow_weak`, for what is easily guessed.
        """
        username_key(new.username)
        if new.password is not None:
            _check_strength(env, new.username, new.password.reveal(), allow_weak=allow_weak)
        user = await build_user(env, new, self.hashing, now=self.clock.now())
        await self.directory.create(env, [user])
        self.events.emit(UserAdded(env.id, user.id, self.source))
        return user

    async def take_over(self, env: Environment, users: Sequence[User]) -> None:
        """Store users that come from elsewhere, all of them or none.

        Raises: UsernameTakenError, UsernameRefusedError, UnavailableError.
        """
        await self.directory.create(env, users)
        for user in users:
            self.events.emit(UserAdded(env.id, user.id, self.source))

    async def set_password(
        self,
        env: Environment,
        user: User,
        password: str,
        *,
        must_change: bool,
        allow_weak: bool = False,
    ) -> Changed:
        """Give a user another password, and forget its failed attempts at the old one.

        Stores: that, and then the end of all that was signed on with the old one.
        Raises: as `add`; UserChangedError, AccessLeftError.
        """
        _check_strength(env, user.username, password, allow_weak=allow_weak)
        changed = await self.directory.set_password(
            env, user, password, must_change=must_change, now=self.clock.now()
        )
        self.events.emit(PasswordChanged(env.id, user.id, self.source))
        ended = await self._end_access(env, user)
        await self.attempts.unlock(env, subject_of(user))
        return Changed(changed, ended)

    async def set_enabled(self, env: Environment, user: User, *, enabled: bool) -> Changed:
        """Let a user sign on, or let it not; then all that was signed on ends for good.

        Raises: UserChangedError, UnavailableError, AccessLeftError.
        """
        now = self.clock.now()
        changed = replace(user, enabled=enabled, updated_at=now)
        if not enabled:
            changed = replace(changed, disabled_at=user.next_credential(now))
        saved = await self.directory.save(env, changed)
        self.events.emit(UserChanged(env.id, user.id, enabled, self.source))
        return Changed(saved, Ended() if enabled else await self._end_access(env, user))

    async def unlock(self, env: Environment, user: User) -> None:
        """Forget a user's failed attempts, and with them its lock.

        Raises: UnavailableError.
        """
        await self.attempts.unlock(env, subject_of(user))
        self.events.emit(UserUnlocked(env.id, user.id, self.source))

    async def delete(self, env: Environment, user: User) -> Ended:
        """Delete a user and all that it and its clients have.

        What is there goes first, so that a user is left to delete again should the store fail;
        what came meanwhile goes last.
        Raises: UnavailableError, AccessLeftError.
        """
        ended = await self._end_access(env, user)
        if not await self.directory.delete(env, user.id):
            return ended
        self.events.emit(UserDeleted(env.id, user.id, self.source))
        ended += await self._end_access(env, user)
        await self.attempts.unlock(env, subject_of(user))
        return ended

    async def _end_access(self, env: Environment, user: User) -> Ended:
        """End what a user has, and record it if there was anything."""
        ended = await end_access(env, user.id, self.user_grants, self.sessions)
        if ended != Ended():
            self.events.emit(
                AccessEnded(env.id, user.id, ended.sessions, ended.grants, self.source)
            )
        return ended


def _check_strength(env: Environment, username: str, password: str, *, allow_weak: bool) -> None:
    if encode(password) is None or not allow_weak:
        check_new_password(env.passwords, username, password)
