"""Codes, grants and consents of the memory store; nothing here ever suspends."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.memory_device_requests import MemoryDeviceRequests
from ostiary.adapters.stores.memory_users import MemoryUsers
from ostiary.adapters.stores.records import encode
from ostiary.adapters.stores.sign_on_records import (
    grant_row,
    mark_of_codes,
    to_code,
    to_consent,
    to_grant,
)
from ostiary.core.base.ids import ClientId, EnvironmentId, GrantId, HandleKey, SessionId, UserId
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Rotation
from ostiary.core.model.user import User
from ostiary.core.model.user_grant import CODE_USE, AuthorizationCode, Consent, UserGrant

FAULT_POINTS = (
    "memory.codes.find",
    "memory.user_grants.find",
    "memory.user_grants.find_by_family",
    "memory.user_grants.select_of_user",
    "memory.user_grants.revoke",
    "memory.user_grants.revoke_of_user",
    "memory.consents.find",
    "memory.consents.select_of_user",
)
Apply = Callable[[], object]
"""Does what was prepared, and cannot fail any more."""
RedemptionPlace = tuple[EnvironmentId, str, bytes]


class _Grant(NamedTuple):
    client_id: ClientId
    user_id: UserId
    session_id: SessionId | None
    family: bytes | None
    current: bytes | None
    refresh: bytes | None
    expires_at: float
    body: bytes


class MemoryCodes:
    """Implements the `AuthorizationCodes` port with a dictionary."""

    def __init__(
        self, reach: Reach, users: MemoryUsers, redeemed: dict[RedemptionPlace, float]
    ) -> None:
        self._reach = reach
        self._users = users
        self._redeemed = redeemed
        self.rows: dict[tuple[EnvironmentId, HandleKey], tuple[float, bytes]] = {}

    async def find(
        self, env: Environment, key: HandleKey, *, now: float
    ) -> tuple[AuthorizationCode, User | None] | None:
        self._reach("memory.codes.find")
        expires_at, body = self.rows.get((env.id, key), (now, b""))
        if expires_at <= now:
            return None
        code = to_code(body)
        return code, self._users.read(env, code.user_id)

    def spend(self, env: Environment, mark: bytes, first: bytes) -> None:
        """Spend the codes with that mark, from a key on."""
        for (owner, key), (kept_until, body) in self.rows.items():
            if owner == env.id and key >= first and mark in body:
                self._redeemed[owner, CODE_USE, key] = kept_until


class MemoryConsents:
    """Implements the `Consents` port with a dictionary."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self.rows: dict[tuple[EnvironmentId, UserId, ClientId], bytes] = {}

    async def find(self, env: Environment, user_id: UserId, client_id: ClientId) -> Consent | None:
        self._reach("memory.consents.find")
        body = self.rows.get((env.id, user_id, client_id))
        return None if body is None else to_consent(body)

    async def select_of_user(self, env: Environment, user_id: UserId) -> tuple[Consent, ...]:
        self._reach("memory.consents.select_of_user")
        places = sorted(place for place in self.rows if place[:2] == (env.id, user_id))
        return tuple(to_consent(self.rows[place]) for place in places)

    def putting(self, env: Environment, consent: Consent) -> Apply:
        """Prepare to keep a consent in the place of the one before."""
        place = (env.id, consent.user_id, consent.client_id)
        return partial(self.rows.__setitem__, place, encode(consent))


