"""Another password for a user, whoever chose it, and the end of all that the old one let in."""

from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.model.audit.accounts import AccessEnded, PasswordChanged
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import PasswordRule
from ostiary.core.model.user import User
from ostiary.core.ports.delivery import Delivery, Template
from ostiary.core.ports.directory import Directory, NewPasswordRefusedError
from ostiary.core.ports.events import Events
from ostiary.core.ports.password_hashing import PasswordHashing
from ostiary.core.ports.sessions import Sessions
from ostiary.core.ports.user_grants import UserGrants
from ostiary.core.ports.users import PasswordAttempts
from ostiary.core.signon.account_notices import tell
from ostiary.core.signon.ended_access import Ended, end_access
from ostiary.core.signon.new_passwords import Owner, Unmet, WeakPasswordError, find_unmet
from ostiary.core.signon.password import subject_of

USED_BEFORE = Unmet(
    PasswordRule.HISTORY,
    "was used before",
    "Choose one that you have not used before.",
)


REFUSED = Unmet(
    PasswordRule.DIRECTORY,
    "is refused by the directory that keeps it",
    "Choose another one: this one is refused where your password is kept.",
)
UNCHANGEABLE = Unmet(
    PasswordRule.DIRECTORY,
    "cannot be changed here",
    "Your password cannot be changed here. Ask whoever gave it to you.",
)


def _refused_by_directory(rule: PasswordRule | None) -> Unmet:
    match rule:
        case None:
            return UNCHANGEABLE
        case PasswordRule.HISTORY:
            return USED_BEFORE
        case _:
            return REFUSED


@dataclass(frozen=True, slots=True)
class Changed:
    """A user as stored, and what ended by the change."""

    user: User
    ended: Ended


@dataclass(frozen=True, slots=True)
class PasswordChanges:
    """Holds new passwords against the policy, and sets them."""

    directory: Directory
    attempts: PasswordAttempts
    hashing: PasswordHashing
    sessions: Sessions
    user_grants: UserGrants
    delivery: Delivery
    events: Events
    clock: Clock

    async def find_unmet(
        self, env: Environment, user: User, password: str, *, current: str | None = None
    ) -> tuple[Unmet, ...]:
        """Return the rules that a new password of a user breaks, its history included.

        Args: current is the password so far, where its user has just said it.
        Raises: UnavailableError.
        """
        unmet = find_unmet(env.passwords, Owner.of(user), password, current=current)
        if unmet or user.password is None or user.directory:
            return unmet  # another directory looks at its own history when it is given the password
        for kept in (user.password.hash, *user.password.former)[: env.passwords.history]:
            if (await self.hashing.check(kept, password)).is_right:
                return (USED_BEFORE,)
        return ()

    async def set(  # noqa: PLR0913 - all of them say who gets what from whom
        self,
        env: Environment,
        user: User,
        password: str,
        *,
        must_change: bool,
        source: str,
        locale: str = "",
        current: str | None = None,
    ) -> Changed:
        """Give a user another password, and forget its failed attempts at the old one.

        The user is told by mail, where there is a way to.

        Spec: OWASP ASVS, V6.3.7.
        Args:
            must_change: when somebody else chose it.
            source: who did, for the event log: a word of ours.
            locale: language tag of the user; "" when unknown.
            current: the password so far, where its user has just said it.
        Stores: that, and then the end of all that was signed on with the old one.
        Raises: UserChangedError, UnavailableError, AccessLeftError; WeakPasswordError for what the
            user's directory does not take; ValueError for what cannot be a password.
        """
        try:
            changed = await self.directory.set_password(
                env,
                user,
                password,
                must_change=must_change,
                now=self.clock.now(),
                current=current,
            )
        except NewPasswordRefusedError as error:
            raise WeakPasswordError((_refused_by_directory(error.rule),)) from error
        self.events.emit(PasswordChanged(env.id, user.id, source))
        tell(self.delivery, env, user, Template.PASSWORD_CHANGED, locale=locale)
        ended = await self.end_access(env, user, source)
        await self.attempts.unlock(env, subject_of(user))
        return Changed(changed, ended)

    async def end_access(self, env: Environment, user: User, source: str) -> Ended:
        """End what a user and its clients have, and record it if there was anything.

        Raises: AccessLeftError.
        """
        ended = await end_access(env, user.id, self.user_grants, self.sessions)
        if ended != Ended():
            self.events.emit(AccessEnded(env.id, user.id, ended.sessions, ended.grants, source))
        return ended
