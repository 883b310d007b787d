"""Events about people who sign on and off."""

import msgspec

from ostiary.core.base.ids import ClientId, EnvironmentId, SessionId, UserId, UsernameDigest


class PasswordAccepted(msgspec.Struct, frozen=True):
    """A user's password was right; `must_change`: good only for choosing another one."""

    environment: EnvironmentId
    user: UserId
    entrance: str
    must_change: bool
    address: str


class PasswordRefused(msgspec.Struct, frozen=True):
    """An attempt to sign on with a password failed.

    Args:
        user: None where nobody has the name; `claimed` then stands for it, the same each time.
        reason: `wrong`, `unknown`, `disabled`, `locked` or `sprayed`.
    """

    environment: EnvironmentId
    user: UserId | None
    claimed: UsernameDigest | None
    reason: str
    entrance: str
    address: str


class PasswordLocked(msgspec.Struct, frozen=True):
    """So many failures in a row have locked a user, or a name that nobody has."""

    environment: EnvironmentId
    user: UserId | None
    claimed: UsernameDigest | None
    failures: int
    entrance: str
    address: str


class SignedOn(msgspec.Struct, frozen=True):
    """A user has proved who it is in a browser; `methods` says how, as RFC 8176 names it."""

    environment: EnvironmentId
    user: UserId
    session: SessionId
    client: ClientId
    methods: str
    address: str


class SignedOff(msgspec.Struct, frozen=True):
    """A user's session was ended at the user's wish."""

    environment: EnvironmentId
    user: UserId
    session: SessionId
    address: str


class OwnSessionEnded(msgspec.Struct, frozen=True):
    """A user ended a session of theirs from another one, which is `by`."""

    environment: EnvironmentId
    user: UserId
    session: SessionId
    by: SessionId
    address: str


class ConsentWithdrawn(msgspec.Struct, frozen=True):
    """A user took back what a client was allowed, and so many grants with it."""

    environment: EnvironmentId
    user: UserId
    client: ClientId
    grants: int
    by: SessionId
    address: str


class ConsentGiven(msgspec.Struct, frozen=True):
    """A user was asked, and allowed a client what it wants."""

    environment: EnvironmentId
    user: UserId
    client: ClientId
    scope: str
    address: str


class FlowFailed(msgspec.Struct, frozen=True):
    """A sign-on is over without success; `user` is whom it had proved by then."""

    environment: EnvironmentId
    client: ClientId
    user: UserId | None
    code: str
    address: str
