"""Events: what happened, in types that cannot carry a token or a password.

Structs, since they are made for every request; see `ScopeSet`.
"""

import msgspec

from ostiary.core.base.ids import (
    AuthenticatorId,
    ClientId,
    EnvironmentId,
    GrantId,
    SessionId,
    TargetId,
    TokenId,
    TokenManagerId,
    UserId,
    UsernameDigest,
)


class TokenIssued(msgspec.Struct, frozen=True):
    """An access token went out."""

    environment: EnvironmentId
    client: ClientId
    grant_type: str
    manager: TokenManagerId
    token_id: TokenId
    scope: str
    address: str


class UserTokenIssued(msgspec.Struct, frozen=True):
    """An access token for a user's data went out.

    Args: is_deprecated: in a way that is open to old clients alone.
    """

    environment: EnvironmentId
    client: ClientId
    user: UserId
    session: SessionId | None
    grant: GrantId
    grant_type: str
    manager: TokenManagerId
    token_id: TokenId
    scope: str
    has_refresh_token: bool
    is_deprecated: bool
    address: str


class AuthorizationAnswered(msgspec.Struct, frozen=True):
    """A client got what it asked of a user; `grant` is what an exchange of the code makes."""

    environment: EnvironmentId
    client: ClientId
    user: UserId
    session: SessionId | None
    grant: GrantId | None
    response_type: str
    scope: str
    address: str


class UserinfoAnswered(msgspec.Struct, frozen=True):
    """A client read what there is about a user."""

    environment: EnvironmentId
    client: ClientId
    user: UserId
    token_id: TokenId
    address: str


class RequestRefused(msgspec.Struct, frozen=True):
    """An OAuth endpoint refused a request.

    Args:
        client: None where nobody was authenticated; `claimed` is then what the caller said.
    """

    environment: EnvironmentId
    endpoint: str
    code: str
    reason: str
    client: ClientId | None
    claimed: ClientId
    address: str


class TokenIntrospected(msgspec.Struct, frozen=True):
    """A client asked about a token."""

    environment: EnvironmentId
    client: ClientId
    active: bool
    token_id: TokenId | None
    address: str


class TokenRevoked(msgspec.Struct, frozen=True):
    """A client gave a token back; without `token_id` and `grant` it was no token any more.

    Args: grant ended with its refresh token.
    """

    environment: EnvironmentId
    client: ClientId
    token_id: TokenId | None
    address: str
    grant: GrantId | None = None


class ConfigurationApplied(msgspec.Struct, frozen=True):
    """A new version of the configuration is the truth now."""

    version: int
    changes: int
    source: str


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
    """A user was changed by an administrator; `enabled` says what it is now."""

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


class ReplayDetected(msgspec.Struct, frozen=True):
    """A code or refresh token came a second time, so its grant was revoked.

    Who presented it stands in the refusal that follows.
    """

    environment: EnvironmentId
    client: ClientId
    grant: GrantId
    grant_type: str


class ManagementDone(msgspec.Struct, frozen=True):
    """A program changed something by a management API, or was shown a secret there.

    Args:
        client: whose token it was; `caller` is the user it was for, None for the client itself.
        endpoint: what was done, in a word of ours such as `users.create`.
        target: the id of what it was done to.
    """

    environment: EnvironmentId
    client: ClientId
    caller: UserId | None
    endpoint: str
    target: TargetId
    address: str


class FetchFailed(msgspec.Struct, frozen=True):
    """The server did not get what somebody's URL names; what came instead is kept nowhere.

    Args:
        purpose: what it was for, such as `backchannel_logout`.
        host: as the URL names it; "" where it names none that can be read.
        reason: a word of `FetchFailure`.
    """

    environment: EnvironmentId
    purpose: str
    host: str
    reason: str


class LogoutNoticeSent(msgspec.Struct, frozen=True):
    """A client was told, or was to be told, that a session of one of its users is over.

    Args:
        attempt: counted from 1.
        outcome: `accepted`; `refused`, `unreachable` or `unsigned`, and then it is told again;
            `given_up` after the last of them.
        status: of its answer; None where there was none.
    """

    environment: EnvironmentId
    client: ClientId
    session: SessionId
    attempt: int
    outcome: str
    status: int | None = None


class MessageDelivered(msgspec.Struct, frozen=True):
    """A mail or text message went out: the next server has taken it.

    Args:
        user: None where there is no such user (yet).
        attempts: how many it took.
    """

    environment: EnvironmentId
    user: UserId | None
    channel: str
    template: str
    attempts: int


class MessageFailed(msgspec.Struct, frozen=True):
    """A mail or text message will not arrive.

    Args:
        reason: `refused` or `unreachable` (by the next server), `address` (it is none), `flood`
            (too many went there), `full` (too many wait), `late` (it waited too long), `stopped`
            (the server ended first).
    """

    environment: EnvironmentId
    user: UserId | None
    channel: str
    template: str
    reason: str
    attempts: int


Event = (
    TokenIssued
    | UserTokenIssued
    | AuthorizationAnswered
    | UserinfoAnswered
    | RequestRefused
    | TokenIntrospected
    | TokenRevoked
    | ConfigurationApplied
    | PasswordAccepted
    | PasswordRefused
    | PasswordLocked
    | PasswordUpgraded
    | PasswordChanged
    | UserAdded
    | UserChanged
    | AccessEnded
    | UserDeleted
    | UserUnlocked
    | SignedOn
    | SignedOff
    | ConsentGiven
    | FlowFailed
    | ReplayDetected
    | AuthenticatorAdded
    | AuthenticatorChanged
    | AuthenticatorRemoved
    | SecondFactorAccepted
    | SecondFactorRefused
    | SecondFactorLocked
    | ManagementDone
    | FetchFailed
    | LogoutNoticeSent
    | MessageDelivered
    | MessageFailed
)
