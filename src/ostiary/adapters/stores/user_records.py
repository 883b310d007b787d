"""Users as they lie in a store: JSON."""

import msgspec

from ostiary.adapters.stores.backend import unavailable
from ostiary.adapters.stores.records import encode
from ostiary.core.base.mail_addresses import address_key
from ostiary.core.base.usernames import username_key
from ostiary.core.model.user import User

Row = tuple[str, str, int, bytes, str | None]
"""Id, key of the username, version, body, key of the e-mail address."""
_decode = msgspec.json.Decoder(User).decode


def to_row(user: User) -> Row:
    """Return a user's columns.

    Raises: UsernameRefusedError.
    """
    address = user.address
    key = None if address is None else address_key(address)
    return user.id, username_key(user.username), user.version, encode(user), key


def from_body(body: bytes) -> User:
    """Read a stored user; members added by a newer version are passed over.

    Raises: UnavailableError for what is no record of ours.
    """
    try:
        return _decode(body)
    except msgspec.DecodeError as error:
        raise unavailable("a stored user is unreadable") from error
