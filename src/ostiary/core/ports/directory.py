"""Where users come from, and who says whether a password is right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ostiary.core.base.ids import UserId
from ostiary.core.base.usernames import UsernameKey
from ostiary.core.crypto.passwords import PasswordCheck
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import PasswordRule
from ostiary.core.model.user import User
from ostiary.core.ports.users import UserPage


class NewPasswordRefusedError(ValueError):
    """The directory does not take a new password; nothing was changed.

    Args:
        rule: what it breaks, if the directory says so; None where its user may have none at all.
    """

    def __init__(self, rule: PasswordRule | None) -> None:
        super().__init__("the directory refuses the new password")
        self.rule = rule


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """An attempt to sign on by which nobody gets in.

    Args:
        user: whom the name has found; None for nobody, and where that could not be asked.
        is_compared: the password was compared with that user's.
        among: see `Directory.find_by_username`.
    """

    username: str
    password: str = field(repr=False)
    user: User | None
    is_compared: bool
    among: tuple[str, ...] = ()


class Directory(Protocol):
    """A directory of users.

    It knows nothing of locks and counts: `core.signon.password` is the only caller of
    `check_password` and decides about them for every directory alike.

    An environment may have several: `Environment.directory_order` names them. One object stands for
    all of them; a user says by `User.directory` which it comes from. Users of other directories
    than the store are only read: `create`, `save`, `delete`, `select` and what counts are about
    the users in the store.
    """

    async def find(
        self, env: Environment, user_id: UserId, *, kept_in: str | None = None
    ) -> User | None:
        """Return the user of that id, or None.

        Args: kept_in: `User.directory` of that user as it was once read: no other one is waited
            for then, and none that is out of order makes the user somebody else's.
        Raises: UnavailableError where a directory that may know the user cannot be asked.
        """
        ...

    async def find_by_username(
        self,
        env: Environment,
        username: str,
        *,
        among: tuple[str, ...] = (),
        everywhere: bool = False,
    ) -> User | None:
        """Return the user whom a person means by `username`, however it is written, or None.

        Args:
            among: keys of the directories that are asked, in this order; the first that knows the
                name has the user. () stands for `Environment.directory_order`.
            everywhere: the others are asked as well: neither the time that it takes, nor that one
                of them is out of order, tells then where a user is kept, or that one is.
        Raises: UnavailableError.
        """
        ...

    async def check_password(
        self, env: Environment, user: User | None, password: str
    ) -> PasswordCheck:
        """Compare a password; for None, and for a user without one, nothing is right.

        What is wrong costs the same for all of them once `even_out` has followed.
        Raises: UnavailableError.
        """
        ...

    async def even_out(self, env: Environment, failed: FailedAttempt) -> None:
        """Do what is left for a failed attempt to have cost the same, whoever it was for.

        Raises: UnavailableError where any directory that might have had the user is out of order,
            the same wherever the user is kept: to be told to everybody alike.
        """
        ...

    async def set_password(  # noqa: PLR0913 - all of them say who gets what from whom
        self,
        env: Environment,
        user: User,
        password: str,
        *,
        must_change: bool,
        now: float,
        current: str | None = None,
    ) -> User:
        """Give a user another password and return the user as stored.

        Its `credential` is another one afterwards, however often that happens at one time.
        Args:
            must_change: it was chosen by somebody else than the user.
            current: the password so far, where the user has just proved to know it.
        Raises: UserChangedError, UnavailableError; NewPasswordRefusedError; ValueError for what
            cannot be a password.
        """
        ...

    async def select(
        self, env: Environment, *, after: UsernameKey | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        """Return the next users in the order of their username's keys."""
        ...

    async def search(
        self,
        env: Environment,
        *,
        matches: Callable[[User], bool] | None,
        address: str | None = None,
        after: UserId | None = None,
        limit: int = 100,
    ) -> UserPage:
        """Return the next users that match, in the order of their ids, and count all of them.

        Args:
            matches: None for all users.
            address: only users whose `User.address` it is, in any case, are looked at.
        """
        ...

    async def count_by_population(self, env: Environment) -> Mapping[str, int]:
        """Return how many users each population has, of those that have any."""
        ...

    async def create(self, env: Environment, users: Sequence[User]) -> None:
        """Store new users, all of them or none.

        Raises: UsernameTakenError, UsernameRefusedError, UnavailableError.
        """
        ...

    async def save(self, env: Environment, user: User) -> User:
        """Store a changed user and return it as stored; its version is the one it was read at.

        Raises: UserChangedError, UsernameTakenError, UsernameRefusedError, UnavailableError;
            OAuthError invalid_request for a user of another directory than the store.
        """
        ...

    async def delete(self, env: Environment, user_id: UserId) -> bool:
        """Delete a user, and tell whether there was one.

        Raises: UnavailableError; OAuthError invalid_request for a user of another directory.
        """
        ...
