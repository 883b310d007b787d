"""Directories that are kept elsewhere, opened when they are first needed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ostiary.core.base.ids import EnvironmentId, UserId
from ostiary.core.crypto.passwords import PasswordCheck
from ostiary.core.model.environment import Environment
from ostiary.core.model.ldap_directory import LDAPDirectory
from ostiary.core.model.user import User
from ostiary.core.ports.events import Events


class Remote(Protocol):
    """A directory that is kept elsewhere. Everything may raise UnavailableError."""

    @property
    def configured(self) -> LDAPDirectory:
        """Return what it was made of."""
        ...

    async def find(self, user_id: UserId) -> User | None:
        """Return the user of that id."""
        ...

    async def find_by_username(self, username: str) -> User | None:
        """Return the user whom a person means by `username`."""
        ...

    async def check_password(self, user: User | None, password: str) -> PasswordCheck:
        """Try a password."""
        ...

    async def set_password(
        self, user: User, password: str, current: str | None, *, must_change: bool
    ) -> User:
        """Give a user another password.

        Raises: UserChangedError, NewPasswordRefusedError; ValueError.
        """
        ...

    def retire(self) -> None:
        """End it as soon as nobody waits for it."""
        ...


Open = Callable[[EnvironmentId, LDAPDirectory, Events], Remote]


@dataclass(slots=True)
class _Opened:
    """What is open of one environment, as it is configured now."""

    environment: Environment
    by_key: dict[str, Remote] = field(default_factory=dict)


@dataclass(slots=True)
class Remotes:
    """Opens directories, and ends them when they are not configured any more."""

    events: Events
    open: Open
    _opened: dict[EnvironmentId, _Opened] = field(default_factory=dict)

    def find(self, env: Environment, key: str) -> Remote | None:
        """Return the directory of a key, or None where there is none (any more).

        Raises: UnavailableError.
        """
        directory = env.directories.get(key)
        if directory is None:
            return None
        opened = self._opened.get(env.id)
        if opened is None or opened.environment is not env:
            opened = self._take_over(env, opened)
        remote = opened.by_key.get(key)
        if remote is None:
            remote = opened.by_key[key] = self.open(env.id, directory, self.events)
        return remote

    def close(self) -> None:
        """End what is open."""
        for opened in self._opened.values():
            for remote in opened.by_key.values():
                remote.retire()
        self._opened.clear()

    def _take_over(self, env: Environment, before: _Opened | None) -> _Opened:
        """Keep open what is configured as it was, and end the rest."""
        opened = self._opened[env.id] = _Opened(env)
        for key, remote in ({} if before is None else before.by_key).items():
            if remote.configured == env.directories.get(key):
                opened.by_key[key] = remote
            else:
                remote.retire()
        return opened
