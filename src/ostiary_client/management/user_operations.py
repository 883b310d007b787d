"""The calls about users, their passwords and their sessions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ostiary_client.errors import ConfigurationError
from ostiary_client.management.filters import Filter, where
from ostiary_client.management.operation import (
    Operation,
    Page,
    action,
    delete,
    get,
    nothing,
    page,
)
from ostiary_client.management.people import PasswordState, User, UserSession
from ostiary_client.management.place import ManagedEnvironment, segment
from ostiary_client.management.user_members import body_of
from ostiary_client.secret import Secret

Password = str | Secret


@dataclass(frozen=True, slots=True)
class UserOperations:
    """Calls about users."""

    environment: ManagedEnvironment

    def page(self, wanted: Filter | None, limit: int | None) -> Operation[Page[User]]:
        """Read a part of the users."""
        return page(self.environment.url("/users"), User.read, wanted, limit=limit)

    def named(self, username: str) -> Operation[Page[User]]:
        """Look a user up."""
        return self.page(where("username").equals(username), 1)

    def get(self, id: str) -> Operation[User]:
        """Read a user."""
        return get(self._url(id), User.read)

    def create(self, username: str, said: Mapping[str, Any]) -> Operation[User]:
        """Make a user."""
        body = {"username": username, **body_of(said)}
        return Operation("POST", self.environment.url("/users"), User.read, body)

    def bring(
        self, username: str, password: Password | None, said: Mapping[str, Any], *, change: bool
    ) -> Operation[User]:
        """Make a user with a password, or with its hash."""
        body = {"username": username, **body_of(said)}
        shown = () if password is None else (_reveal(password),)
        if shown:
            body["password"] = {"value": shown[0], "forceChange": change}
        url, media_type = self.environment.url("/users"), action("user.import")
        return Operation("POST", url, User.read, body, media_type, secrets=shown)

    def update(self, id: str, username: str | None, said: Mapping[str, Any]) -> Operation[User]:
        """Change members of a user."""
        body = body_of(said) if username is None else {"username": username, **body_of(said)}
        return Operation("PATCH", self._url(id), User.read, body, is_repeatable=True)

    def replace(self, id: str, username: str, said: Mapping[str, Any]) -> Operation[User]:
        """Replace all that is known of a user."""
        body = {"username": username, **body_of(said)}
        return Operation("PUT", self._url(id), User.read, body, is_repeatable=True)

    def delete(self, id: str) -> Operation[None]:
        """Delete a user."""
        return delete(self._url(id))

    def set_locked(self, id: str, *, locked: bool) -> Operation[User]:
        """Lock or unlock a user."""
        name = "account.lock" if locked else "account.unlock"
        return Operation("POST", self._url(id), User.read, None, action(name), is_repeatable=True)

    def set_enabled(self, id: str, *, enabled: bool) -> Operation[None]:
        """Let a user sign on, or not."""
        url = self._url(id, "/enabled")
        return Operation("PUT", url, nothing, {"enabled": enabled}, is_repeatable=True)

    def move(self, id: str, population_id: str) -> Operation[None]:
        """Put a user into a population."""
        url = self._url(id, "/population")
        return Operation("PUT", url, nothing, {"id": population_id}, is_repeatable=True)

    def _url(self, id: str, rest: str = "") -> str:
        return self.environment.url(f"/users/{segment(id)}{rest}")


@dataclass(frozen=True, slots=True)
class PasswordOperations:
    """Calls about users' passwords; none is sent twice, since each counts or ends something."""

    environment: ManagedEnvironment

    def get(self, user_id: str) -> Operation[PasswordState]:
        """Read how things stand."""
        return get(self._url(user_id), PasswordState.read)

    def set(self, user_id: str, password: Password, *, change: bool) -> Operation[PasswordState]:
        """Set a password."""
        value = _reveal(password)
        body = {"value": value, "forceChange": change}
        return self._do("PUT", user_id, "password.set", body, value)

    def replace(self, user_id: str, current: Password, new: Password) -> Operation[PasswordState]:
        """Replace the password so far."""
        shown, wanted = _reveal(current), _reveal(new)
        body = {"currentPassword": shown, "newPassword": wanted}
        return self._do("PUT", user_id, "password.reset", body, shown, wanted)

    def check(self, user_id: str, password: Password) -> Operation[PasswordState]:
        """Hold a password against the user's."""
        value = _reveal(password)
        return self._do("POST", user_id, "password.check", {"password": value}, value)

    def unlock(self, user_id: str) -> Operation[PasswordState]:
        """Forget wrong passwords."""
        return self._do("POST", user_id, "password.unlock")

    def force_change(self, user_id: str) -> Operation[PasswordState]:
        """Demand another password."""
        return self._do("POST", user_id, "password.forceChange")

    def send_code(self, user_id: str) -> Operation[None]:
        """Have a recovery code sent."""
        name = action("password.sendRecoveryCode")
        return Operation("POST", self._url(user_id), nothing, None, name)

    def recover(self, user_id: str, code: str, new: Password) -> Operation[None]:
        """Set a password by a recovery code."""
        wanted = _reveal(new)
        body = {"recoveryCode": code, "newPassword": wanted}
        name = action("password.recover")
        return Operation("POST", self._url(user_id), nothing, body, name, secrets=(code, wanted))

    def _do(
        self,
        method: str,
        user_id: str,
        name: str,
        body: Mapping[str, Any] | None = None,
        *secrets: str,
    ) -> Operation[PasswordState]:
        url = self._url(user_id)
        return Operation(method, url, PasswordState.read, body, action(name), secrets=secrets)

    def _url(self, user_id: str) -> str:
        return self.environment.url(f"/users/{segment(user_id)}/password")


@dataclass(frozen=True, slots=True)
class SessionOperations:
    """Calls about where users are signed on."""

    environment: ManagedEnvironment

    def page(self, user_id: str) -> Operation[Page[UserSession]]:
        """Read where a user is signed on."""
        return page(self._url(user_id), UserSession.read)

    def get(self, user_id: str, id: str) -> Operation[UserSession]:
        """Read a session."""
        return get(f"{self._url(user_id)}/{segment(id)}", UserSession.read)

    def end(self, user_id: str, id: str) -> Operation[None]:
        """End a session."""
        return delete(f"{self._url(user_id)}/{segment(id)}")

    def end_all(self, user_id: str) -> Operation[None]:
        """End every session of a user."""
        return delete(self._url(user_id))

    def _url(self, user_id: str) -> str:
        return self.environment.url(f"/users/{segment(user_id)}/sessions")


def _reveal(password: Password) -> str:
    """Return a password to be sent.

    Raises: ConfigurationError for an empty one, which nobody means.
    """
    value = password.reveal() if isinstance(password, Secret) else password
    if not value:
        raise ConfigurationError("The password is empty")
    return value
