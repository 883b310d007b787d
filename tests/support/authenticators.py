"""Authenticators to keep: the same number gives the same one."""

import hashlib
from typing import Any

from ostiary.core.base.ids import AuthenticatorId, UserId, stable_uuid
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from tests.support.stores import NOW
from tests.support.users import make_user


def make_authenticator(number: int = 0, *, user: int = 1, **fields: Any) -> Authenticator:
    """Make an authenticator of user `user` with every field filled."""
    values: dict[str, Any] = {
        "id": AuthenticatorId(stable_uuid("authenticator", str(number))),
        "user_id": UserId(make_user(user).id),
        "kind": AuthenticatorKind.PASSKEY,
        "created_at": NOW + number,
        "nickname": "Schlüssel",
        "is_active": True,
        "target": "joe@example.com",
        "secret": "sealed",
        "codes": (b"\0\xff", b"2"),
        "credential_id": hashlib.sha256(b"%d" % number).digest(),
        "public_key": b"\xa5\0",
        "transports": ("usb", "nfc"),
        "rp_id": "home.example.com",
        "sign_count": 7,
        "is_synced": True,
        "used_step": 58_333_333,
        "used_at": NOW,
    }
    return Authenticator(**{**values, **fields})
