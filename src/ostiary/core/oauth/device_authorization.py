"""Device authorization: codes for a program whose user signs on elsewhere."""

from dataclasses import dataclass

import msgspec

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import OAuthCode, OAuthError, ProtocolError, TooManyAttemptsError
from ostiary.core.base.ids import ClientId, HandleKey, handle_key, mint_handle
from ostiary.core.base.params import Params
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.base.user_codes import (
    LONG_CHARACTERS,
    SHORT_CHARACTERS,
    mint_user_code,
    write_user_code,
)
from ostiary.core.clientauth.contract import Presented
from ostiary.core.grants.device_code import CHARACTERS
from ostiary.core.model.audit.devices import DeviceRequestBegun
from ostiary.core.model.authorization_request import (
    AuthorizationRequest,
    DeviceWish,
    ResponseMode,
)
from ostiary.core.model.client import Client
from ostiary.core.model.device_request import DEVICE_GRANT, DeviceRequest, WaitingDevices
from ostiary.core.model.environment import Environment
from ostiary.core.model.own_pages import OWN_PAGES
from ostiary.core.oauth.client_authentication import ClientAuthentication
from ostiary.core.oauth.refusals import describe_refusal
from ostiary.core.ports.device_requests import DeviceRequests
from ostiary.core.ports.events import Events
from ostiary.core.ports.limiter import Limiter
from ostiary.core.signon.device_approvals import mark_of
from ostiary.core.tokens.requested_scopes import resolve_scopes
from ostiary.core.tokens.targets import TokenTarget, choose_audiences, choose_manager

MAX_WITH_SHORT_CODES = 800
"""While so many wait, further ones get longer codes: so few short ones are never worth guessing."""
MAX_OPEN = 10_000
MAX_OPEN_OF_CLIENT = 2000
"""So many of one client wait at most: whoever begins devices in its name stops no other client."""
KEPT_SECONDS = 600
"""So long after its time a device is told that it is over."""
_ATTEMPTS = 4
CONNECTED = "connected"
"""What comes back to the page of devices when one was let in."""
_MAX_TYPED = 64


class StartedDevice(msgspec.Struct, frozen=True):
    """What a device gets: one code for itself, one to be shown."""

    device_code: str
    user_code: str
    expires_in: int
    interval_seconds: int

    def __repr__(self) -> str:
        return "StartedDevice(…)"


@dataclass(frozen=True, slots=True)
class DeviceAuthorization:
    """Answers device authorization requests."""

    clients: ClientAuthentication
    device_requests: DeviceRequests
    limiter: Limiter
    events: Events
    clock: Clock

    async def respond(
        self, env: Environment, params: Params, presented: Presented, target: TokenTarget
    ) -> StartedDevice:
        """Return the codes that a request earns.

        Spec: RFC 8628 §3.1, §3.2.
        Stores: the request. Raises: OAuthError, RetryLaterError.
        """
        client: Client | None = None
        try:
            client = await self.clients.authenticate(env, params, presented, may_be_open=True)
            return await self._begin(env, client, params, presented.address, target)
        except ProtocolError as error:
            refusal = describe_refusal(env, "device", error, client=client, presented=presented)
            self.events.emit(refusal)
            raise

    async def _begin(
        self, env: Environment, client: Client, params: Params, address: str, target: TokenTarget
    ) -> StartedDevice:
        if DEVICE_GRANT not in client.grant_types:
            raise OAuthError(
                OAuthCode.UNAUTHORIZED_CLIENT, "This client may not use this grant_type."
            )
        scopes = resolve_scopes(client, params)
        manager = choose_manager(env, client, target)
        choose_audiences(env, manager, scopes, target.resources)
        self._count(env, client, address)
        started = await self._store(env, client, scopes, target, address)
        self.events.emit(DeviceRequestBegun(env.id, client.client_id, str(scopes), address))
        return started

    def _count(self, env: Environment, client: Client, address: str) -> None:
        caller = ("device", client.client_id, address)
        try:
            self.limiter.check(env, caller)
        except TooManyAttemptsError as error:
            raise _too_many(error.retry_after_seconds) from error
        self.limiter.count(env, caller)

    async def _store(
        self, env: Environment, client: Client, scopes: ScopeSet, target: TokenTarget, address: str
    ) -> StartedDevice:
        now = self.clock.now()
        characters = await self._choose_length(env, client, now)
        expires_at = now + client.device.lifetime_seconds
        for _ in range(_ATTEMPTS):
            code, user_code = mint_handle(CHARACTERS, now), mint_user_code(characters)
            request = DeviceRequest(
                key=_key(code),
                user_code=mark_of(env, user_code),
                client_id=client.client_id,
                scopes=scopes,
                created_at=now,
                expires_at=expires_at,
                kept_until=expires_at + KEPT_SECONDS,
                interval_seconds=client.device.interval_seconds,
                address=address,
                manager_id=target.manager_id,
                resources=target.resources,
            )
            if await self.device_requests.start(env, request):
                return StartedDevice(
                    code,
                    write_user_code(user_code),
                    client.device.lifetime_seconds,
                    client.device.interval_seconds,
                )
        raise _too_many(client.device.interval_seconds)

    async def _choose_length(self, env: Environment, client: Client, now: float) -> int:
        """Return how long a user code has to be now, or refuse to have more devices wait."""
        waiting = await self.device_requests.count_open(
            env, client.client_id, now=now, limit=MAX_OPEN
        )
        _check_waiting(client, waiting)
        return SHORT_CHARACTERS if waiting.in_all < MAX_WITH_SHORT_CODES else LONG_CHARACTERS


def _check_waiting(client: Client, waiting: WaitingDevices) -> None:
    """Refuse another device where too many wait, which anybody can bring about for one client."""
    seconds = client.device.interval_seconds
    if waiting.in_all >= MAX_OPEN:
        raise _too_many(seconds)
    if waiting.of_client >= MAX_OPEN_OF_CLIENT:
        raise TooManyAttemptsError(
            "Too many devices of this client wait; let some in, or wait until they are over.",
            retry_after_seconds=seconds,
        )


def lets_devices_in(env: Environment, only: ClientId | None) -> bool:
    """Tell whether anybody can let a device in, or a device of one client."""
    if only is None:
        return env.lets_devices_in
    client = env.clients.get(only)
    return client is not None and client.enabled and DEVICE_GRANT in client.grant_types


def request_device_page(
    path: str | None, user_code: str, *, only: ClientId | None = None
) -> AuthorizationRequest:
    """Return what the page of devices asks for, so that somebody signs on and lets one in.

    Args:
        path: where the flow ends; None where its states are all that is wanted.
        only: whose devices alone are let in; None for any client's.
    """
    return AuthorizationRequest(
        client_id=OWN_PAGES,
        redirect_uri=path,
        response_types=("none",),
        response_mode=ResponseMode.PI_FLOW if path is None else ResponseMode.QUERY,
        scopes=ScopeSet(),
        state=None if path is None else CONNECTED,
        device=DeviceWish(user_code[:_MAX_TYPED], only=only),
    )


def _key(code: str) -> HandleKey:
    key = handle_key(code)
    if key is None:
        raise ValueError("the clock is past the year 2106: handles cannot carry its time")
    return key


def _too_many(retry_after_seconds: int) -> TooManyAttemptsError:
    return TooManyAttemptsError(
        "Too many devices were begun; wait before the next one.",
        retry_after_seconds=retry_after_seconds,
    )
