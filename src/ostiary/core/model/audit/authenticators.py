"""Events about authenticators and second factors."""

import msgspec

from ostiary.core.base.ids import AuthenticatorId, EnvironmentId, UserId


class AuthenticatorAdded(msgspec.Struct, frozen=True):
    """A user has another authenticator, and has shown that it works."""

    environment: EnvironmentId
    user: UserId
    authenticator: AuthenticatorId
    kind: str
    address: str


class AuthenticatorChanged(msgspec.Struct, frozen=True):
    """An authenticator of a user has another nickname, or is the default one now or no longer."""

    environment: EnvironmentId
    user: UserId
    authenticator: AuthenticatorId
    kind: str


class AuthenticatorRemoved(msgspec.Struct, frozen=True):
    """An authenticator of a user is gone; `source` says who removed it."""

    environment: EnvironmentId
    user: UserId
    authenticator: AuthenticatorId
    kind: str
    source: str


class SecondFactorAccepted(msgspec.Struct, frozen=True):
    """A user has proved with an authenticator who it is."""

    environment: EnvironmentId
    user: UserId
    authenticator: AuthenticatorId
    kind: str
    address: str


class SecondFactorRefused(msgspec.Struct, frozen=True):
    """An answer to a second factor, old or new, was not taken, or a code was not sent.

    Args: reason: `wrong`, `over` (too late, or too many wrong ones), `locked`, or `limit` (too many
        codes were sent, or the user has too many authenticators).
    """

    environment: EnvironmentId
    user: UserId
    kind: str
    reason: str
    address: str


class SecondFactorLocked(msgspec.Struct, frozen=True):
    """So many wrong answers in a row have locked a user's second factors."""

    environment: EnvironmentId
    user: UserId
    failures: int
    address: str


class SecondFactorSkipped(msgspec.Struct, frozen=True):
    """A user went on without a second factor.

    Args: reason: `none`, where whoever has none may; or `remembered`, in a browser where one was
        given before.
    """

    environment: EnvironmentId
    user: UserId
    reason: str
    address: str


class BrowserRemembered(msgspec.Struct, frozen=True):
    """A user who gave a second factor need not do so in that browser for a while."""

    environment: EnvironmentId
    user: UserId
    step: str
    address: str


class BrowsersForgotten(msgspec.Struct, frozen=True):
    """A user is asked for a second factor in every browser again; `source` says who wants that."""

    environment: EnvironmentId
    user: UserId
    source: str
