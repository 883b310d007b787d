"""Logout beyond one application: who is to be told of a session's end, and what is kept for it."""

from dataclasses import dataclass

import msgspec

from ostiary.core.base.ids import ClientId, SessionId


@dataclass(frozen=True, slots=True)
class LogoutURIs:
    """Where a client is told that a session is over.

    Spec: OpenID Connect Back-Channel Logout 1.0 §2.2; OpenID Connect Front-Channel Logout 1.0 §2.
    Args:
        backchannel, frontchannel: what the server posts to, and what a browser loads.
        names_session_in_back, names_session_in_front: `sid` stands in it; without it all of the
            user's sessions are meant, in a browser those that the browser itself knows.
    """

    backchannel: str | None = None
    names_session_in_back: bool = True
    frontchannel: str | None = None
    names_session_in_front: bool = True

    @property
    def are_there(self) -> bool:
        """Tell whether a client is told at all."""
        return self.backchannel is not None or self.frontchannel is not None


class Participation(msgspec.Struct, frozen=True, omit_defaults=True):
    """A client has signed a user on in a session, and wants to be told of its end.

    Args:
        subject: what the client knows the user as (`sub`).
        expires_at: by then the session is over in any case, and the client has been told.
    """

    session_id: SessionId
    client_id: ClientId
    subject: str
    expires_at: float


class LogoutNotice(msgspec.Struct, frozen=True):
    """The end of a session of which a client is yet to be told.

    Args:
        attempt: which one this is, counted from 1.
        claimed_until: nobody else tells the client before; it also tells this claim from the next.
    """

    participation: Participation
    attempt: int
    claimed_until: float
