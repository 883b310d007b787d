"""Where a flow goes by what came of a step: pure, and the only place that decides it."""

from typing import assert_never

from msgspec.structs import replace

from ostiary.core.flow.tree import FAILURE, SUCCESS, Facts, find_node, settle
from ostiary.core.model.flow import Flow, FlowFailure, Stage
from ostiary.core.model.policy import End, Policy, StepNode
from ostiary.core.steps.contract import (
    Ask,
    Back,
    Detour,
    Failed,
    NeedsPolicy,
    Outcome,
    Passed,
    Refused,
    Restart,
)

NOT_COMPLETED = FlowFailure("access_denied", "The sign-on was not completed.")
NOBODY = FlowFailure("access_denied", "The sign-on ended without showing who is there.")
SOMEBODY_ELSE = FlowFailure("access_denied", "The sign-on named a second user.")


def enter(policy: Policy, flow: Flow, facts: Facts) -> Flow:
    """Take a flow to the first step of its policy; nothing of an earlier attempt is left."""
    fresh = replace(
        flow, path=(), step_state={}, detour=None, identifier=None, methods=(), skipped=()
    )
    return _arrive(policy, fresh, facts, NOT_COMPLETED)


def advance(policy: Policy, flow: Flow, outcome: Outcome, facts: Facts) -> Flow:
    """Return the flow after an outcome of the step that is asked now.

    Args:
        policy: that the flow walks, or has to walk from now on.
        facts: with the user of the outcome, where it proves one.
    """
    match outcome:
        case Ask():
            return replace(flow, step_state=dict(outcome.state))
        case Refused():
            return flow
        case Detour():
            return replace(flow, detour=outcome.type, step_state=dict(outcome.state))
        case Back():
            return replace(flow, detour=None, step_state=dict(outcome.state))
        case NeedsPolicy():
            return _anew(policy, flow, outcome)
        case Restart():
            is_open = flow.stage is Stage.AUTHENTICATION and flow.user_id is None
            return enter(policy, flow, facts) if is_open else flow
        case Failed():
            return _fail(policy, flow, outcome, facts)
        case Passed():
            return _pass(policy, flow, outcome, facts)
        case never:
            assert_never(never)


def finish(flow: Flow, failure: FlowFailure | None) -> Flow:
    """Return the flow as finished, without success if there is a failure."""
    return replace(flow, stage=Stage.FINISHED, step_state={}, detour=None, failure=failure)


def _anew(policy: Policy, flow: Flow, outcome: NeedsPolicy) -> Flow:
    """Take a flow to another policy, for whoever passes it: nobody is known in it by then."""
    flow = replace(
        flow,
        request=replace(flow.request, device=outcome.device),
        policy=policy.key,
        stage=Stage.AUTHENTICATION,
        user_id=None,
        credential=None,
        authentication=None,
    )
    return enter(policy, flow, Facts(flow.request.chosen_for))


def _pass(policy: Policy, flow: Flow, outcome: Passed, facts: Facts) -> Flow:
    match flow.stage:
        case Stage.AUTHENTICATION:
            if outcome.user_id is not None and flow.user_id not in {None, outcome.user_id}:
                # A defect of a step, or an attack on it: no branch of the policy is meant for it.
                return finish(flow, SOMEBODY_ELSE)
            proved = _with_proof(flow, outcome)
            if outcome.is_skipped:
                proved = replace(proved, skipped=(*flow.skipped, _step_at(policy, flow)))
            return _arrive(policy, _turn(proved, SUCCESS), facts, NOT_COMPLETED)
        case Stage.APPROVAL:
            return finish(replace(flow, scopes=outcome.scopes or ()), None)
        case Stage.FINISHED:
            return flow
        case never:
            assert_never(never)


def _fail(policy: Policy, flow: Flow, outcome: Failed, facts: Facts) -> Flow:
    failure = FlowFailure(outcome.code, outcome.description)
    match flow.stage:
        case Stage.AUTHENTICATION:
            return _arrive(policy, _turn(flow, FAILURE), facts, failure)
        case Stage.APPROVAL:
            return finish(flow, failure)
        case Stage.FINISHED:
            return flow
        case never:
            assert_never(never)


def _with_proof(flow: Flow, outcome: Passed) -> Flow:
    is_first = flow.user_id is None
    named = outcome.identifier if is_first else None
    return replace(
        flow,
        user_id=outcome.user_id or flow.user_id,
        # It only grows: if a later proof met another one, the first is over for the user of now.
        credential=outcome.credential if is_first else flow.credential,
        identifier=named or flow.identifier,
        methods=tuple(dict.fromkeys((*flow.methods, *outcome.methods))),
    )


def _step_at(policy: Policy, flow: Flow) -> str:
    node = find_node(policy, flow.path)
    return node.step if isinstance(node, StepNode) else ""


def _turn(flow: Flow, word: str) -> Flow:
    return replace(flow, path=(*flow.path, word), step_state={}, detour=None)


def _arrive(policy: Policy, flow: Flow, facts: Facts, failure: FlowFailure) -> Flow:
    path, node = settle(policy, flow.path, facts)
    there = flow if path == flow.path else replace(flow, path=path)
    match node:
        case StepNode():
            return there
        case End.DONE if there.user_id is not None:
            return replace(there, stage=Stage.APPROVAL)
        case End.DONE:
            return finish(there, NOBODY)
        case End.FAIL:
            return finish(there, failure)
        case _:
            raise AssertionError("settle stops at steps and ends only")
