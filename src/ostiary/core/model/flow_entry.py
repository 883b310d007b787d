"""Entries of the flow log: which step of a sign-on said what, without a word that anybody typed."""

from enum import StrEnum
from hashlib import sha256
from typing import NewType

import msgspec

from ostiary.core.base.ids import ClientId, EnvironmentId, FlowId, UserId

FlowMark = NewType("FlowMark", str)
"""Stands for a flow in the log: twelve hexadecimal digits of the SHA-256 of its id."""
_MARK_DIGITS = 12


def flow_mark(flow_id: FlowId) -> FlowMark:
    """Return what a flow is called where its id should not stand."""
    return FlowMark(sha256(flow_id.encode()).hexdigest()[:_MARK_DIGITS])


class FlowOutcome(StrEnum):
    """What came of a step, or of a whole flow."""

    ASKED = "asked"
    REFUSED = "refused"
    PASSED = "passed"
    FAILED = "failed"
    DETOURED = "detoured"
    WENT_BACK = "went back"
    RESTARTED = "restarted"
    FINISHED = "finished"


class FlowEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that a step said, or the end of a flow.

    Args:
        user: whom the flow has proved by then.
        path: the branches that the policy has taken to the step.
        version: of the flow before.
        step, kind: the step's key, and which kind of step was asked under it.
        action: what somebody did; None where the step was only reached.
        state: what the step waits for now; of a detour, the kind of step that it leads to.
        problems: kinds of what was wrong with the inputs, with the inputs' names.
        code: an OAuth error's, where the step or the flow failed.
        reason: why, for administrators: words of the code, never of a person.
        members: what the application got at the end, by name.
    """

    environment: EnvironmentId
    flow: FlowMark
    client: ClientId
    policy: str
    version: int
    outcome: FlowOutcome
    user: UserId | None = None
    path: str = ""
    step: str = ""
    kind: str = ""
    action: str | None = None
    state: str = ""
    problems: str = ""
    code: str = ""
    reason: str = ""
    members: str = ""
