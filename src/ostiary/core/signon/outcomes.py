"""What comes of an attempt to sign on with a password, as a value."""

import msgspec

from ostiary.core.model.user import User


class Accepted(msgspec.Struct, frozen=True):
    """The password is right, and good for signing on.

    Args: user as it was read before its password was compared.
    """

    user: User


class MustChange(msgspec.Struct, frozen=True):
    """The password is right, and good for nothing but choosing another one."""

    user: User


class Rejected(msgspec.Struct, frozen=True):
    """It is not: a wrong password, nobody of that name, a disabled user.

    Args:
        remaining: how many more failures there may be before a lock, whoever it is: it may be
            shown, for names that nobody has are counted too.
    """

    remaining: int


class Locked(msgspec.Struct, frozen=True):
    """Too many failures: nothing is right until `until`, seconds since the epoch.

    A face that does not tell it apart answers as it does to `Rejected`.
    """

    until: float


Outcome = Accepted | MustChange | Rejected | Locked
