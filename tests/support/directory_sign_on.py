"""Where people of directories sign on, everything real but the store."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from ostiary.adapters.directories.catalog import open_directory
from ostiary.adapters.directories.composed import ComposedDirectory
from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.clock import SystemClock
from ostiary.core.base.errors import UnavailableError
from ostiary.core.model.audit.outbound import DirectoryServerFailed
from ostiary.core.model.audit.sign_on import PasswordRefused
from ostiary.core.model.ldap_directory import LDAPDirectory
from ostiary.core.model.user import User
from ostiary.core.signon.outcomes import Outcome
from ostiary.core.signon.password import Entrance, PasswordSignOn, PresentedPassword
from tests.support.app import RecordedEvents
from tests.support.environments import make_environment
from tests.support.pace import QUICK
from tests.support.signon import WRONG, CountedHashing
from tests.support.slapd import PASSWORD


class Configured(Protocol):
    """A server that says how it is reached."""

    def configured(self, **fields: Any) -> LDAPDirectory:
        """Return that; fields are overridden by name."""
        ...


@dataclass
class Entrances:
    """An environment whose users are in the store, and in the directory of a server."""

    server: Configured
    store: MemoryStore = field(default_factory=MemoryStore)
    hashing: CountedHashing = field(default_factory=CountedHashing)
    events: RecordedEvents = field(default_factory=RecordedEvents)

    def __post_init__(self) -> None:
        local = LocalDirectory(self.store.users, self.hashing)
        self.directory = ComposedDirectory(local, self.events, open_directory, QUICK)
        self.env = make_environment()
        self.configure()

    def configure(self, **fields: Any) -> None:
        """Configure the directory anew; fields are overridden by name."""
        self.keep_in({"corporate": self.server.configured(**fields)})

    def keep_in(self, directories: Mapping[str, LDAPDirectory], **fields: Any) -> None:
        """Configure all directories anew, asked in this order after the store."""
        order = ("local", *directories)
        self.env = make_environment(
            **{"directories": directories, "directory_order": order, **fields}
        )

    async def add(self, *users: User) -> None:
        """Put users into the store."""
        await self.store.users.create(self.env, users)

    async def attempt(self, username: str, password: str = PASSWORD, **fields: Any) -> Outcome:
        """Try a password."""
        sign_on = PasswordSignOn(
            self.directory, self.store.attempts, self.hashing, self.events, SystemClock()
        )
        presented = PresentedPassword(username, password, Entrance("test"), "192.0.2.1", **fields)
        return await sign_on.attempt(self.env, presented)

    async def answer(self, username: str, password: str = WRONG, **fields: Any) -> str:
        """Try a password, and return the kind of outcome, or why there is none."""
        try:
            return type(await self.attempt(username, password, **fields)).__name__
        except UnavailableError as error:
            return f"{error.description} {error.retry_after_seconds}"

    @property
    def reasons(self) -> list[str]:
        """Return why attempts were refused."""
        return [each.reason for each in self.events.events if isinstance(each, PasswordRefused)]

    @property
    def failures(self) -> list[str]:
        """Return why servers were given up."""
        told = self.events.events
        return [each.reason for each in told if isinstance(each, DirectoryServerFailed)]


@contextmanager
def opened(server: Configured) -> Iterator[Entrances]:
    """Open the entrances of a server's people, and close them again."""
    made = Entrances(server)
    try:
        yield made
    finally:
        made.directory.close()
        made.hashing.close()
