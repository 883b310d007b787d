"""What a program that manages users changes of them, beside what `UserAdministration` does."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ostiary.core.admin.user_administration import UserAdministration
from ostiary.core.base.ids import UserId
from ostiary.core.model.audit.accounts import PasswordChanged, UserChanged
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.delivery import Template
from ostiary.core.ports.users import UserChangedError
from ostiary.core.signon.account_notices import tell
from ostiary.core.signon.contacts import email_of
from ostiary.core.signon.password_changes import PasswordChanges

ATTEMPTS = 4
"""The first try, and three more for changes that lost a race."""
Edit = Callable[[User], User]


class UserGoneError(LookupError):
    """The user was deleted meanwhile."""


@dataclass(frozen=True, slots=True)
class UserEditing:
    """Changes users; a change that loses a race is made again on what the other one left."""

    users: UserAdministration
    changes: PasswordChanges

    async def change(self, env: Environment, user: User, edit: Edit) -> User:
        """Store what `edit` makes of a user; it may be called repeatedly.

        Who may sign on is not changed so: see `set_enabled` and `set_locked`. Where its e-mail
        address changes, the user is told at the one before.

        Spec: OWASP ASVS, V6.3.7.
        Raises: UserGoneError, UsernameTakenError, UsernameRefusedError, UserChangedError,
            UnavailableError.
        """
        before = user

        def edit_found(found: User) -> User:
            nonlocal before
            before = found
            return edit(found)

        saved = await self._save(env, user, edit_found)
        self.users.events.emit(UserChanged(env.id, saved.id, saved.enabled, self.users.source))
        if email_of(env, before) != email_of(env, saved):
            tell(self.changes.delivery, env, before, Template.EMAIL_CHANGED)
        return saved

    async def set_enabled(self, env: Environment, user: User, *, enabled: bool) -> User:
        """Let a user sign on, or let it not; see `UserAdministration.set_enabled`.

        Raises: UserGoneError, UserChangedError, UnavailableError, AccessLeftError.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                return (await self.users.set_enabled(env, user, enabled=enabled)).user
            except UserChangedError:
                user = await self._read(env, user.id)
        return (await self.users.set_enabled(env, user, enabled=enabled)).user

    async def set_locked(self, env: Environment, user: User, *, locked: bool) -> User:
        """Lock a user until somebody unlocks it, or unlock it, whoever or whatever locked it.

        What a locked user was signed on to ends for good.
        Raises: UserGoneError, UserChangedError, UnavailableError, AccessLeftError.
        """
        now = self.users.clock.now()

        def edit(found: User) -> User:
            if not locked:
                return replace(found, locked_at=None, updated_at=now)
            credential = found.next_credential(now)
            return replace(found, locked_at=now, disabled_at=credential, updated_at=now)

        saved = await self.change(env, user, edit)
        if locked:
            await self.changes.end_access(env, saved, self.users.source)
        else:
            await self.users.unlock(env, saved)
        return saved

    async def demand_new_password(self, env: Environment, user: User) -> User:
        """Let a user's password be good only for choosing another one.

        Raises: UserGoneError, UserChangedError, UnavailableError.
        """

        def edit(found: User) -> User:
            if found.password is None:
                return found
            changed = replace(found.password, must_change=True)
            return replace(found, password=changed, updated_at=self.users.clock.now())

        saved = await self._save(env, user, edit)
        self.users.events.emit(PasswordChanged(env.id, saved.id, self.users.source))
        return saved

    async def _save(self, env: Environment, user: User, edit: Edit) -> User:
        for _ in range(ATTEMPTS - 1):
            try:
                return await self.users.directory.save(env, edit(user))
            except UserChangedError:
                user = await self._read(env, user.id)
        return await self.users.directory.save(env, edit(user))

    async def _read(self, env: Environment, user_id: UserId) -> User:
        found = await self.users.directory.find(env, user_id)
        if found is None:
            raise UserGoneError
        return found
