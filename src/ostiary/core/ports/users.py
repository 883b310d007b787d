"""What the core asks of a store about users and their attempts to sign on.

As in `core.ports.stores`: the environment comes first, a store that cannot answer raises
`UnavailableError`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ostiary.core.base.ids import UserId
from ostiary.core.base.usernames import UsernameKey
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Failures, Standing
from ostiary.core.model.user import User


class UsernameTakenError(Exception):
    """Somebody in the environment has this username or id already; nothing was stored."""

    def __init__(self, username: str) -> None:
        super().__init__(f'the username "{username}" is taken')
        self.username = username


class UserChangedError(Exception):
    """Somebody else changed or deleted the user first; read it again."""

    def __init__(self) -> None:
        super().__init__("somebody else has changed this user meanwhile; try again")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to sign on with a password.

    Args:
        subject: whom it counts for: a user's id, or a digest of a name that nobody has.
        device: a device that the user is known on, which has a count of its own; "" for none.
        mark: what the same password is recognised by when it is tried on others.
    """

    subject: str
    device: str
    mark: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class UserPage:
    """Some of the users that were looked for, in the order of their ids.

    Args:
        total: how many there are in all.
        is_last: none comes after these.
    """

    users: tuple[User, ...]
    total: int
    is_last: bool


class Users(Protocol):
    """The users that live in the store itself."""

    async def find(self, env: Environment, user_id: UserId) -> User | None:
        """Return the user of that id, or None."""
        ...

    async def find_by_name(self, env: Environment, key: UsernameKey) -> User | None:
        """Return the user whose username has that key, or None."""
        ...

    async def select(
        self, env: Environment, *, after: UsernameKey | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        """Return the next users in the order of their username's keys."""
        ...

    async def scan(
        self, env: Environment, *, after: UserId | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        """Return the next users in the order of their ids."""
        ...

    async def select_by_address(
        self, env: Environment, address: str, *, after: UserId | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        """Return the next users of an e-mail address in the order of their ids.

        Only they are read, however many others there are.
        Args: address: `User.address` of them, in any case.
        """
        ...

    async def count(self, env: Environment) -> int:
        """Return how many users there are."""
        ...

    async def create(self, env: Environment, users: Sequence[User]) -> None:
        """Store new users, all of them or none.

        Raises: UsernameTakenError.
        """
        ...

    async def save(self, env: Environment, user: User, *, expected_version: int) -> User:
        """Store a changed user and return it with its new version.

        Raises: UserChangedError when it is not at `expected_version`; UsernameTakenError.
        """
        ...

    async def delete(self, env: Environment, user_id: UserId) -> bool:
        """Delete a user, and tell whether there was one."""
        ...


class PasswordAttempts(Protocol):
    """Counts of attempts, shared by every process and every entrance."""

    async def begin(self, env: Environment, attempt: Attempt, *, now: float) -> Standing:
        """Decide as the environment's lockout policy says, and count, in one atomic step.

        Whoever is admitted ends it by `fail` or `clear`, come what may. Until then a store may
        keep the count to itself, as long as whatever it serves is bound by it.
        """
        ...

    async def fail(self, env: Environment, attempt: Attempt, *, now: float) -> None:
        """Let the count of an attempt last that was admitted: it was wrong, or cut short.

        Args: now: of its `begin`.
        """
        ...

    async def clear(self, env: Environment, attempt: Attempt, *, replaces: User | None) -> None:
        """Take an attempt that was right out of the counts again.

        Args: replaces is the user with a stronger hash, stored in the same transaction unless
            somebody has changed the user meanwhile; its version is the one it was read at.
        """
        ...

    async def find_failures(self, env: Environment, subject: str, *, now: float) -> Failures:
        """Return the count that applies to devices the subject is not known on."""
        ...

    async def unlock(self, env: Environment, subject: str) -> None:
        """Forget every failed attempt of a subject, on all devices."""
        ...
