"""What a check looks at, and the walks that checks share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ostiary.core.configuration.problems import Path, Problem, Severity, error, render_path
from ostiary.core.configuration.schema import (
    ClientSettings,
    Configuration,
    DirectorySettings,
    EnvironmentSettings,
    ReferenceAdapterSettings,
    TokenManagerSettings,
    UserSettings,
)
from ostiary.core.configuration.secret_sources import Surroundings
from ostiary.core.configuration.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Subject:
    """A configuration with what it refers to, and the file in which it stands, if any."""

    configuration: Configuration
    vocabulary: Vocabulary
    surroundings: Surroundings
    file: str = ""

    @property
    def is_dev(self) -> bool:
        return self.configuration.server.mode == "dev"

    def dev_warning(self, path: Path, message: str, hint: str = "") -> Problem:
        """Make a problem that dev mode lives with and production does not."""
        severity = Severity.WARNING if self.is_dev else Severity.ERROR
        return Problem(path, message, severity, hint)

    def plain_secret(self, path: Path, message: str, hint: str) -> Problem:
        """Make the problem that a secret stands in the file itself."""
        return replace(self.dev_warning(path, message, hint), is_of_plain_secrets=True)


Check = Callable[[Subject], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class PlacedClient:
    """A client with where it stands."""

    environment_key: str
    environment: EnvironmentSettings
    key: str
    client: ClientSettings

    @property
    def path(self) -> Path:
        return ("environments", self.environment_key, "clients", self.key)


@dataclass(frozen=True, slots=True)
class PlacedManager:
    """A token manager with where it stands."""

    environment_key: str
    environment: EnvironmentSettings
    key: str
    manager: TokenManagerSettings

    @property
    def path(self) -> Path:
        return ("environments", self.environment_key, "token_managers", self.key)


@dataclass(frozen=True, slots=True)
class PlacedAdapter:
    """A reference adapter with where it stands."""

    environment_key: str
    environment: EnvironmentSettings
    key: str
    adapter: ReferenceAdapterSettings

    @property
    def path(self) -> Path:
        return ("environments", self.environment_key, "reference_adapters", self.key)


@dataclass(frozen=True, slots=True)
class PlacedDirectory:
    """A directory with where it stands."""

    environment_key: str
    environment: EnvironmentSettings
    key: str
    directory: DirectorySettings

    @property
    def path(self) -> Path:
        return ("environments", self.environment_key, "directories", self.key)


@dataclass(frozen=True, slots=True)
class PlacedUser:
    """A user with where it stands."""

    environment_key: str
    environment: EnvironmentSettings
    username: str
    user: UserSettings

    @property
    def path(self) -> Path:
        return ("environments", self.environment_key, "users", self.username)


def environments(subject: Subject) -> Iterator[tuple[Path, str, EnvironmentSettings]]:
    """Yield every environment with its path and key."""
    for key, environment in subject.configuration.environments.items():
        yield ("environments", key), key, environment


def clients(subject: Subject) -> Iterator[PlacedClient]:
    """Yield every client of every environment."""
    for _, environment_key, environment in environments(subject):
        for key, client in environment.clients.items():
            yield PlacedClient(environment_key, environment, key, client)


def managers(subject: Subject) -> Iterator[PlacedManager]:
    """Yield every token manager that the file names."""
    for _, environment_key, environment in environments(subject):
        for key, manager in environment.token_managers.items():
            yield PlacedManager(environment_key, environment, key, manager)


def reference_adapters(subject: Subject) -> Iterator[PlacedAdapter]:
    """Yield every reference adapter of every environment."""
    for _, environment_key, environment in environments(subject):
        for key, adapter in environment.reference_adapters.items():
            yield PlacedAdapter(environment_key, environment, key, adapter)


def directories(subject: Subject) -> Iterator[PlacedDirectory]:
    """Yield every directory of every environment that is kept elsewhere."""
    for _, environment_key, environment in environments(subject):
        for key, directory in environment.directories.items():
            yield PlacedDirectory(environment_key, environment, key, directory)


def users(subject: Subject) -> Iterator[PlacedUser]:
    """Yield every user of every environment."""
    for _, environment_key, environment in environments(subject):
        for username, user in environment.users.items():
            yield PlacedUser(environment_key, environment, username, user)


class Uniqueness:
    """Finds values that a second object gives again."""

    def __init__(self) -> None:
        self._owners: dict[object, Path] = {}

    def claim(self, value: object, path: Path) -> Path | None:
        """Take `value` for the object at `path`; return who has it already, or None."""
        return None if (owner := self._owners.setdefault(value, path)) == path else owner


def refuse_repeated(
    uniqueness: Uniqueness, value: object, path: Path, message: str
) -> list[Problem]:
    """Refuse a value that another object has; `message` is completed with that object's name."""
    owner = uniqueness.claim(value, path)
    return [] if owner is None else [error(path, f"{message} {render_path(owner)}")]
