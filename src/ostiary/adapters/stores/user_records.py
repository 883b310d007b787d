"""Users as they lie in a store: JSON."""

import msgspec

from ostiary.adapters.stores.backend import unavailable
from ostiary.adapters.stores.records import encode
from ostiary.core.base.usernames import username_key
from ostiary.core.model.user import User

Row = tuple[str, str, int, bytes]
"""Id, key of the username, version, body."""
_decode = msgspec.json.Decoder(User).decode


def to_row(user: User) -> Row:
    """Return a user's columns.

    Raises: UsernameRefusedError.
    """
    return user.id, username_key(user.username), user.version, encode(user)


def from_body(body: bytes) -> User:
    """Read a stored user; members added by a newer version are passed over.

    Raises: UnavailableError for what is no record of ours.
    """
    try:
        return _decode(body)
    except msgspec.DecodeError as error:
        raise unavailable("a stored user is unreadable") from error
