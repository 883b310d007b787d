"""What was passed of a policy: no more than the way that was gone."""

import pytest

from ostiary.core.base.ids import ClientId
from ostiary.core.flow.satisfaction import is_met, mark_of
from ostiary.core.flow.tree import Facts
from ostiary.core.model.policy import Criterion, End, Node, Policy, Selector, StepNode
from tests.support.flows import make_request
from tests.support.users import make_user

JOE = make_user(population="staff")
STRONG = StepNode("form", success=StepNode("again"))
FORKED = Policy("p", Selector(Criterion.CLIENT, {"bank": STRONG}, otherwise=StepNode("form")))


def _facts(client_id: str = "app") -> Facts:
    return Facts(make_request(client_id=ClientId(client_id)), JOE)


def test_a_policy_without_forks_is_remembered_by_its_key() -> None:
    policy = Policy("p", STRONG)
    assert mark_of(policy, ("success", "success")) == "p"
    assert is_met(policy, ["q", "p"], _facts())
    assert not is_met(policy, ["q"], _facts())


def test_SEC_130_the_way_of_one_client_does_for_no_other() -> None:
    light = mark_of(FORKED, ("*", "success"))
    assert is_met(FORKED, [light], _facts("app"))
    assert not is_met(FORKED, [light], _facts("bank"))
    heavy = mark_of(FORKED, ("=bank", "success", "success"))
    assert is_met(FORKED, [light, heavy], _facts("bank"))


def test_a_fork_by_what_the_user_is_counts_once_the_user_is_proved() -> None:
    by_population = Selector(Criterion.POPULATION, {"staff": End.DONE}, otherwise=STRONG)
    policy = Policy("p", StepNode("form", success=by_population))
    assert is_met(policy, [mark_of(policy, ("success", "=staff"))], _facts())
    moved = Facts(make_request(), make_user(population="admins"))
    assert not is_met(policy, [mark_of(policy, ("success", "=staff"))], moved)


def test_a_fork_before_anybody_is_proved_goes_the_same_way_again() -> None:
    policy = Policy("p", Selector(Criterion.POPULATION, {"staff": STRONG}, StepNode("form")))
    assert is_met(policy, [mark_of(policy, ("*", "success"))], _facts())


@pytest.mark.parametrize(
    "root",
    [
        Selector(Criterion.CLIENT, {"app": STRONG}, otherwise=StepNode("form")),
        Selector(Criterion.CLIENT, {}, otherwise=STRONG),
        Selector(Criterion.CLIENT, {}, otherwise=StepNode("form", success=End.FAIL)),
        Selector(Criterion.CLIENT, {}, otherwise=End.DONE),
        StepNode("form"),
        End.FAIL,
    ],
    ids=repr,
)
def test_a_policy_that_was_changed_is_to_be_passed_again(root: Node) -> None:
    mark = mark_of(FORKED, ("*", "success"))
    assert not is_met(Policy("p", root), [mark], _facts())


def test_a_mark_without_a_way_is_no_mark_of_a_policy_that_forks() -> None:
    assert not is_met(FORKED, ["p"], _facts())
