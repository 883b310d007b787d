"""Users to keep and attempts to count: the same number gives the same one."""

import hashlib
from typing import Any

from ostiary.core.base.ids import UserId, stable_uuid
from ostiary.core.model.user import User, UserPassword
from ostiary.core.ports.users import Attempt

HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$4InHRVOjRbB04SWMgpr0WQ"
    "$xhTYWRP9Ig0sD8i5LasWENoYPTCXjdL1z+RaQMrc01w"
)
"""Of `Password1`."""
NOW = 1_750_000_000.0


def make_user(number: int = 0, **fields: Any) -> User:
    """Make a user with every field filled, and the password `Password1`."""
    values: dict[str, Any] = {
        "id": UserId(stable_uuid("user", str(number))),
        "username": f"User.{number}",
        "population": "staff",
        "attributes": {"mail": f"user{number}@example.com", "levels": [1, None, {"a": "Ä"}]},
        "password": UserPassword(HASH, changed_at=NOW),
        "created_at": NOW,
        "updated_at": NOW,
    }
    return User(**{**values, **fields})


def make_attempt(number: int = 0, *, password: int = 0, device: str = "") -> Attempt:
    """Make an attempt by user `number` with password number `password`."""
    return Attempt(f"subject-{number}", device, hashlib.sha256(b"%d" % password).digest())
