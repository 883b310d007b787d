"""The local directory: users in the store, their passwords hashed here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ostiary.adapters.directories.user_search import count_by_population, search
from ostiary.core.base.ids import UserId
from ostiary.core.base.usernames import UsernameKey, UsernameRefusedError, username_key
from ostiary.core.crypto.passwords import PasswordCheck
from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User, UserPassword
from ostiary.core.ports.directory import FailedAttempt
from ostiary.core.ports.password_hashing import PasswordHashing
from ostiary.core.ports.users import UserPage, Users


@dataclass(frozen=True, slots=True)
class LocalDirectory:
    """Implements the `Directory` port on the ports `Users` and `PasswordHashing`."""

    users: Users
    hashing: PasswordHashing

    async def find(
        self, env: Environment, user_id: UserId, *, kept_in: str | None = None
    ) -> User | None:
        return await self.users.find(env, user_id)

    async def find_by_username(
        self,
        env: Environment,
        username: str,
        *,
        among: tuple[str, ...] = (),
        everywhere: bool = False,
    ) -> User | None:
        try:
            key = username_key(username)
        except UsernameRefusedError:
            return None
        return await self.users.find_by_name(env, key)

    async def check_password(
        self, env: Environment, user: User | None, password: str
    ) -> PasswordCheck:
        kept = user.password.hash if user is not None and user.password is not None else None
        return await self.hashing.check(kept, password)

    async def even_out(self, env: Environment, failed: FailedAttempt) -> None:
        """Do nothing: whoever fails has cost the same already."""

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
        max_age = env.passwords.max_age_seconds
        kept = UserPassword(
            await self.hashing.make_hash(password),
            changed_at=user.next_credential(now),
            must_change=must_change,
            expires_at=None if max_age is None else now + max_age,
            former=_former(env, user),
        )
        changed = replace(user, password=kept, updated_at=now, recovery_code=None)
        return await self.users.save(env, changed, expected_version=user.version)

    async def select(
        self, env: Environment, *, after: UsernameKey | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        return await self.users.select(env, after=after, limit=limit)

    async def search(
        self,
        env: Environment,
        *,
        matches: Callable[[User], bool] | None,
        address: str | None = None,
        after: UserId | None = None,
        limit: int = 100,
    ) -> UserPage:
        return await search(self.users, env, matches, address=address, after=after, limit=limit)

    async def count_by_population(self, env: Environment) -> Mapping[str, int]:
        return await count_by_population(self.users, env)

    async def create(self, env: Environment, users: Sequence[User]) -> None:
        await self.users.create(env, users)

    async def save(self, env: Environment, user: User) -> User:
        return await self.users.save(env, user, expected_version=user.version)

    async def delete(self, env: Environment, user_id: UserId) -> bool:
        return await self.users.delete(env, user_id)


def _former(env: Environment, user: User) -> tuple[str, ...]:
    """Return the hashes to be remembered when a user gets another password."""
    if user.password is None:
        return ()
    # The current one is the first that a new password is held against.
    return (user.password.hash, *user.password.former)[: max(0, env.passwords.history - 1)]
