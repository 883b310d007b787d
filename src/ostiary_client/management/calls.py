"""What a managed environment can be asked and told, for programs that wait for their answers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Unpack

from ostiary_client.management.caller import Caller
from ostiary_client.management.directory_operations import (
    ApplicationOperations,
    PopulationOperations,
)
from ostiary_client.management.filters import Filter
from ostiary_client.management.people import PasswordState, User, UserSession
from ostiary_client.management.resources import Application, ApplicationSecret, Population
from ostiary_client.management.user_members import UserMembers
from ostiary_client.management.user_operations import (
    Password,
    PasswordOperations,
    SessionOperations,
    UserOperations,
)


@dataclass(frozen=True, slots=True)
class Users:
    """The users of an environment. Spec: PingOne "Users"."""

    _calls: UserOperations
    _caller: Caller = field(repr=False)

    def list(self, wanted: Filter | None = None, *, page_size: int | None = None) -> Iterator[User]:
        """Yield users; a page is asked for when its first user is wanted.

        Args: page_size is how many the server tells of at once, by default as many as it likes.
        """
        return self._caller.each(self._calls.page(wanted, page_size))

    def count(self, wanted: Filter | None = None) -> int:
        """Return how many users there are."""
        return self._caller.call(self._calls.page(wanted, 1)).total

    def find(self, username: str) -> User | None:
        """Return the user with that name, or None."""
        return next(iter(self._caller.call(self._calls.named(username)).items), None)

    def get(self, id: str) -> User:
        """Return a user by its id.

        Raises: NotFoundError; as every call.
        """
        return self._caller.call(self._calls.get(id))

    def create(self, username: str, **said: Unpack[UserMembers]) -> User:
        """Make a user without a password.

        Raises: NotUniqueError, InvalidDataError; as every call.
        """
        return self._caller.call(self._calls.create(username, said))

    def import_user(
        self,
        username: str,
        password: Password | None = None,
        *,
        must_change_password: bool = False,
        **said: Unpack[UserMembers],
    ) -> User:
        """Make a user with a password, or with the hash of one, such as `{SSHA512}…`.

        Raises: NewPasswordRefusedError; as `create`.
        """
        operation = self._calls.bring(username, password, said, change=must_change_password)
        return self._caller.call(operation)

    def update(self, id: str, *, username: str | None = None, **said: Unpack[UserMembers]) -> User:
        """Change what is said of a user, and return how it is now; None removes.

        Raises: NotFoundError, NotUniqueError, InvalidDataError; as every call.
        """
        return self._caller.call(self._calls.update(id, username, said))

    def replace(self, id: str, username: str, **said: Unpack[UserMembers]) -> User:
        """Replace all that is known of a user: what is left out is removed.

        Raises: as `update`.
        """
        return self._caller.call(self._calls.replace(id, username, said))

    def delete(self, id: str) -> None:
        """Delete a user and all that it has.

        Raises: NotFoundError; as every call.
        """
        self._caller.call(self._calls.delete(id))

    def lock(self, id: str) -> User:
        """Keep a user out, and end what it is signed on to, until `unlock`."""
        return self._caller.call(self._calls.set_locked(id, locked=True))

    def unlock(self, id: str) -> User:
        """Let a locked user in again."""
        return self._caller.call(self._calls.set_locked(id, locked=False))

    def enable(self, id: str) -> None:
        """Let a user sign on."""
        self._caller.call(self._calls.set_enabled(id, enabled=True))

    def disable(self, id: str) -> None:
        """Let a user sign on no more."""
        self._caller.call(self._calls.set_enabled(id, enabled=False))

    def move(self, id: str, population_id: str) -> None:
        """Put a user into another population."""
        self._caller.call(self._calls.move(id, population_id))


@dataclass(frozen=True, slots=True)
class Passwords:
    """The passwords of users. Spec: PingOne "User passwords"."""

    _calls: PasswordOperations
    _caller: Caller = field(repr=False)

    def get(self, user_id: str) -> PasswordState:
        """Return how things stand with a user's password."""
        return self._caller.call(self._calls.get(user_id))

    def set(self, user_id: str, password: Password, *, must_change: bool = False) -> PasswordState:
        """Set a user's password, as an administrator.

        Raises: NewPasswordRefusedError; as every call.
        """
        return self._caller.call(self._calls.set(user_id, password, change=must_change))

    def replace(self, user_id: str, current: Password, new: Password) -> PasswordState:
        """Replace a user's password by another, as the user does.

        Raises: CurrentPasswordRefusedError, PasswordLockedError, NewPasswordRefusedError; as every
            call.
        """
        return self._caller.call(self._calls.replace(user_id, current, new))

    def check(self, user_id: str, password: Password) -> PasswordState:
        """Hold a password against the user's; it counts as an attempt to sign on.

        Raises: CurrentPasswordRefusedError, PasswordLockedError; as every call.
        """
        return self._caller.call(self._calls.check(user_id, password))

    def unlock(self, user_id: str) -> PasswordState:
        """Forget a user's wrong passwords."""
        return self._caller.call(self._calls.unlock(user_id))

    def force_change(self, user_id: str) -> PasswordState:
        """Demand another password at the next sign-on."""
        return self._caller.call(self._calls.force_change(user_id))

    def send_recovery_code(self, user_id: str) -> None:
        """Have a code sent to a user who has forgotten the password."""
        self._caller.call(self._calls.send_code(user_id))

    def recover(self, user_id: str, code: str, new: Password) -> None:
        """Set a password by a code that was sent.

        Raises: InvalidDataError for a wrong code; NewPasswordRefusedError; as every call.
        """
        self._caller.call(self._calls.recover(user_id, code, new))


