"""What the core asks of a store about device requests, as in `core.ports.stores`."""

from typing import Protocol

from ostiary.core.base.ids import ClientId, HandleKey
from ostiary.core.model.device_request import DeviceDecision, DeviceRequest, WaitingDevices
from ostiary.core.model.environment import Environment


class DeviceRequests(Protocol):
    """Device requests, also for a while after they were decided or too late."""

    async def start(self, env: Environment, request: DeviceRequest) -> bool:
        """Keep a new request, durably, and tell whether its codes were free."""
        ...

    async def count_open(
        self, env: Environment, client_id: ClientId, *, now: float, limit: int
    ) -> WaitingDevices:
        """Count the requests that somebody could decide now; no more than `limit` are looked at."""
        ...

    async def find(self, env: Environment, key: HandleKey, *, now: float) -> DeviceRequest | None:
        """Return the request of a device code until its `kept_until`."""
        ...

    async def find_open(
        self, env: Environment, user_code: bytes, *, now: float
    ) -> DeviceRequest | None:
        """Return the request of a user code that nobody has decided, if it is not too late."""
        ...

    async def poll(
        self, env: Environment, key: HandleKey, *, now: float, tolerance_seconds: float, step: int
    ) -> bool:
        """Note that a device asks, and tell whether it did so too early.

        Whoever asks too early has to wait `step` seconds longer from then on.
        Args: tolerance_seconds: so much earlier is not too early; networks hasten and delay.
        """
        ...

    async def decide(
        self, env: Environment, key: HandleKey, decision: DeviceDecision, *, now: float
    ) -> bool:
        """Decide a request, durably; tell whether it was there to be decided, not too late.

        Of several who decide the same one, one does.
        """
        ...
