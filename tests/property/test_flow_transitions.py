"""Where flows go: invented policies, invented outcomes, and no way around a proof."""

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

USERS = ("alice", "bob")
ENDS = st.sampled_from(End)
KEYS = st.sampled_from(("one", "two", "three"))


def _selectors(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    cases = st.dictionaries(st.sampled_from(("app", "other", "*", "=app")), children, max_size=3)
    return st.builds(Selector, st.just(Criterion.CLIENT), cases, children)


NODES: st.SearchStrategy[Node] = st.recursive(
    ENDS,
    lambda children: st.builds(StepNode, KEYS, children, children) | _selectors(children),
    max_leaves=12,
)
POLICIES = st.builds(Policy, st.just("default"), NODES)
OUTCOMES: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Passed, st.none() | st.sampled_from(USERS).map(UserId)),
    st.just(Failed()),
    st.just(Ask({"some": "state"})),
    st.just(Refused((Problem(ProblemKind.VALUE, "no", "no"),))),
    st.just(Restart()),
)
WALKS = st.lists(OUTCOMES, max_size=15)
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
