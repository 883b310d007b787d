"""device_code: a program without a browser asks whether somebody has let it in."""

from dataclasses import dataclass
from typing import ClassVar

from msgspec.structs import replace

from ostiary.core.base.clock import Clock
from ostiary.core.base.errors import (
    DeviceDeniedError,
    OAuthCode,
    OAuthError,
    TooManyAttemptsError,
)
from ostiary.core.base.ids import HandleKey, handle_key
from ostiary.core.base.params import Params
from ostiary.core.grants.contract import Sender
from ostiary.core.grants.narrowing import narrow_scopes
from ostiary.core.grants.refusals import invalid_grant
from ostiary.core.model.authorization import Authorization, Granted, Person
from ostiary.core.model.client import Client
from ostiary.core.model.device_request import (
    DEVICE_GRANT,
    DEVICE_USE,
    DeviceApproval,
    DeviceRequest,
)
from ostiary.core.model.environment import Environment
from ostiary.core.model.token import Redemption
from ostiary.core.model.user import User
from ostiary.core.ports.device_requests import DeviceRequests
from ostiary.core.ports.limiter import Limiter
from ostiary.core.tokens.gate import Gate
from ostiary.core.tokens.granting import is_refreshable, mint_persistent_id
from ostiary.core.tokens.user_claims import subject_of

CHARACTERS = 42
"""As long as PingFederate's. Six say when it was minted; the others carry 214 bits."""
STEP_SECONDS = 5
"""Whoever asks too early has to wait so much longer each time (RFC 8628 §3.5)."""
TOLERANCE_SECONDS = 0.5
GRACE_SECONDS = 60.0
"""Who was let in at the last moment may still come for the tokens."""


@dataclass(frozen=True, slots=True)
class DeviceCodeGrant:
    """Spec: RFC 8628 §3.4, §3.5."""

    device_requests: DeviceRequests
    limiter: Limiter
    gate: Gate
    clock: Clock
    grant_type: ClassVar[str] = DEVICE_GRANT

    async def authorize(
        self, env: Environment, client: Client, params: Params, sender: Sender
    ) -> Authorization:
        """Grant what somebody allowed the device, or say that nobody has said anything yet.

        Stores: that the device has asked, while nobody has.
        Raises: OAuthError authorization_pending, slow_down, expired_token, access_denied,
            invalid_grant, invalid_scope; TooManyAttemptsError, UnavailableError.
        """
        request = await self._find(env, client, params)
        decision = request.decision
        if decision is None:
            raise await self._waiting(env, request)
        if decision.approval is None:
            raise DeviceDeniedError
        if max(request.expires_at, decision.decided_at + GRACE_SECONDS) <= self.clock.now():
            raise _expired()
        scopes = narrow_scopes(client, request.scopes, params)
        user = await self._find_user(env, client, decision.approval)
        wants_refresh = is_refreshable(env, client, request.scopes)
        return Authorization(
            grant_type=self.grant_type,
            client=client,
            scopes=scopes,
            subject=subject_of(env, user),
            resources=request.resources,
            redeems=(Redemption(DEVICE_USE, request.key, request.kept_until),),
            manager_id=request.manager_id,
            person=_person(env, client, user, decision.approval),
            grant_id=mint_persistent_id(self.clock.now()) if wants_refresh else None,
            wants_refresh=wants_refresh,
            granted=Granted(request.scopes, request.resources),
        )

    async def _find(self, env: Environment, client: Client, params: Params) -> DeviceRequest:
        code = params.get("device_code")
        key = key_of_device_code(code)
        if key is None:
            raise invalid_grant("it can be no device code")
        request = await self.device_requests.find(env, key, now=self.clock.now())
        if request is None:
            raise invalid_grant("the device code is unknown")
        if request.client_id != client.client_id:
            raise invalid_grant("the device code is another client's")
        self._count(env, key)
        return request

    def _count(self, env: Environment, key: HandleKey) -> None:
        """Refuse a device that asks all the time.

        Codes that are none are not counted: so many can be made up that other counts get lost.
        """
        asking = ("device code", key.hex())
        try:
            self.limiter.check(env, asking)
        except TooManyAttemptsError as error:
            raise TooManyAttemptsError(
                "The device asks far too often; wait before the next time.",
                retry_after_seconds=error.retry_after_seconds,
            ) from error
        self.limiter.count(env, asking)

    async def _waiting(self, env: Environment, request: DeviceRequest) -> OAuthError:
        now = self.clock.now()
        if request.expires_at <= now:
            return _expired()
        is_early = await self.device_requests.poll(
            env, request.key, now=now, tolerance_seconds=TOLERANCE_SECONDS, step=STEP_SECONDS
        )
        if is_early:
            return OAuthError(
                OAuthCode.SLOW_DOWN, "The device asks too often; wait five seconds longer."
            )
        return OAuthError(
            OAuthCode.AUTHORIZATION_PENDING, "Nobody has let the device in yet; ask again later."
        )

    async def _find_user(self, env: Environment, client: Client, approval: DeviceApproval) -> User:
        """Return the user, who must not have signed off before the device came for its tokens."""
        user = await self.gate.find_user(
            env,
            client.client_id,
            approval.user_id,
            approval.authentication,
            session_id=approval.session_id,
        )
        if user is None:
            raise invalid_grant("the user or the session is no longer there")
        return user


def key_of_device_code(presented: str) -> HandleKey | None:
    """Return the key under which a device request is kept, or None for what can be no code."""
    if len(presented) != CHARACTERS or not presented.isascii() or not presented.isalnum():
        return None
    return handle_key(presented)


def _person(env: Environment, client: Client, user: User, approval: DeviceApproval) -> Person:
    """Return the user without the session: a device is not where its user signed on.

    Signing off in that browser afterwards leaves the device alone; the page of one's account does
    not.
    """
    policy = env.policies.get(client.policy or env.default_policy)
    context = None if policy is None else policy.context
    return Person(user, subject_of(env, user), replace(approval.authentication, context=context))


def _expired() -> OAuthError:
    return OAuthError(OAuthCode.EXPIRED_TOKEN, "The device code is over; begin once more.")
