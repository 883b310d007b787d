"""Users and attempts of the memory store; nothing here ever suspends."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.memory_authenticators import MemoryAuthenticators
from ostiary.adapters.stores.user_records import from_body, to_row
from ostiary.core.base.ids import EnvironmentId, UserId
from ostiary.core.base.mail_addresses import address_key
from ostiary.core.base.usernames import UsernameKey
from ostiary.core.model.environment import Environment
from ostiary.core.model.password_policy import Failures, Standing
from ostiary.core.model.user import User
from ostiary.core.ports.users import Attempt, UserChangedError, UsernameTakenError

FAULT_POINTS = (
    "memory.users.find",
    "memory.users.find_by_name",
    "memory.users.select",
    "memory.users.scan",
    "memory.users.select_by_address",
    "memory.users.count",
    "memory.users.create",
    "memory.users.save",
    "memory.users.delete",
    "memory.attempts.begin",
    "memory.attempts.clear",
    "memory.attempts.find_failures",
    "memory.attempts.unlock",
)
Place = tuple[EnvironmentId, str]
Kept = tuple[str, int, bytes, str | None]
"""Key of the username, version, body, key of the e-mail address."""
Counted = tuple[EnvironmentId, str, str]
Tried = tuple[EnvironmentId, bytes, str]


class MemoryUsers:
    """Implements the `Users` port with dictionaries."""

    def __init__(self, reach: Reach, authenticators: MemoryAuthenticators) -> None:
        self._reach = reach
        self._authenticators = authenticators
        self._bodies: dict[Place, Kept] = {}
        self._ids: dict[Place, str] = {}
        self._by_address: dict[Place, frozenset[str]] = {}

    async def find(self, env: Environment, user_id: UserId) -> User | None:
        self._reach("memory.users.find")
        return self.read(env, user_id)

    def read(self, env: Environment, user_id: UserId) -> User | None:
        """Return a user for who reads something else of the store with it."""
        kept = self._bodies.get((env.id, user_id))
        return None if kept is None else from_body(kept[2])

    async def find_by_name(self, env: Environment, key: UsernameKey) -> User | None:
        self._reach("memory.users.find_by_name")
        user_id = self._ids.get((env.id, key))
        return None if user_id is None else from_body(self._bodies[env.id, user_id][2])

    async def select(
        self, env: Environment, *, after: UsernameKey | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        self._reach("memory.users.select")
        keys = sorted(
            key for place, key in self._ids if place == env.id and (after is None or key > after)
        )
        bodies = (self._bodies[env.id, self._ids[env.id, key]][2] for key in keys[:limit])
        return tuple(map(from_body, bodies))

    async def scan(
        self, env: Environment, *, after: UserId | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        self._reach("memory.users.scan")
        ids = sorted(
            id for place, id in self._bodies if place == env.id and (after is None or id > after)
        )
        return tuple(from_body(self._bodies[env.id, id][2]) for id in ids[:limit])

    async def select_by_address(
        self, env: Environment, address: str, *, after: UserId | None = None, limit: int = 100
    ) -> tuple[User, ...]:
        self._reach("memory.users.select_by_address")
        holders = self._by_address.get((env.id, address_key(address)), ())
        ids = sorted(id for id in holders if after is None or id > after)
        return tuple(from_body(self._bodies[env.id, id][2]) for id in ids[:limit])

    async def count(self, env: Environment) -> int:
        self._reach("memory.users.count")
        return sum(place == env.id for place, _ in self._bodies)

    async def create(self, env: Environment, users: Sequence[User]) -> None:
        bodies: dict[Place, Kept] = {}
        ids: dict[Place, str] = {}
        for user in users:
            user_id, key, version, body, address = to_row(user)
            place, name = (env.id, user_id), (env.id, key)
            if {place} & {*self._bodies, *bodies} or {name} & {*self._ids, *ids}:
                raise UsernameTakenError(user.username)
            bodies[place], ids[name] = (key, version, body, address), user_id
        self._reach("memory.users.create")
        self._bodies |= bodies
        self._ids |= ids
        for (_, user_id), kept in bodies.items():
            self._add_address(env, user_id, kept)

    async def save(self, env: Environment, user: User, *, expected_version: int) -> User:
        changed = replace(user, version=expected_version + 1)
        user_id, key, version, body, address = to_row(changed)
        kept = self._bodies.get((env.id, user_id))
        if kept is None or kept[1] != expected_version:
            raise UserChangedError
        if self._ids.get((env.id, key), user_id) != user_id:
            raise UsernameTakenError(user.username)
        self._reach("memory.users.save")
        del self._ids[env.id, kept[0]]
        self._ids[env.id, key] = user_id
        self._remove_address(env, user_id, kept)
        self._bodies[env.id, user_id] = now_kept = key, version, body, address
        self._add_address(env, user_id, now_kept)
        return changed

    async def delete(self, env: Environment, user_id: UserId) -> bool:
        self._reach("memory.users.delete")
        self._authenticators.remove_of_user(env, user_id)
        kept = self._bodies.pop((env.id, user_id), None)
        if kept is not None:
            del self._ids[env.id, kept[0]]
            self._remove_address(env, user_id, kept)
        return kept is not None

    def _add_address(self, env: Environment, user_id: str, kept: Kept) -> None:
        if (address := kept[3]) is not None:
            holders = self._by_address.get((env.id, address), frozenset())
            self._by_address[env.id, address] = holders | {user_id}

    def _remove_address(self, env: Environment, user_id: str, kept: Kept) -> None:
        if (address := kept[3]) is not None:
            holders = self._by_address.pop((env.id, address)) - {user_id}
            if holders:
                self._by_address[env.id, address] = holders


class MemoryAttempts:
    """Implements the `PasswordAttempts` port with dictionaries."""

    def __init__(self, reach: Reach, users: MemoryUsers) -> None:
        self._reach = reach
        self._users = users
        self.failures: dict[Counted, tuple[float, Failures]] = {}
        self.trials: dict[Tried, float] = {}

    async def begin(self, env: Environment, attempt: Attempt, *, now: float) -> Standing:
        self._reach("memory.attempts.begin")
        place = (env.id, attempt.subject, attempt.device)
        others = sum(
            key[:2] == (env.id, attempt.mark) and key[2] != attempt.subject and expires_at > now
            for key, expires_at in self.trials.items()
        )
        standing = env.lockout.admit(
            self._kept(place, now), others=others, now=now, is_known_device=bool(attempt.device)
        )
        if standing.is_admitted:
            over = env.lockout.expires_at(standing.failures, now=now)
            self.failures[place] = over, standing.failures
            tried = (env.id, attempt.mark, attempt.subject)
            self.trials[tried] = now + env.lockout.spray_seconds
        return standing

    async def fail(self, env: Environment, attempt: Attempt, *, now: float) -> None:
        """Do nothing: it lasts from its beginning."""

    async def clear(self, env: Environment, attempt: Attempt, *, replaces: User | None) -> None:
        self._reach("memory.attempts.clear")
        if replaces is not None:
            with suppress(UserChangedError):
                await self._users.save(env, replaces, expected_version=replaces.version)
        self.failures.pop((env.id, attempt.subject, attempt.device), None)
        self.trials.pop((env.id, attempt.mark, attempt.subject), None)

    async def find_failures(self, env: Environment, subject: str, *, now: float) -> Failures:
        self._reach("memory.attempts.find_failures")
        return self._kept((env.id, subject, ""), now)

    async def unlock(self, env: Environment, subject: str) -> None:
        self._reach("memory.attempts.unlock")
        for place in [place for place in self.failures if place[:2] == (env.id, subject)]:
            del self.failures[place]

    def _kept(self, place: Counted, now: float) -> Failures:
        expires_at, failures = self.failures.get(place, (now, Failures()))
        return failures if expires_at > now else Failures()
