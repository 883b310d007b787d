"""Events about users, and what becomes of their passwords and access."""

import msgspec

from ostiary.core.base.ids import EnvironmentId, UserId


class PasswordUpgraded(msgspec.Struct, frozen=True):
    """A user's password is kept under a stronger hash from now on."""

    environment: EnvironmentId
    user: UserId


class PasswordChanged(msgspec.Struct, frozen=True):
    """A user has another password; `source` says who set it."""

    environment: EnvironmentId
    user: UserId
    source: str


class UserAdded(msgspec.Struct, frozen=True):
    """There is a new user; `source` says where it came from."""

    environment: EnvironmentId
    user: UserId
    source: str


class UserChanged(msgspec.Struct, frozen=True):
    """A user was changed by an administrator, or by an application that vouches for it.

    Args: enabled: says what it is now.
    """

    environment: EnvironmentId
    user: UserId
    enabled: bool
    source: str


class AccessEnded(msgspec.Struct, frozen=True):
    """A user's sessions and grants were ended, for the user was changed or deleted."""

    environment: EnvironmentId
    user: UserId
    sessions: int
    grants: int
    source: str


class UserDeleted(msgspec.Struct, frozen=True):
    """A user is gone."""

    environment: EnvironmentId
    user: UserId
    source: str


class UserUnlocked(msgspec.Struct, frozen=True):
    """An administrator had a user's failed attempts forgotten."""

    environment: EnvironmentId
    user: UserId
    source: str
