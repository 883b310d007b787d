"""Letting devices in: codes that people type are looked up, and what they say is kept."""

from dataclasses import dataclass

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import TooManyAttemptsError, UnavailableError
from ostiary.core.base.ids import ClientId, HandleKey, SessionId
from ostiary.core.base.user_codes import read_user_code
from ostiary.core.model.audit.devices import DeviceRequestDecided, UserCodeRefused
from ostiary.core.model.device_request import (
    DEVICE_GRANT,
    DeviceApproval,
    DeviceDecision,
    DeviceRequest,
)
from ostiary.core.model.environment import Environment
from ostiary.core.model.session import Authentication
from ostiary.core.ports.device_requests import DeviceRequests
from ostiary.core.ports.events import Events
from ostiary.core.ports.limiter import Limiter


def mark_of(env: Environment, code: str) -> bytes:
    """Return what is kept of a user code: so few letters could be tried out on a bare hash."""
    return env.client_secrets.mark("user code", code)


@dataclass(frozen=True, slots=True)
class DeviceApprovals:
    """Finds what a code is of, and decides it for somebody who has signed on."""

    device_requests: DeviceRequests
    limiter: Limiter
    events: Events
    clock: Clock

    async def find(
        self,
        env: Environment,
        typed: str,
        by: Authentication,
        address: str,
        *,
        only: ClientId | None = None,
    ) -> DeviceRequest | None:
        """Return what somebody may decide by a code; wrong ones are counted.

        What can be no code at all says nothing about any, and does not count.
        Spec: RFC 8628 §5.1.
        Args:
            address: of whoever typed it.
            only: whose codes alone are right here; another client's is as wrong as any.
        Raises: TooManyAttemptsError, UnavailableError.
        """
        code = read_user_code(typed)
        if code is None:
            return None
        guesses = (
            ("user code", address),
            ("user code of", by.user_id),
            ("user code of anybody", ""),
        )
        self._check(env, guesses)
        # Counted before anything is looked up: guesses at the same time are all counted.
        self.limiter.count(env, *guesses)
        try:
            now = self.clock.now()
            found = await self.device_requests.find_open(env, mark_of(env, code), now=now)
        except UnavailableError:
            self.limiter.forgive(env, *guesses)
            raise
        if found is not None and only in {None, found.client_id} and _is_open(env, found):
            self.limiter.forgive(env, *guesses)
            return found
        self.events.emit(UserCodeRefused(env.id, by.user_id, address))
        return None

    async def approve(
        self,
        env: Environment,
        request: DeviceRequest,
        by: Authentication,
        *,
        session_id: SessionId | None,
        address: str,
    ) -> bool:
        """Let a device in, and tell whether that could still be decided.

        Stores: the decision. Raises: UnavailableError.
        """
        approval = DeviceApproval(by.user_id, by, session_id)
        return await self._decide(env, request, approval, by, address)

    async def deny(
        self, env: Environment, request: DeviceRequest, by: Authentication, address: str
    ) -> bool:
        """Refuse a device, and tell whether that could still be decided.

        Stores: the decision. Raises: UnavailableError.
        """
        return await self._decide(env, request, None, by, address)

    async def find_by_key(self, env: Environment, key: HandleKey) -> DeviceRequest | None:
        """Return a request that was found before, if it can still be decided.

        Raises: UnavailableError.
        """
        now = self.clock.now()
        found = await self.device_requests.find(env, key, now=now)
        is_undecided = found is not None and found.decision is None and found.expires_at > now
        return found if found is not None and is_undecided and _is_open(env, found) else None

    async def _decide(
        self,
        env: Environment,
        request: DeviceRequest,
        approval: DeviceApproval | None,
        by: Authentication,
        address: str,
    ) -> bool:
        now = self.clock.now()
        decision = DeviceDecision(now, approval)
        if not await self.device_requests.decide(env, request.key, decision, now=now):
            return False
        self.events.emit(
            DeviceRequestDecided(
                env.id,
                request.client_id,
                by.user_id,
                approval is not None,
                str(request.scopes),
                address,
                request.address,
            )
        )
        return True

    def _check(self, env: Environment, guesses: tuple[tuple[str, ...], ...]) -> None:
        try:
            self.limiter.check(env, *guesses)
        except TooManyAttemptsError as error:
            raise TooManyAttemptsError(
                "Too many wrong codes were typed; wait before the next one.",
                retry_after_seconds=error.retry_after_seconds,
            ) from error


def _is_open(env: Environment, request: DeviceRequest) -> bool:
    """Tell whether the client may still have what it asked for."""
    client = env.clients.get(request.client_id)
    if client is None or not client.enabled or DEVICE_GRANT not in client.grant_types:
        return False
    return request.scopes.is_subset_of(client.scopes)