class MemoryUserGrants:
    """Implements the `UserGrants` port with a dictionary."""

    def __init__(
        self,
        reach: Reach,
        users: MemoryUsers,
        codes: MemoryCodes,
        consents: MemoryConsents,
        device_requests: MemoryDeviceRequests,
    ) -> None:
        self._reach = reach
        self._users = users
        self._codes = codes
        self._consents = consents
        self._device_requests = device_requests
        self.rows: dict[tuple[EnvironmentId, GrantId], _Grant] = {}
        self._ids: dict[tuple[EnvironmentId, bytes], GrantId] = {}
        """By the families of their refresh tokens."""

    async def find(self, env: Environment, grant_id: GrantId, *, now: float) -> UserGrant | None:
        self._reach("memory.user_grants.find")
        row = self.rows.get((env.id, grant_id))
        return None if row is None else _live(row, now)

    async def find_by_family(
        self, env: Environment, family: bytes, *, now: float
    ) -> tuple[UserGrant, User | None] | None:
        self._reach("memory.user_grants.find_by_family")
        grant_id = self._ids.get((env.id, family))
        grant = None if grant_id is None else _live(self.rows[env.id, grant_id], now)
        return None if grant is None else (grant, self._users.read(env, grant.user_id))

    async def select_of_user(
        self, env: Environment, user_id: UserId, *, now: float, limit: int
    ) -> tuple[UserGrant, ...]:
        self._reach("memory.user_grants.select_of_user")
        own = (row for place, row in self.rows.items() if place[0] == env.id)
        live = [row for row in own if row.user_id == user_id and row.expires_at > now]
        chosen = sorted(live, key=lambda row: row.expires_at, reverse=True)[:limit]
        return tuple(to_grant(row.body, row.refresh) for row in chosen)

    async def revoke(self, env: Environment, grant_id: GrantId) -> bool:
        self._reach("memory.user_grants.revoke")
        return self._revoke(env, grant_id)

    async def revoke_of_user(
        self,
        env: Environment,
        user_id: UserId,
        client_id: ClientId | None = None,
        *,
        codes_from: bytes = b"",
    ) -> int:
        self._reach("memory.user_grants.revoke_of_user")
        for place in list(self._consents.rows):
            if place[:2] == (env.id, user_id) and client_id in {None, place[2]}:
                del self._consents.rows[place]
        if client_id is not None:
            self._codes.spend(env, mark_of_codes(user_id, client_id), codes_from)
            self._device_requests.spend(env, user_id, client_id)
        return self.drop(
            env, lambda row: row.user_id == user_id and client_id in {None, row.client_id}
        )

    def drop(self, env: Environment, is_gone: Callable[[_Grant], bool]) -> int:
        """Revoke the grants that are meant, and return how many they are."""
        places = list(self.rows.items())
        gone = [place[1] for place, row in places if place[0] == env.id and is_gone(row)]
        for grant_id in gone:
            self._revoke(env, grant_id)
        return len(gone)

    def may_put(self, env: Environment, grants: tuple[UserGrant, ...]) -> bool:
        """Tell whether no id and no family of these is taken."""
        ids = {(env.id, grant.id) for grant in grants}
        rotating = [grant.refresh.family for grant in grants if grant.refresh is not None]
        families = {(env.id, family) for family in rotating}
        return (
            len(ids) == len(grants)
            and len(families) == len(rotating)
            and self.rows.keys().isdisjoint(ids)
            and self._ids.keys().isdisjoint(families)
        )

    def putting(self, env: Environment, grant: UserGrant) -> Apply:
        """Prepare to keep a new grant."""
        row = _Grant(*grant_row(env, grant)[2:])

        def apply() -> None:
            self.rows[env.id, grant.id] = row
            if row.family is not None:
                self._ids[env.id, row.family] = grant.id

        return apply

    def may_rotate(self, env: Environment, rotation: Rotation, now: float) -> bool:
        """Tell whether the grant is there with the refresh token that is to be spent."""
        row = self.rows.get((env.id, rotation.grant_id))
        return row is not None and row.current == rotation.expected and row.expires_at > now

    def rotating(self, env: Environment, rotation: Rotation) -> Apply:
        """Prepare to let the next refresh token take the place of the one before."""
        place, state = (env.id, rotation.grant_id), rotation.state
        row = self.rows[place]._replace(current=state.current, refresh=encode(state))
        return partial(self.rows.__setitem__, place, row)

    def _revoke(self, env: Environment, grant_id: GrantId) -> bool:
        row = self.rows.get((env.id, grant_id))
        if row is not None:
            self._remove((env.id, grant_id), row)
        return row is not None

    def prune(self, now: float) -> int:
        """Delete grants that are over, and return how many they were."""
        over = [(place, row) for place, row in self.rows.items() if row.expires_at <= now]
        for place, row in over:
            self._remove(place, row)
        return len(over)

    def _remove(self, place: tuple[EnvironmentId, GrantId], row: _Grant) -> None:
        del self.rows[place]
        if row.family is not None:
            del self._ids[place[0], row.family]


def _live(row: _Grant, now: float) -> UserGrant | None:
    return to_grant(row.body, row.refresh) if row.expires_at > now else None
