"""What a flow comes to, as entries of the flow log."""

from collections.abc import Mapping
from typing import assert_never

from ostiary.core.base.ids import ClientId, FlowId
from ostiary.core.flow.errors import FlowRefusedError
from ostiary.core.model.environment import Environment
from ostiary.core.model.flow import Flow
from ostiary.core.model.flow_entry import FlowEntry, FlowOutcome, flow_mark
from ostiary.core.model.policy import StepInstance
from ostiary.core.steps.contract import (
    Action,
    Ask,
    Back,
    Detour,
    Failed,
    NeedsPolicy,
    Outcome,
    Passed,
    Problem,
    ProblemKind,
    Refused,
    Restart,
    View,
)

NO_CLIENT = ClientId("")
"""Stands where nobody knows whose flow it is: it was not found."""


def step_entry(  # noqa: PLR0913, PLR0917 - one parameter a fact
    env: Environment,
    flow: Flow,
    instance: StepInstance,
    action: Action | None,
    outcome: Outcome,
    view: View | None = None,
) -> FlowEntry:
    """Tell what a step said.

    Args:
        flow: as it was before.
        action: what the step was given; None where it was only reached.
        view: what is asked now, where the step asks.
    """
    word, state, problems, code, reason = _read(outcome)
    if view is not None:
        state = f"{view.state.noun}.{view.state.condition}"
    proved = outcome.user_id if isinstance(outcome, Passed) else None
    return FlowEntry(
        env.id,
        flow_mark(flow.id),
        flow.request.client_id,
        flow.policy,
        flow.version,
        word,
        user=flow.user_id or proved,
        path="/".join(flow.path),
        step=instance.key,
        kind=instance.type,
        action=None if action is None else f"{action.noun}.{action.verb}",
        state=state,
        problems=_write(problems),
        code=code,
        reason=reason,
    )


def refusal_entry(
    env: Environment,
    flow: Flow,
    instance: StepInstance,
    action: Action,
    problems: tuple[Problem, ...],
) -> FlowEntry:
    """Tell of inputs that the step never got to see, for they are not what was offered."""
    return step_entry(env, flow, instance, action, Refused(problems))


def end_entry(env: Environment, flow: Flow, answer: Mapping[str, str | int]) -> FlowEntry:
    """Tell what the application got of a flow.

    Args: answer: its members, of which nothing but the names and an error's words are told.
    """
    return FlowEntry(
        env.id,
        flow_mark(flow.id),
        flow.request.client_id,
        flow.policy,
        flow.version,
        FlowOutcome.FINISHED,
        user=flow.user_id,
        path="/".join(flow.path),
        code=str(answer.get("error", "")),
        reason=str(answer.get("error_description", "")),
        members=" ".join(answer),
    )


def lost_entry(env: Environment, flow_id: FlowId, refused: FlowRefusedError) -> FlowEntry:
    """Tell of somebody who wanted to look at a flow or act in it, and may not."""
    return FlowEntry(
        env.id,
        flow_mark(flow_id),
        NO_CLIENT,
        "",
        0,
        FlowOutcome.REFUSED,
        code=refused.flow_code,
        reason=refused.detail.get("reason", ""),
    )


def _read(outcome: Outcome) -> tuple[FlowOutcome, str, tuple[Problem, ...], str, str]:
    """Return the word for an outcome, where it leads, what is wrong, an error's code and words."""
    match outcome:
        case Ask(problems=problems):
            return FlowOutcome.REFUSED if problems else FlowOutcome.ASKED, "", problems, "", ""
        case Refused(problems=problems):
            return FlowOutcome.REFUSED, "", problems, "", ""
        case Passed(methods=methods):
            return FlowOutcome.PASSED, "", (), "", " ".join(methods)
        case Failed(code=code, description=description):
            return FlowOutcome.FAILED, "", (), code, description
        case Detour(type=kind):
            return FlowOutcome.DETOURED, kind, (), "", ""
        case NeedsPolicy(policy=policy):
            return FlowOutcome.DETOURED, policy, (), "", ""
        case Back():
            return FlowOutcome.WENT_BACK, "", (), "", ""
        case Restart():
            return FlowOutcome.RESTARTED, "", (), "", ""
        case never:
            assert_never(never)


def _write(problems: tuple[Problem, ...]) -> str:
    """Return kinds of problems with the inputs that they are about; never their words.

    The name of an input that nobody asked for is left out: a stranger chose it.
    """
    return ", ".join(
        each.kind
        if each.target is None or each.kind is ProblemKind.UNKNOWN
        else f"{each.kind}: {each.target}"
        for each in problems
    )
