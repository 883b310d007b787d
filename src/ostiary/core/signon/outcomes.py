"""What comes of an attempt to sign on with a password, as a value."""

from dataclasses import dataclass

from ostiary.core.model.user import User


@dataclass(frozen=True, slots=True)
class Accepted:
    """The password is right, and good for signing on."""

    user: User


@dataclass(frozen=True, slots=True)
class MustChange:
    """The password is right, and good for nothing but choosing another one."""

    user: User


@dataclass(frozen=True, slots=True)
class Rejected:
    """It is not: a wrong password, nobody of that name, a disabled user.

    Args:
        remaining: how many more failures there may be before a lock, whoever it is: it may be
            shown, for names that nobody has are counted too.
    """

    remaining: int


@dataclass(frozen=True, slots=True)
class Locked:
    """Too many failures: nothing is right until `until`, seconds since the epoch.

    A face that does not tell it apart answers as it does to `Rejected`.
    """

    until: float


Outcome = Accepted | MustChange | Rejected | Locked