@dataclass(frozen=True, slots=True)
class UserSessions:
    """Where users are signed on. Spec: PingOne "Sessions"."""

    _calls: SessionOperations
    _caller: Caller = field(repr=False)

    def list(self, user_id: str) -> Iterator[UserSession]:
        """Yield the sessions of a user, the latest first."""
        return self._caller.each(self._calls.page(user_id))

    def get(self, user_id: str, id: str) -> UserSession:
        """Return a session."""
        return self._caller.call(self._calls.get(user_id, id))

    def end(self, user_id: str, id: str) -> None:
        """End a session."""
        self._caller.call(self._calls.end(user_id, id))

    def end_all(self, user_id: str) -> None:
        """End all that a user is signed on to."""
        self._caller.call(self._calls.end_all(user_id))


@dataclass(frozen=True, slots=True)
class Populations:
    """The populations of an environment. Spec: PingOne "Populations"."""

    _calls: PopulationOperations
    _caller: Caller = field(repr=False)

    def list(self, wanted: Filter | None = None) -> Iterator[Population]:
        """Yield populations."""
        return self._caller.each(self._calls.page(wanted))

    def get(self, id: str) -> Population:
        """Return a population."""
        return self._caller.call(self._calls.get(id))

    def create(self, name: str, description: str = "", *, is_default: bool = False) -> Population:
        """Make a population.

        Raises: NotUniqueError; as every call.
        """
        return self._caller.call(self._calls.create(name, description, is_default=is_default))

    def replace(
        self, id: str, name: str, description: str = "", *, is_default: bool = False
    ) -> Population:
        """Change a population: what is left out is as for a new one.

        Raises: NotUniqueError; as every call.
        """
        return self._caller.call(self._calls.replace(id, name, description, is_default=is_default))

    def delete(self, id: str) -> None:
        """Delete a population that nobody belongs to.

        Raises: StillInUseError; as every call.
        """
        self._caller.call(self._calls.delete(id))


@dataclass(frozen=True, slots=True)
class Applications:
    """The applications of an environment. Spec: PingOne "Applications"."""

    _calls: ApplicationOperations
    _caller: Caller = field(repr=False)

    def list(self, wanted: Filter | None = None) -> Iterator[Application]:
        """Yield applications."""
        return self._caller.each(self._calls.page(wanted))

    def get(self, id: str) -> Application:
        """Return an application."""
        return self._caller.call(self._calls.get(id))

    def secret(self, id: str) -> ApplicationSecret:
        """Return an application's secret."""
        return self._caller.call(self._calls.secret(id))

    def renew_secret(
        self, id: str, *, keep_previous_until: datetime | None = None
    ) -> ApplicationSecret:
        """Give an application a new secret, and return it; the one before may go on for a while."""
        return self._caller.call(self._calls.renew_secret(id, keep_previous_until))
