"""Authenticators as they lie in a store: JSON."""

from collections.abc import Iterable

import msgspec

from ostiary.adapters.stores.backend import unavailable
from ostiary.adapters.stores.records import encode
from ostiary.core.model.authenticator import Authenticator
from ostiary.core.model.environment import Environment

Row = tuple[str, str, str, bytes | None, int, bytes]
"""Environment, id, user_id, credential_id, version, body."""
_decode = msgspec.json.Decoder(Authenticator).decode


def to_row(env: Environment, authenticator: Authenticator) -> Row:
    """Return an authenticator's columns."""
    keys = (env.id, authenticator.id, authenticator.user_id, authenticator.credential_id)
    return (*keys, authenticator.version, encode(authenticator))


def from_body(body: bytes) -> Authenticator:
    """Read a stored authenticator; members added by a newer version are passed over.

    Raises: UnavailableError for what is no record of ours.
    """
    try:
        return _decode(body)
    except msgspec.DecodeError as error:
        raise unavailable("a stored authenticator is unreadable") from error


def in_order(bodies: Iterable[bytes]) -> tuple[Authenticator, ...]:
    """Read authenticators: the default one comes first, then the oldest.

    Raises: UnavailableError for what is no record of ours.
    """
    return tuple(sorted(map(from_body, bodies), key=_place))


def _place(authenticator: Authenticator) -> tuple[bool, float, str]:
    return not authenticator.is_default, authenticator.created_at, authenticator.id
