"""Signing on with a password, everything real but the clock and the store."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.password_hashing import PooledHashing
from ostiary.adapters.stores.backend import StoreBackend
from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.clock import FrozenClock
from ostiary.core.crypto.passwords import PasswordCheck
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.signon.outcomes import Outcome
from ostiary.core.signon.password import Entrance, PasswordSignOn, PresentedPassword
from tests.support.app import RecordedEvents
from tests.support.environments import make_environment

Told = TypeVar("Told")
WRONG = "not the password"


class CountedHashing(PooledHashing):
    """The real pool, which remembers what it was asked to compare with."""

    def __init__(self, *, max_waiting: int = 500) -> None:
        super().__init__(2, max_waiting=max_waiting)
        self.kept: list[str | None] = []
        self.asked = asyncio.Event()

    async def check(self, kept: str | None, password: str) -> PasswordCheck:
        self.kept.append(kept)
        self.asked.set()
        return await super().check(kept, password)


@dataclass
class SignOn:
    """One environment where users sign on."""

    env: Environment = field(default_factory=make_environment)
    store: StoreBackend = field(default_factory=MemoryStore)
    hashing: CountedHashing = field(default_factory=CountedHashing)
    clock: FrozenClock = field(default_factory=FrozenClock)
    events: RecordedEvents = field(default_factory=RecordedEvents)

    @property
    def passwords(self) -> PasswordSignOn:
        directory = LocalDirectory(self.store.users, self.hashing)
        return PasswordSignOn(directory, self.store.attempts, self.hashing, self.events, self.clock)

    async def attempt(
        self, username: str, password: str = WRONG, *, entrance: str = "test", **fields: Any
    ) -> Outcome:
        """Try a password."""
        presented = PresentedPassword(username, password, Entrance(entrance), "192.0.2.1", **fields)
        return await self.passwords.attempt(self.env, presented)

    async def add(self, *users: User) -> None:
        """Put users into the directory."""
        await self.store.users.create(self.env, users)

    def emitted(self, kind: type[Told]) -> list[Told]:
        """Return the events of one kind so far."""
        return [event for event in self.events.events if isinstance(event, kind)]
