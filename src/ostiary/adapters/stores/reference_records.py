"""References as they lie in a store: JSON, but for what is searched by."""

import msgspec

from ostiary.adapters.stores.backend import unavailable
from ostiary.adapters.stores.records import encode
from ostiary.core.model.environment import Environment
from ostiary.core.ports.references import DroppedReference

Row = tuple[str, bytes, str, float, bytes]
"""Environment, key, adapter, expires_at, body."""
_decode = msgspec.json.Decoder(DroppedReference).decode


def to_row(env: Environment, reference: DroppedReference) -> Row:
    """Return a reference's columns.

    Raises: UnavailableError for attributes that cannot be written.
    """
    try:
        body = encode(reference)
    except (TypeError, ValueError) as error:
        raise unavailable("the attributes of a reference cannot be written") from error
    return env.id, reference.key, reference.adapter, reference.expires_at, body


def from_body(body: bytes) -> DroppedReference:
    """Read a stored reference; members added by a newer version are passed over.

    Raises: UnavailableError for what is no record of ours.
    """
    try:
        return _decode(body)
    except msgspec.DecodeError as error:
        raise unavailable("a stored reference is unreadable") from error
