"""Device requests to keep in a store: the same number gives the same thing."""

import hashlib
from typing import Any

from ostiary.core.base.ids import ClientId, HandleKey, SessionId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.model.device_request import (
    DEVICE_USE,
    DeviceApproval,
    DeviceDecision,
    DeviceRequest,
)
from ostiary.core.model.session import Authentication
from ostiary.core.model.token import Redemption
from tests.support.stored_sign_on import make_user_id
from tests.support.stores import LATER, NOW

DENIED = DeviceDecision(NOW)


def make_device_request(number: int = 0, **overrides: Any) -> DeviceRequest:
    """Make a request that nobody has decided, with every field filled."""
    digest = hashlib.sha256(b"device %d" % number).digest()
    fields: dict[str, Any] = {
        "key": HandleKey(int(NOW).to_bytes(4, "big") + digest[:28]),
        "user_code": digest,
        "client_id": ClientId("tv"),
        "scopes": ScopeSet.of(["openid", "read"]),
        "created_at": NOW,
        "expires_at": NOW + 10,
        "kept_until": LATER,
        "interval_seconds": 5,
        "address": "192.0.2.10",
        "manager_id": "default",
        "resources": ("https://api.example.com",),
    }
    return DeviceRequest(**{**fields, **overrides})


def approved(user: int = 0) -> DeviceDecision:
    """Make the word of a user who lets a device in."""
    user_id = make_user_id(user)
    authentication = Authentication(user_id, NOW, ("pwd",), credential=NOW)
    return DeviceDecision(NOW, DeviceApproval(user_id, authentication, SessionId("session")))


def redemption_of(request: DeviceRequest) -> Redemption:
    """Return what spends an approved request."""
    return Redemption(DEVICE_USE, request.key, request.kept_until)
