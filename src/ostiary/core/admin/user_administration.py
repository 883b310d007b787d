"""What administrators do with users: one object for the command line and for the APIs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ostiary.core.admin.new_users import NewUser, build_user
from ostiary.core.base.clock import Clock
from ostiary.core.base.ids import AuthenticatorId
from ostiary.core.base.new_usernames import check_new_username
from ostiary.core.crypto.passwords import encode
from ostiary.core.model.audit.accounts import UserAdded, UserChanged, UserDeleted, UserUnlocked
from ostiary.core.model.audit.authenticators import AuthenticatorRemoved, BrowsersForgotten
from ostiary.core.model.authenticator import Authenticator
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Failures
from ostiary.core.model.user import User
from ostiary.core.ports.authenticators import Authenticators
from ostiary.core.ports.delivery import Delivery
from ostiary.core.ports.directory import Directory
from ostiary.core.ports.events import Events
from ostiary.core.ports.password_hashing import PasswordHashing
from ostiary.core.ports.sessions import Sessions
from ostiary.core.ports.user_grants import UserGrants
from ostiary.core.ports.users import PasswordAttempts
from ostiary.core.signon.ended_access import Ended
from ostiary.core.signon.factor_counts import subjects_of
from ostiary.core.signon.message_rate import recoveries_of
from ostiary.core.signon.new_passwords import Owner, check_new_password
from ostiary.core.signon.password import subject_of
from ostiary.core.signon.password_changes import Changed, PasswordChanges
from ostiary.core.signon.remembered_browsers import forget_browsers


class UnknownUserError(LookupError):
    """Nobody in the environment has this name."""

    def __init__(self, username: str) -> None:
        super().__init__(f'there is no user "{username}"')


class UnknownAuthenticatorError(LookupError):
    """The user has no authenticator of this id."""

    def __init__(self, authenticator_id: AuthenticatorId) -> None:
        super().__init__(f"the user has no authenticator {authenticator_id}")


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
    authenticators: Authenticators
    sessions: Sessions
    user_grants: UserGrants
    hashing: PasswordHashing
    delivery: Delivery
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
        check_new_username(new.username)
        if new.password is not None:
            _check_strength(env, Owner(new.username), new.password.reveal(), allow_weak=allow_weak)
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
        _check_strength(env, Owner.of(user), password, allow_weak=allow_weak)
        return await self._changes().set(
            env, user, password, must_change=must_change, source=self.source
        )

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
        """Forget a user's failed attempts, at passwords and second factors, and lift its locks.

        Raises: UserChangedError, UnavailableError.
        """
        if user.locked_at is not None:
            unlocked = replace(user, locked_at=None, updated_at=self.clock.now())
            await self.directory.save(env, unlocked)
        await self._forget_attempts(env, user)
        self.events.emit(UserUnlocked(env.id, user.id, self.source))

    async def delete(self, env: Environment, user: User) -> Ended:
        """Delete a user, its authenticators, and all that it and its clients have.

        What is there goes first, so that a user is left to delete again should the store fail;
        what came meanwhile goes last.
        Raises: UnavailableError, AccessLeftError.
        """
        ended = await self._end_access(env, user)
        if not await self.directory.delete(env, user.id):
            return ended
        self.events.emit(UserDeleted(env.id, user.id, self.source))
        ended += await self._end_access(env, user)
        for late in await self.authenticators.select(env, user.id):
            await self.authenticators.remove(env, late.id)
        await self._forget_attempts(env, user)
        return ended

    async def authenticators_of(self, env: Environment, user: User) -> tuple[Authenticator, ...]:
        """Return what a user proves itself with beside a password: the default one first.

        Raises: UnavailableError.
        """
        return await self.authenticators.select(env, user.id)

    async def remove_authenticators(
        self, env: Environment, user: User, ids: Collection[AuthenticatorId] | None = None
    ) -> tuple[Authenticator, ...]:
        """Remove authenticators of a user, and return them.

        Args: ids: which; all of them for None.
        Raises: UnavailableError; UnknownAuthenticatorError when the user does not have all of them,
            and then none is removed; AuthenticatorChangedError.
        """
        kept = {each.id: each for each in await self.authenticators.select(env, user.id)}
        for unknown in set(ids or ()).difference(kept):
            raise UnknownAuthenticatorError(unknown)
        removed = [each for each in kept.values() if ids is None or each.id in ids]
        if len(removed) < len(kept):
            # Without them the others are what they were before: nothing may count again.
            await forget_browsers(env, user, self.authenticators, self.clock)
        for each in removed:
            if await self.authenticators.remove(env, each.id):
                self.events.emit(
                    AuthenticatorRemoved(env.id, user.id, each.id, each.kind, self.source)
                )
        return tuple(removed)

    async def forget_browsers(self, env: Environment, user: User) -> bool:
        """Ask a user for a second factor in every browser again; False where it has none.

        Raises: UnavailableError; AuthenticatorChangedError.
        """
        is_done = await forget_browsers(env, user, self.authenticators, self.clock)
        if is_done:
            self.events.emit(BrowsersForgotten(env.id, user.id, self.source))
        return is_done

    async def _forget_attempts(self, env: Environment, user: User) -> None:
        recoveries = recoveries_of(env, user.username, self.clock.now())
        for subject in (subject_of(user), recoveries, *subjects_of(user.id)):
            await self.attempts.unlock(env, subject)

    async def _end_access(self, env: Environment, user: User) -> Ended:
        return await self._changes().end_access(env, user, self.source)

    def _changes(self) -> PasswordChanges:
        return PasswordChanges(
            self.directory,
            self.attempts,
            self.hashing,
            self.sessions,
            self.user_grants,
            self.delivery,
            self.events,
            self.clock,
        )


def _check_strength(env: Environment, owner: Owner, password: str, *, allow_weak: bool) -> None:
    if encode(password) is None or not allow_weak:
        check_new_password(env.passwords, owner, password)
