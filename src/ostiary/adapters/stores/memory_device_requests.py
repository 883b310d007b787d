"""Device requests of the memory store; nothing here ever suspends."""

from itertools import islice
from typing import NamedTuple

from ostiary.adapters.stores.backend import Reach
from ostiary.adapters.stores.device_records import approver_of, from_row, to_row
from ostiary.adapters.stores.records import encode
from ostiary.core.base.ids import ClientId, EnvironmentId, HandleKey, UserId
from ostiary.core.model.device_request import (
    DEVICE_USE,
    DeviceDecision,
    DeviceRequest,
    WaitingDevices,
)
from ostiary.core.model.environment import Environment

FAULT_POINTS = (
    "memory.device_requests.start",
    "memory.device_requests.count_open",
    "memory.device_requests.find",
    "memory.device_requests.find_open",
    "memory.device_requests.poll",
    "memory.device_requests.decide",
)


class _Row(NamedTuple):
    user_code: bytes
    client_id: ClientId
    open_until: float
    interval_seconds: int
    expires_at: float
    body: bytes
    polled_at: float = 0.0
    user_id: UserId | None = None
    decision: bytes | None = None

    def is_open(self, now: float) -> bool:
        return self.decision is None and self.open_until > now

    def read(self) -> DeviceRequest:
        return from_row(self.body, self.interval_seconds, self.decision)


class MemoryDeviceRequests:
    """Implements the `DeviceRequests` port with a dictionary."""

    def __init__(
        self, reach: Reach, redeemed: dict[tuple[EnvironmentId, str, bytes], float]
    ) -> None:
        self._reach = reach
        self._redeemed = redeemed
        self.rows: dict[tuple[EnvironmentId, HandleKey], _Row] = {}

    async def start(self, env: Environment, request: DeviceRequest) -> bool:
        row = _Row(*to_row(env, request)[2:])
        self._reach("memory.device_requests.start")
        taken = {(place[0], kept.user_code) for place, kept in self.rows.items()}
        if (env.id, request.key) in self.rows or (env.id, row.user_code) in taken:
            return False
        self.rows[env.id, request.key] = row
        return True

    async def count_open(
        self, env: Environment, client_id: ClientId, *, now: float, limit: int
    ) -> WaitingDevices:
        self._reach("memory.device_requests.count_open")
        own = (row for place, row in self.rows.items() if place[0] == env.id)
        found = list(islice((row.client_id for row in own if row.is_open(now)), limit))
        return WaitingDevices(len(found), found.count(client_id))

    async def find(self, env: Environment, key: HandleKey, *, now: float) -> DeviceRequest | None:
        self._reach("memory.device_requests.find")
        row = self.rows.get((env.id, key))
        return row.read() if row is not None and row.expires_at > now else None

    async def find_open(
        self, env: Environment, user_code: bytes, *, now: float
    ) -> DeviceRequest | None:
        self._reach("memory.device_requests.find_open")
        for place, row in self.rows.items():
            if place[0] == env.id and row.user_code == user_code and row.is_open(now):
                return row.read()
        return None

    async def poll(
        self, env: Environment, key: HandleKey, *, now: float, tolerance_seconds: float, step: int
    ) -> bool:
        self._reach("memory.device_requests.poll")
        row = self.rows.get((env.id, key))
        if row is None:
            return False
        is_early = row.polled_at + row.interval_seconds - tolerance_seconds > now
        interval = row.interval_seconds + (step if is_early else 0)
        self.rows[env.id, key] = row._replace(polled_at=now, interval_seconds=interval)
        return is_early

    async def decide(
        self, env: Environment, key: HandleKey, decision: DeviceDecision, *, now: float
    ) -> bool:
        self._reach("memory.device_requests.decide")
        row = self.rows.get((env.id, key))
        if row is None or not row.is_open(now):
            return False
        decided = row._replace(decision=encode(decision), user_id=approver_of(decision))
        self.rows[env.id, key] = decided
        return True

    def spend(self, env: Environment, user_id: UserId, client_id: ClientId) -> None:
        """Spend what a user has approved for a client."""
        for (owner, key), row in self.rows.items():
            if owner == env.id and (row.user_id, row.client_id) == (user_id, client_id):
                self._redeemed[owner, DEVICE_USE, key] = row.expires_at
