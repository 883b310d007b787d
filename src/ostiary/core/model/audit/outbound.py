"""Events about what the server sends elsewhere, and what it fetches."""

import msgspec

from ostiary.core.base.ids import ClientId, EnvironmentId, SessionId, UserId


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


class DirectoryServerFailed(msgspec.Struct, frozen=True):
    """A server of another directory cannot be asked, and is left alone for a while.

    Args:
        directory: its key.
        server: host and port.
        reason: `unreachable`, `slow`, `lost`, `tls`, `certificate`, `no_starttls`, `service_bind`
            (it does not let us in), or what the server itself called it.
    """

    environment: EnvironmentId
    directory: str
    server: str
    reason: str


class DirectoryServerBack(msgspec.Struct, frozen=True):
    """Such a server has answered again."""

    environment: EnvironmentId
    directory: str
    server: str


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
