"""Refusals of the flow engine."""

from enum import StrEnum

from ostiary.core.base.errors import ProtocolError


class FlowCode(StrEnum):
    """Why a flow was not moved on; our own words, each dialect has its own."""

    NOT_FOUND = "flow_not_found"
    NOT_OFFERED = "action_not_offered"
    CHANGED = "flow_changed"


class FlowRefusedError(ProtocolError):
    """A flow is not moved on; it stays as it is."""

    def __init__(self, code: FlowCode, description: str, **detail: str) -> None:
        super().__init__(code, description, **detail)
        self.flow_code = code


def flow_not_found(reason: str) -> FlowRefusedError:
    """Refuse a flow that is unknown, over, or another browser's: the same words for all three."""
    return FlowRefusedError(
        FlowCode.NOT_FOUND,
        "There is no such sign-on here any more; start again at the application.",
        reason=reason,
    )


def action_not_offered() -> FlowRefusedError:
    """Refuse an action that is not possible now."""
    return FlowRefusedError(
        FlowCode.NOT_OFFERED, "This action is not possible now; see what the state offers."
    )


def flow_changed() -> FlowRefusedError:
    """Refuse an answer that came second."""
    return FlowRefusedError(
        FlowCode.CHANGED, "Another answer came first; read the current state and go on from there."
    )
