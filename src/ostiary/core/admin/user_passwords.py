"""Passwords of users as programs that manage them see, check and set them."""

from dataclasses import dataclass
from enum import Enum, auto

from ostiary.core.admin.user_administration import UserAdministration
from ostiary.core.model.audit.accounts import UserUnlocked
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.users import UserChangedError
from ostiary.core.signon.new_passwords import WeakPasswordError
from ostiary.core.signon.outcomes import Locked, Outcome, Rejected
from ostiary.core.signon.password import (
    Entrance,
    PasswordSignOn,
    PresentedPassword,
    subject_of,
)
from ostiary.core.signon.password_changes import PasswordChanges

ENTRANCE = Entrance("management")


class PasswordStanding(Enum):
    """How things stand with a user's password."""

    GOOD = auto()
    MISSING = auto()
    TO_BE_CHANGED = auto()
    EXPIRED = auto()
    LOCKED = auto()


@dataclass(frozen=True, slots=True)
class PasswordState:
    """What may be known of a user's password.

    Args: locked_seconds is how long failed attempts keep the user out still.
    """

    standing: PasswordStanding
    changed_at: float | None
    locked_seconds: int = 0


@dataclass(frozen=True, slots=True)
class UserPasswords:
    """Asks about passwords at the entrance that all others go through, and sets them."""

    users: UserAdministration
    changes: PasswordChanges
    sign_on: PasswordSignOn

    async def describe(self, env: Environment, user: User) -> PasswordState:
        """Return how things stand with a user's password.

        Raises: UnavailableError.
        """
        now, password = self.users.clock.now(), user.password
        failures = await self.users.failures_of(env, user)
        left = max(0, -int(-(failures.locked_until - now) // 1))
        if password is None:
            return PasswordState(PasswordStanding.MISSING, None, left)
        if left:
            standing = PasswordStanding.LOCKED
        elif password.must_change:
            standing = PasswordStanding.TO_BE_CHANGED
        elif password.is_to_be_changed(now):
            standing = PasswordStanding.EXPIRED
        else:
            standing = PasswordStanding.GOOD
        return PasswordState(standing, password.changed_at, left)

    async def check(
        self, env: Environment, user: User, password: str, *, address: str
    ) -> Rejected | Locked | None:
        """Compare a password as a sign-on would, counted like one; None when it is right.

        Raises: UnavailableError.
        """
        presented = PresentedPassword(user.username, password, ENTRANCE, address)
        return _refusal(await self.sign_on.attempt(env, presented))

    async def unlock(self, env: Environment, user: User) -> None:
        """Forget a user's failed attempts; what an administrator has locked stays locked.

        Raises: UnavailableError.
        """
        await self.users.attempts.unlock(env, subject_of(user))
        self.users.events.emit(UserUnlocked(env.id, user.id, self.users.source))

    async def set(self, env: Environment, user: User, password: str, *, must_change: bool) -> User:
        """Give a user another password; what it was signed on to ends.

        Raises: WeakPasswordError, UserChangedError, AccessLeftError, UnavailableError.
        """
        if unmet := await self.changes.find_unmet(env, user, password):
            raise WeakPasswordError(unmet)
        source = self.users.source
        changed = await self.changes.set(
            env, user, password, must_change=must_change, source=source
        )
        return changed.user

    async def replace(
        self, env: Environment, user: User, current: str, password: str, *, address: str
    ) -> Rejected | Locked | None:
        """Give a user another password who knows the one so far; None when that is done.

        Whether the new one is good enough is said to nobody who does not know the current one.
        Raises: WeakPasswordError, UserChangedError, AccessLeftError, UnavailableError.
        """
        refused = await self.check(env, user, current, address=address)
        if refused is not None:
            return refused
        if unmet := await self.changes.find_unmet(env, user, password, current=current):
            raise WeakPasswordError(unmet)
        # Its hash may be a stronger one by now; its password must still be the one just proved.
        found = await self.users.directory.find(env, user.id)
        if found is None or found.credential != user.credential:
            raise UserChangedError
        source = self.users.source
        await self.changes.set(
            env, found, password, must_change=False, source=source, current=current
        )
        return None


def _refusal(outcome: Outcome) -> Rejected | Locked | None:
    return outcome if isinstance(outcome, Rejected | Locked) else None
