"""A user: who signs on, in one environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ostiary.core.base.ids import UserId
from ostiary.core.base.mail_addresses import is_mail_address

DEFAULT_POPULATION = "default"
_LEAST_STEP = 0.001
_ADDRESS_NAMES = ("email", "mail")


@dataclass(frozen=True, slots=True)
class UserPassword:
    """What is kept of a user's password; times are seconds since the epoch.

    Args:
        hash: in one of the forms that `core.crypto.passwords` reads; "" where another directory
            keeps it.
        must_change: it was set by somebody else and lets nobody in but to choose another one.
        expires_at: from then on it is treated as `must_change`; None for never.
        former: hashes of the ones before, the latest first, as many as the policy remembers.
    """

    hash: str = field(repr=False)
    changed_at: float
    must_change: bool = False
    expires_at: float | None = None
    former: tuple[str, ...] = field(default=(), repr=False)

    def is_to_be_changed(self, now: float) -> bool:
        """Tell whether it lets nobody in any more but to choose another one."""
        return self.must_change or (self.expires_at is not None and self.expires_at <= now)


@dataclass(frozen=True, slots=True)
class User:
    """One person, or whatever else has a username.

    Args:
        id: a UUID; it is never given to a second user, the username may be.
        username: as it was written; `username_key` of it is unique in the environment.
        population: which group of users it belongs to (PingOne: population), by its key.
        attributes: JSON values by name.
        password: None for a user that cannot sign on with one.
        version: grows with each change; a change names the one that it started from.
        disabled_at: when it was last disabled or locked, and may sign on again since or not.
        locked_at: when an administrator locked it; None for not locked.
        recovery_code: what is kept of a code that programs had sent to the user, JSON values.
        directory: by its key, the other directory that the user is kept in; "" for the store.
    """

    id: UserId
    username: str
    population: str = DEFAULT_POPULATION
    attributes: Mapping[str, object] = field(default_factory=dict, repr=False)
    enabled: bool = True
    password: UserPassword | None = None
    created_at: float = 0.0
    updated_at: float = 0.0
    version: int = 1
    disabled_at: float = 0.0
    locked_at: float | None = None
    recovery_code: Mapping[str, object] | None = field(default=None, repr=False)
    directory: str = ""

    @property
    def address(self) -> str | None:
        """Return its e-mail address where no other attribute is said to hold it, or None."""
        return self.address_in(*_ADDRESS_NAMES)

    def address_in(self, *names: str) -> str | None:
        """Return the first usable e-mail address of those attributes, or None."""
        for name in names:
            value = self.attributes.get(name)
            if isinstance(value, str) and is_mail_address(value):
                return value
        return None

    @property
    def may_sign_on(self) -> bool:
        """Tell whether nobody has disabled or locked it."""
        return self.enabled and self.locked_at is None

    @property
    def credential(self) -> float:
        """Return the number that every proof of this user carries; one with another is over.

        A new password and disabling make it grow, a stronger hash of the same password does not.
        It is compared for equality only, never with the time of something else.
        """
        changed_at = 0.0 if self.password is None else self.password.changed_at
        return max(self.created_at, self.disabled_at, changed_at)

    def next_credential(self, now: float) -> float:
        """Return what `credential` becomes by a change now: more, whatever the clock says."""
        return max(now, self.credential + _LEAST_STEP)
