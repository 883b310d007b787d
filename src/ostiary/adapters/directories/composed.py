"""All directories of an environment as one: the users in the store, and those kept elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ostiary.adapters.directories.local import LocalDirectory
from ostiary.adapters.directories.lookups import NOBODY, Kind, Lookup, all_of, asked_for, rivals
from ostiary.adapters.directories.remotes import Open, Remotes
from ostiary.adapters.steady_pace import SteadyPace
from ostiary.core.base.errors import OAuthCode, OAuthError, UnavailableError
from ostiary.core.base.ids import UserId
from ostiary.core.base.usernames import UsernameKey, UsernameRefusedError, check_username
from ostiary.core.crypto.passwords import PasswordCheck
from ostiary.core.model.environment import Environment
from ostiary.core.model.ldap_directory import LOCAL
from ostiary.core.model.user import User
from ostiary.core.ports.directory import FailedAttempt
from ostiary.core.ports.events import Events
from ostiary.core.ports.users import UserChangedError, UserPage

T = TypeVar("T")


@dataclass(slots=True)
class ComposedDirectory:
    """Implements the `Directory` port for users wherever they are kept.

    An environment that has users in the store alone pays one look for it.
    """

    local: LocalDirectory
    events: Events
    open: Open
    pace: SteadyPace = field(default_factory=SteadyPace)
    _remotes: Remotes = field(init=False)

    def __post_init__(self) -> None:
        self._remotes = Remotes(self.events, self.open)

    async def find(
        self, env: Environment, user_id: UserId, *, kept_in: str | None = None
    ) -> User | None:
        """Return the user of that id.

        While a directory is out of order, those after it are not believed: it might know the id.
        """
        user = await self.local.find(env, user_id)
        if user is not None or not env.directories:
            return user
        for key in env.directories if kept_in is None else (kept_in,):
            remote = self._remotes.find(env, key)
            user = None if remote is None else await remote.find(user_id)
            if user is not None:
                return user
        return None

    async def find_by_username(
        self,
        env: Environment,
        username: str,
        *,
        among: tuple[str, ...] = (),
        everywhere: bool = False,
    ) -> User | None:
        if not env.directories:
            return await self.local.find_by_username(env, username)
        if not _may_be_a_name(username):
            return None
        chain = _chain(env, among)
        user: User | None = None
        failures: list[UnavailableError] = []
        for key in chain:
            # After a failure nobody is believed any more, and the rest is asked all the same: how
            # long an answer takes must not depend on it.
            if user is None and not failures:
                user = await _noting(failures, self._find_in(env, chain, key, username))
            elif everywhere or failures:
                asked = Lookup(key, Kind.NAME)
                await _noting(failures, self._ask(env, asked, NOBODY, username))
        if failures:
            raise failures[0]
        return user

    async def check_password(
        self, env: Environment, user: User | None, password: str
    ) -> PasswordCheck:
        """Try a password where its user is kept.

        A hash is computed here for whoever fails elsewhere: see `even_out`. And trying a password
        there takes a beat: a directory has more to do for somebody's wrong one than for nobody's,
        it computes a hash, too, and writes the failure down.
        """
        remote = self._remotes.find(env, user.directory) if user and user.directory else None
        if remote is None:
            is_kept_here = user is None or not user.directory
            return await self.local.check_password(env, user if is_kept_here else None, password)
        try:
            entered = _time()
            check = await remote.check_password(user, password)
        except UnavailableError:
            await self.local.check_password(env, None, password)
            raise
        if not check.is_right:
            asked = _time()
            await self.local.check_password(env, None, password)
            await self.pace.rest(entered + _time() - asked)
        return check

    async def even_out(self, env: Environment, failed: FailedAttempt) -> None:
        """Ask the directories whatever this attempt has not asked them.

        All of them are asked though one is out of order: else the time would tell which ones an
        attempt has reached.
        """
        if not env.directories or not _may_be_a_name(failed.username):
            return
        chain = _chain(env, failed.among)
        asked = asked_for(env, chain, failed.user, is_compared=failed.is_compared)
        failures: list[UnavailableError] = []
        for lookup in all_of(env, chain):
            if lookup in asked:
                continue
            if lookup.kind is Kind.TRIAL:
                await _noting(failures, self._try_nobody(env, lookup.place, failed.password))
            else:
                await _noting(failures, self._ask(env, lookup, NOBODY, failed.username))
        if failures:
            raise failures[0]

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
        remote = self._remotes.find(env, user.directory)
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
        self._remotes.close()

    async def _find_in(
        self, env: Environment, chain: Sequence[str], key: str, username: str
    ) -> User | None:
        if key == LOCAL:
            return await self.local.find_by_username(env, username)
        remote = self._remotes.find(env, key)
        user = None if remote is None else await remote.find_by_username(username.strip())
        if user is None:
            return None
        # All of them are asked, whatever the first says.
        found = [
            await self._ask(env, each, user.id, user.username) for each in rivals(env, chain, key)
        ]
        return None if any(found) else user

    async def _ask(self, env: Environment, lookup: Lookup, user_id: UserId, username: str) -> bool:
        """Tell whether a directory knows an id or a name."""
        is_by_id = lookup.kind is Kind.ID
        if lookup.place == LOCAL:
            if is_by_id:
                return await self.local.find(env, user_id) is not None
            return await self.local.find_by_username(env, username) is not None
        remote = self._remotes.find(env, lookup.place)
        if remote is None:
            return False
        if is_by_id:
            return await remote.find(user_id) is not None
        return await remote.find_by_username(username.strip()) is not None

    async def _try_nobody(self, env: Environment, key: str, password: str) -> None:
        remote = self._remotes.find(env, key)
        if remote is not None:
            entered = _time()
            await remote.check_password(None, password)
            await self.pace.rest(entered)


def _time() -> float:
    return asyncio.get_running_loop().time()


def _chain(env: Environment, among: tuple[str, ...]) -> tuple[str, ...]:
    keys = among or env.directory_order
    return tuple(key for key in keys if key == LOCAL or key in env.directories)


def _may_be_a_name(username: str) -> bool:
    try:
        check_username(username)
    except UsernameRefusedError:
        return False
    return True


async def _noting(failures: list[UnavailableError], asking: Awaitable[T]) -> T | None:
    """Return what comes of asking a directory, or None and a failure more."""
    try:
        return await asking
    except UnavailableError as error:
        failures.append(error)
        return None


def _not_kept_here(user: User) -> OAuthError:
    return OAuthError(
        OAuthCode.INVALID_REQUEST,
        "The user is kept in another directory and can only be changed there.",
        directory=user.directory,
    )
