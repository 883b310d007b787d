"""Policies of passwords: what a new one must be, and what failed attempts lead to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Admission(StrEnum):
    """Whether a password may be compared."""

    ADMITTED = "admitted"
    LOCKED = "locked"
    SPRAYED = "sprayed"


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed attempts in a row, and until when they lock; seconds since the epoch."""

    failures: int = 0
    locked_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How one attempt stands before its password is compared.

    Args:
        failures: to be remembered, this attempt counted as failed if it was admitted.
        remaining: how many more failures there may be before the next lock.
    """

    admission: Admission
    failures: Failures
    remaining: int = 0

    @property
    def is_admitted(self) -> bool:
        return self.admission is Admission.ADMITTED


@dataclass(frozen=True, slots=True)
class LockoutPolicy:
    """When a user is locked for failed attempts, and a password for being tried on many users.

    Spec: NIST SP 800-63B-4 §3.2.2 (at most 100 failures in a row).
    Args:
        failures: so many in a row lock the user; so many more lock it for longer.
        lock_seconds: how long the first lock holds, the second, and the last of all further ones.
        ceiling: so many failures in a row lock it until somebody unlocks it.
        forget_seconds: the row of failures ends when no attempt was made for so long.
        spray_users: a password tried on so many users is refused for all others; 0 for never.
        spray_seconds: how long such a trial counts.
    """

    failures: int = 5
    lock_seconds: tuple[float, ...] = (60.0, 300.0, 900.0)
    ceiling: int = 100
    forget_seconds: float = 86_400.0
    spray_users: int = 5
    spray_seconds: float = 300.0

    def lock_after(self, failures: int) -> float:
        """Return for how many seconds the user is locked by its failure number `failures`."""
        if failures >= self.ceiling:
            return CEILING_SECONDS
        if failures % self.failures:
            return 0.0
        return self.lock_seconds[min(failures // self.failures, len(self.lock_seconds)) - 1]

    def admit(
        self, kept: "Failures", *, others: int, now: float, is_known_device: bool = False
    ) -> "Standing":
        """Decide whether one more password may be compared, and count it as failed if it may.

        It counts before it is compared, so that attempts at the same time cannot outrun the count;
        a right one clears it.
        Args:
            kept: what is remembered of the attempts before.
            others: how many other users the same password was tried on lately.
            is_known_device: the user has signed on there before. Then that does not matter: else
                anybody could lock out whoever has some password by trying it on names.
        """
        if kept.locked_until > now:
            return Standing(Admission.LOCKED, kept)
        if self.spray_users and others >= self.spray_users and not is_known_device:
            return Standing(Admission.SPRAYED, kept, self.remaining(kept.failures))
        failures = kept.failures + 1
        lock = self.lock_after(failures)
        locked_until = now + lock if lock else 0.0
        left = 0 if lock else self.remaining(failures)
        return Standing(Admission.ADMITTED, Failures(failures, locked_until), left)

    def expires_at(self, failures: "Failures", *, now: float) -> float:
        """Return when failures are forgotten if no attempt follows."""
        return max(now, failures.locked_until) + self.forget_seconds

    def remaining(self, failures: int) -> int:
        """Return how many more failures there may be before a lock."""
        return self.failures - failures % self.failures


CEILING_SECONDS = 365 * 86_400.0
"""The lock at the ceiling: until somebody unlocks the user, or a year has passed."""


class PasswordRule(StrEnum):
    """One thing that a new password must be."""

    LENGTH = "length"
    CHARACTERS = "characters"
    REPEATED = "repeated"
    UNIQUE = "unique"
    PROFILE = "profile"
    SIMILAR = "similar"
    COMMON = "common"
    HISTORY = "history"
    DIRECTORY = "directory"
    """Whatever the directory wants that keeps it."""


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What a new password must be: long, and not one that everybody tries first.

    Rules of composition are there for whoever has to keep an older policy; none holds by itself.

    Spec: NIST SP 800-63B-4 §3.1.1.2 (length and a list of known ones; no rules of composition).
    Args:
        max_age_seconds: a password expires so long after it was set; None for never.
        min_of: how many characters of each set there must be, by the set.
        max_repeated: how often one character may stand in a row; 0 for any number.
        min_unique: how many different characters there must be.
        excludes_profile: it may not hold the username or what is known of the user.
        excludes_similar: it may not be the current one with a few characters changed.
        excludes_common: it may not be one that everybody tries first.
        history: it may not be any of so many before; the current one is the first of them.
    """

    min_characters: int = 15
    max_age_seconds: float | None = None
    min_of: Mapping[str, int] = field(default_factory=dict)
    max_repeated: int = 0
    min_unique: int = 0
    excludes_profile: bool = False
    excludes_similar: bool = False
    excludes_common: bool = True
    history: int = 0
