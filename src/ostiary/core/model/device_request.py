"""Device requests: what a program without a browser asked for, and what somebody said to it.

Spec: RFC 8628.
"""

import msgspec

from ostiary.core.base.ids import ClientId, HandleKey, SessionId, UserId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.session import Authentication

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
DEVICE_USE = "device_code"
"""Kind of the redemptions that spend approved device requests."""


class DeviceApproval(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who lets a device in, and how it was known who that is.

    Args: session_id: in which it was approved, and which must not have ended before its tokens.
    """

    user_id: UserId
    authentication: Authentication
    session_id: SessionId | None = None


class DeviceDecision(msgspec.Struct, frozen=True, omit_defaults=True):
    """What somebody said to a device request.

    Args: approval: None where it was denied.
    """

    decided_at: float
    approval: DeviceApproval | None = None


class WaitingDevices(msgspec.Struct, frozen=True):
    """How many requests somebody could decide now: of a whole environment, and of one client."""

    in_all: int
    of_client: int


class DeviceRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request. Times are seconds since the epoch.

    Args:
        key: of the device code.
        user_code: a keyed hash of the code that a person types.
        expires_at: nobody can decide it afterwards.
        kept_until: so long its device is told what has become of it.
        interval_seconds: so far apart its device has to ask.
        address: of whoever began it.
        manager_id, resources: what its tokens are for, as `Authorization` has it.
        decision: None while nobody has said anything.
    """

    key: HandleKey
    user_code: bytes
    client_id: ClientId
    scopes: ScopeSet
    created_at: float
    expires_at: float
    kept_until: float
    interval_seconds: int
    address: str = ""
    manager_id: str | None = None
    resources: tuple[str, ...] = ()
    decision: DeviceDecision | None = None
