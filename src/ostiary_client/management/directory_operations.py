"""The calls about environments, populations, password policies and applications."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ostiary_client.errors import ConfigurationError, UnreadableResponseError
from ostiary_client.management.filters import Filter
from ostiary_client.management.operation import Operation, Page, delete, get, page
from ostiary_client.management.place import ManagedEnvironment, segment
from ostiary_client.management.reading import WHAT, Members
from ostiary_client.management.resources import (
    Application,
    ApplicationSecret,
    Environment,
    PasswordPolicy,
    Population,
)
from ostiary_client.secret import Secret


@dataclass(frozen=True, slots=True)
class EnvironmentOperations:
    """Calls about environments and what new passwords must be there."""

    environment: ManagedEnvironment

    def get(self) -> Operation[Environment]:
        """Read the environment."""
        return get(self.environment.url(""), Environment.read)

    def page(self, wanted: Filter | None) -> Operation[Page[Environment]]:
        """Read the environments that the client may see."""
        return page(self.environment.environments_url, Environment.read, wanted)

    def policies(self) -> Operation[Page[PasswordPolicy]]:
        """Read the password policies."""
        return page(self.environment.url("/passwordPolicies"), PasswordPolicy.read)

    def policy(self, id: str) -> Operation[PasswordPolicy]:
        """Read a password policy."""
        url = self.environment.url(f"/passwordPolicies/{segment(id)}")
        return get(url, PasswordPolicy.read)


@dataclass(frozen=True, slots=True)
class PopulationOperations:
    """Calls about populations."""

    environment: ManagedEnvironment

    def page(self, wanted: Filter | None) -> Operation[Page[Population]]:
        """Read the populations."""
        return page(self._url(), Population.read, wanted)

    def get(self, id: str) -> Operation[Population]:
        """Read a population."""
        return get(self._url(id), Population.read)

    def create(self, name: str, description: str, *, is_default: bool) -> Operation[Population]:
        """Make a population."""
        body = _population(name, description, is_default=is_default)
        return Operation("POST", self._url(), Population.read, body)

    def replace(
        self, id: str, name: str, description: str, *, is_default: bool
    ) -> Operation[Population]:
        """Change a population."""
        body = _population(name, description, is_default=is_default)
        return Operation("PUT", self._url(id), Population.read, body, is_repeatable=True)

    def delete(self, id: str) -> Operation[None]:
        """Delete a population."""
        return delete(self._url(id))

    def _url(self, id: str | None = None) -> str:
        return self.environment.url("/populations" + ("" if id is None else f"/{segment(id)}"))


@dataclass(frozen=True, slots=True)
class ApplicationOperations:
    """Calls about applications and their secrets."""

    environment: ManagedEnvironment

    def page(self, wanted: Filter | None) -> Operation[Page[Application]]:
        """Read the applications."""
        return page(self.environment.url("/applications"), Application.read, wanted)

    def get(self, id: str) -> Operation[Application]:
        """Read an application."""
        return get(self._url(id), Application.read)

    def secret(self, id: str) -> Operation[ApplicationSecret]:
        """Read an application's secret."""
        return get(self._url(id, "/secret"), _read_secret)

    def renew_secret(self, id: str, until: datetime | None) -> Operation[ApplicationSecret]:
        """Make a new secret; sent twice, the first one would be lost.

        Raises: ConfigurationError for a time without its zone.
        """
        body = None if until is None else {"previous": {"expiresAt": _moment(until)}}
        return Operation("POST", self._url(id, "/secret"), _read_secret, body)

    def _url(self, id: str, rest: str = "") -> str:
        return self.environment.url(f"/applications/{segment(id)}{rest}")


def _population(name: str, description: str, *, is_default: bool) -> dict[str, Any]:
    return {"name": name, "description": description, "default": is_default}


def _read_secret(document: Mapping[str, Any]) -> ApplicationSecret:
    members = Members(document)
    secret, previous = members.text("secret"), members.inner("previous")
    if secret is None:
        raise UnreadableResponseError(f"{WHAT} holds no secret")
    before = previous.text("secret")
    return ApplicationSecret(
        Secret(secret),
        None if before is None else Secret(before),
        previous.moment("expiresAt"),
    )


def _moment(time: datetime) -> str:
    if time.tzinfo is None:
        raise ConfigurationError("The time lacks its zone", remedy="Give it a tzinfo")
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
