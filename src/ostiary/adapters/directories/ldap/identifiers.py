"""Ids of users: the UUID that a directory gives each of them, and keeps for good."""

from uuid import UUID

from ostiary.core.base.ids import UserId

_BYTES = 16
_TURNED = frozenset({"objectguid"})
"""Attributes that hold a UUID in bytes, its first three numbers turned around."""


def read_id(attribute: str, value: bytes) -> UserId | None:
    """Return the id that an attribute's value stands for; None for what is no UUID.

    Spec: RFC 4530 §2 (entryUUID).
    """
    try:
        if attribute.lower() in _TURNED:
            return UserId(str(UUID(bytes_le=value)))
        return UserId(str(UUID(bytes=value) if len(value) == _BYTES else UUID(value.decode())))
    except ValueError:
        return None


def write_id(attribute: str, user_id: UserId) -> str | bytes | None:
    """Return the value that an attribute has for an id; None for what no directory can have."""
    try:
        uuid = UUID(user_id)
    except ValueError:
        return None
    return uuid.bytes_le if attribute.lower() in _TURNED else str(uuid)
