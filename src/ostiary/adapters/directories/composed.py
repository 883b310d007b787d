"""All directories of an environment as one: the users in the store, and those kept elsewhere."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from ostiary.adapters.directories.local import LocalDirectory
from ostiary.core.base.errors import OAuthCode, OAuthError, UnavailableError
from ostiary.core.base.ids import EnvironmentId, UserId
from ostiary.core.base.usernames import UsernameKey, UsernameRefusedError, check_username
from ostiary.core.crypto.passwords import PasswordCheck
from ostiary.core.model.environment import Environment
from ostiary.core.model.ldap_directory import LOCAL, LDAPDirectory
from ostiary.core.model.user import User
from ostiary.core.ports.events import Events
from ostiary.core.ports.users import UserChangedError, UserPage


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
class ComposedDirectory:
    """Implements the `Directory` port for users wherever they are kept.

    An environment that has users in the store alone pays one look for it.
    """

    local: LocalDirectory
    events: Events
    open: Open
    _opened: dict[EnvironmentId, _Opened] = field(default_factory=dict)

    async def find(self, env: Environment, user_id: UserId) -> User | None:
        """Return the user of that id.

        One directory that is out of order keeps nobody out whom another one knows.
        """
        user = await self.local.find(env, user_id)
        if user is not None or not env.directories:
            return user
        failure: UnavailableError | None = None
        for remote in self._remotes(env):
            try:
                user = await remote.find(user_id)
            except UnavailableError as error:
                failure = error
            if user is not None:
                return user
        if failure is not None:
            raise failure
        return None

    async def find_by_username(
        self, env: Environment, username: str, *, among: tuple[str, ...] = ()
    ) -> User | None:
        if not env.directories:
            return await self.local.find_by_username(env, username)
        try:
            check_username(username)
        except UsernameRefusedError:
            return None
        for key in among or env.directory_order:
            user = await self._find_in(env, key, username.strip())
            if user is not None:
                return user
        return None

    async def check_password(
        self, env: Environment, user: User | None, password: str
    ) -> PasswordCheck:
        """Try a password where its user is kept.

        A hash is computed here for users of other directories, too, and for whoever fails, another
        directory is asked: how long it takes tells nobody where a user is kept, nor that one is.
        """
        if not env.directories:
            is_kept_here = user is None or not user.directory
            return await self.local.check_password(env, user if is_kept_here else None, password)
        if user is None:
            check, _ = await asyncio.gather(
                self.local.check_password(env, None, password), self._try_nobody(env, password)
            )
            return check
        if not user.directory:
            check = await self.local.check_password(env, user, password)
            if not check.is_right:
                await self._look_for_nobody(env, user.username)
            return check
        remote = self._remote(env, user.directory)
        if remote is None:
            return await self.local.check_password(env, None, password)
        _, check = await asyncio.gather(
            self.local.check_password(env, None, password), remote.check_password(user, password)
        )
        return check

    async def set_password(  # noqa: PLR0913 - as the port has it
        self,
        env: Environment,
        user: User,
        password: str,
        *,
        must_change: bool,
        now: float,
        current: str | None = None,
    ) -> User:
        if not user.directory:
            return await self.local.set_password(
                env, user, password, must_change=must_change, now=now
            )
        remote = self._remote(env, user.directory)
        if remote is None:
            raise UserChangedError
        return await remote.set_password(user, password, current, must_change=must_change)

    async def select(
        self, env: Environment, *, after: UsernameKey | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        return await self.local.select(env, after=after, limit=limit)

    async def search(
        self,
        env: Environment,
        *,
        matches: Callable[[User], bool] | None,
        address: str | None = None,
        after: UserId | None = None,
        limit: int = 100,
    ) -> UserPage:
        return await self.local.search(
            env, matches=matches, address=address, after=after, limit=limit
        )

    async def count_by_population(self, env: Environment) -> Mapping[str, int]:
        return await self.local.count_by_population(env)

    async def create(self, env: Environment, users: Sequence[User]) -> None:
        await self.local.create(env, users)

    async def save(self, env: Environment, user: User) -> User:
        if user.directory:
            raise _not_kept_here(user)
        return await self.local.save(env, user)

    async def delete(self, env: Environment, user_id: UserId) -> bool:
        if await self.local.delete(env, user_id):
            return True
        if env.directories and (user := await self.find(env, user_id)) is not None:
            raise _not_kept_here(user)
        return False

    def close(self) -> None:
        """End what is open."""
        for opened in self._opened.values():
            for remote in opened.by_key.values():
                remote.retire()
        self._opened.clear()

    async def _find_in(self, env: Environment, key: str, username: str) -> User | None:
        if key == LOCAL:
            return await self.local.find_by_username(env, username)
        remote = self._remote(env, key)
        user = None if remote is None else await remote.find_by_username(username)
        if user is None or await self._is_taken(env, user):
            return None
        return user

    async def _is_taken(self, env: Environment, user: User) -> bool:
        """Tell whether somebody else has a user's id.

        Whoever may write in a directory could give an entry the id of any user: that would be
        signing on as the other one.
        """
        if await self.local.find(env, user.id) is not None:
            return True
        for remote in self._remotes(env):
            if remote.configured.key == user.directory:
                break
            if await remote.find(user.id) is not None:
                return True
        return False

    async def _try_nobody(self, env: Environment, password: str) -> None:
        for remote in self._remotes(env):
            with suppress(UnavailableError):
                await remote.check_password(None, password)
            break

    async def _look_for_nobody(self, env: Environment, username: str) -> None:
        for key in env.directory_order:
            remote = None if key == LOCAL else self._remote(env, key)
            if remote is not None:
                with suppress(UnavailableError):
                    await remote.find_by_username(username)

    def _remotes(self, env: Environment) -> Iterator[Remote]:
        for key in env.directories:
            remote = self._remote(env, key)
            if remote is not None:
                yield remote

    def _remote(self, env: Environment, key: str) -> Remote | None:
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

    def _take_over(self, env: Environment, before: _Opened | None) -> _Opened:
        """Keep open what is configured as it was, and end the rest."""
        opened = self._opened[env.id] = _Opened(env)
        for key, remote in ({} if before is None else before.by_key).items():
            if remote.configured == env.directories.get(key):
                opened.by_key[key] = remote
            else:
                remote.retire()
        return opened


def _not_kept_here(user: User) -> OAuthError:
    return OAuthError(
        OAuthCode.INVALID_REQUEST,
        "The user is kept in another directory and can only be changed there.",
        directory=user.directory,
    )
