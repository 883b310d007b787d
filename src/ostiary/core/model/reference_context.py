"""What is said beside a person's attributes when they are handed over; dialects spell it."""

import msgspec

from ostiary.core.base.ids import FlowId, SessionId


class ReferenceContext(msgspec.Struct, frozen=True, omit_defaults=True):
    """On which occasion attributes are handed over. Times are seconds since the epoch.

    Args:
        flow_id: the flow that goes on when the browser comes back.
        logout_state: sealed; the logout that goes on when the browser comes back.
        is_fresh_wanted: somebody who is signed on at the application has to prove it once more.
        target: where the person is to end up.
        session_id: the session here that it is about.
        authenticated_at: when the person proved who it is.
        acr: how well.
        failure_message: why an application vouches for nobody, in its own words.
    """

    flow_id: FlowId | None = None
    logout_state: str | None = None
    is_fresh_wanted: bool = False
    target: str | None = None
    session_id: SessionId | None = None
    authenticated_at: float | None = None
    acr: str | None = None
    failure_message: str | None = None

    def __repr__(self) -> str:
        return "ReferenceContext(…)"
