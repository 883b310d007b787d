"""Where flows go: invented policies, invented outcomes, and no way around a proof."""

import random

from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.base.ids import BrowserKey, FlowId, UserId
from ostiary.core.flow.transition import advance, enter
from ostiary.core.flow.tree import FAILURE, SUCCESS, Facts, find_node
from ostiary.core.model.flow import Flow, Stage
from ostiary.core.model.policy import Criterion, End, Node, Policy, Selector, StepNode
from ostiary.core.steps.contract import (
    Ask,
    Failed,
    Outcome,
    Passed,
    Problem,
    ProblemKind,
    Refused,
    Restart,
)
from tests.support.flows import make_request

_CASES = ("app", "other", "*", "=app")


def _node(choice: random.Random, depth: int) -> Node:
    """Make a tree in which most branches are `depth` steps long."""
    kind = choice.random()
    if depth == 0 or kind < _RATE_OF_ENDS:
        return choice.choice((End.DONE, End.DONE, End.FAIL))
    if kind < _RATE_OF_SELECTORS:
        cases = {case: _node(choice, depth - 1) for case in choice.sample(_CASES, 2)}
        return Selector(Criterion.CLIENT, cases, _node(choice, depth - 1))
    return StepNode("step", _node(choice, depth - 1), _node(choice, depth - 1))


_RATE_OF_ENDS, _RATE_OF_SELECTORS = 0.1, 0.3
# Drawn from one number: to draw each node by itself takes a hundred times as long.
POLICIES = st.integers(0, 2**32).map(lambda seed: Policy("default", _node(random.Random(seed), 4)))
_PROOFS = tuple(Passed(UserId(user), identifier=user) for user in ("alice", "bob"))
OUTCOMES: tuple[Outcome, ...] = (
    *_PROOFS,
    *_PROOFS,
    Passed(identifier="somebody"),
    Failed(),
    Ask({"some": "state"}),
    Refused((Problem(ProblemKind.VALUE, "no", "no"),)),
    Restart(),
)
WALKS = st.lists(st.sampled_from(OUTCOMES), max_size=15)
FACTS = Facts(make_request())


def _walk(policy: Policy, outcomes: list[Outcome]) -> list[tuple[Flow, Outcome, Flow]]:
    """Return each move with the flow before and after it."""
    begun = Flow(FlowId("f"), BrowserKey(b""), make_request(), "default", 0.0, 900.0)
    flow = enter(policy, begun, FACTS)
    moves = []
    for outcome in outcomes:
        after = advance(policy, flow, outcome, FACTS)
        moves.append((flow, outcome, after))
        flow = after
    return moves


def _is_signed_on(flow: Flow) -> bool:
    return flow.stage is not Stage.AUTHENTICATION and flow.failure is None


@given(POLICIES, WALKS)
def test_SEC_120_nobody_gets_to_the_end_whom_no_step_has_proved(
    policy: Policy, outcomes: list[Outcome]
) -> None:
    proofs: set[UserId] = set()
    for before, outcome, after in _walk(policy, outcomes):
        if before.stage is Stage.AUTHENTICATION and isinstance(outcome, Passed):
            proofs.update(filter(None, (outcome.user_id,)))
        if _is_signed_on(after):
            assert after.user_id is not None
            assert proofs == {after.user_id}


@given(POLICIES, WALKS)
def test_SEC_120_each_branch_of_a_path_was_taken_by_an_outcome(
    policy: Policy, outcomes: list[Outcome]
) -> None:
    taken: list[str] = []
    for before, outcome, after in _walk(policy, outcomes):
        if before.stage is not Stage.AUTHENTICATION:
            break
        if isinstance(outcome, Restart) and before.user_id is None:
            taken.clear()
        if isinstance(outcome, Passed | Failed) and after.failure is None:
            taken.append(SUCCESS if isinstance(outcome, Passed) else FAILURE)
        if after.failure is None:
            assert _branches_of_steps(policy, after) == taken


@given(POLICIES, WALKS)
def test_SEC_120_the_end_of_a_path_is_what_the_policy_has_there(
    policy: Policy, outcomes: list[Outcome]
) -> None:
    for before, _, after in _walk(policy, outcomes):
        if before.stage is Stage.AUTHENTICATION and after.stage is Stage.APPROVAL:
            assert find_node(policy, after.path) is End.DONE
        if after.stage is Stage.AUTHENTICATION:
            assert isinstance(find_node(policy, after.path), StepNode)


@given(POLICIES, WALKS)
def test_SEC_122_the_user_never_changes_after_the_first_proof(
    policy: Policy, outcomes: list[Outcome]
) -> None:
    for before, _, after in _walk(policy, outcomes):
        assert before.user_id in {None, after.user_id}
        if before.user_id is not None:
            assert after.identifier == before.identifier


@given(POLICIES, WALKS)
def test_SEC_120_a_finished_flow_does_not_move_any_more(
    policy: Policy, outcomes: list[Outcome]
) -> None:
    for before, outcome, after in _walk(policy, outcomes):
        if before.stage is Stage.FINISHED and not isinstance(outcome, Ask):
            assert after == before


@given(POLICIES, WALKS)
def test_SEC_120_what_is_refused_changes_nothing(policy: Policy, outcomes: list[Outcome]) -> None:
    for before, outcome, after in _walk(policy, outcomes):
        if isinstance(outcome, Refused):
            assert after == before


@given(POLICIES, WALKS)
def test_a_step_begins_without_the_state_of_the_one_before(
    policy: Policy, outcomes: list[Outcome]
) -> None:
    for before, _, after in _walk(policy, outcomes):
        if after.path != before.path or after.stage is not before.stage:
            assert after.step_state == {}


def _branches_of_steps(policy: Policy, flow: Flow) -> list[str]:
    places = range(len(flow.path))
    return [
        flow.path[at] for at in places if isinstance(find_node(policy, flow.path[:at]), StepNode)
    ]
