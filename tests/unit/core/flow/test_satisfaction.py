"""What was passed of a policy: no more than the way that was gone, and what was asked on it."""

from collections.abc import Sequence

import pytest

from ostiary.core.base.ids import ClientId, UserId
from ostiary.core.flow.satisfaction import MAX_PASSED, add_passed, find_passed, steps_on
from ostiary.core.flow.tree import Facts
from ostiary.core.model.policy import (
    Criterion,
    End,
    Node,
    Policy,
    Selector,
    StepInstance,
    StepNode,
)
from ostiary.core.model.session import Authentication, PassedPolicy
from tests.support.flows import make_request
from tests.support.users import make_user

JOE = make_user(population="staff")
STRONG = StepNode("form", success=StepNode("again"))
FORKED = Policy("p", Selector(Criterion.CLIENT, {"bank": STRONG}, otherwise=StepNode("form")))
STEPS = {
    "form": StepInstance("form", "username_password"),
    "again": StepInstance("again", "second_factor"),
}


def _facts(client_id: str = "app") -> Facts:
    return Facts(make_request(client_id=ClientId(client_id)), JOE)


def _passed(policy: Policy, *way: str, at: float = 1.0) -> PassedPolicy:
    return PassedPolicy(policy.key, at, way, steps_on(policy, way, STEPS))


def _is_met(policy: Policy, marks: Sequence[PassedPolicy], facts: Facts) -> bool:
    proof = Authentication(UserId("joe"), 9.0, passed=tuple(marks))
    return find_passed(policy, STEPS, proof, facts) is not None


def _is_met_with(step: StepInstance, before: StepInstance) -> bool:
    policy = Policy("p", StepNode("form"))
    mark = PassedPolicy("p", 1.0, ("success",), steps_on(policy, ("success",), {"form": before}))
    proof = Authentication(UserId("joe"), 9.0, passed=(mark,))
    return find_passed(policy, {"form": step}, proof, _facts()) is not None


def test_a_way_holds_its_steps_in_their_order() -> None:
    found = steps_on(FORKED, ("=bank", "success", "success"), STEPS)
    assert [word.split()[0] for word in found] == ["form", "again"]


def test_a_policy_is_met_by_whoever_passed_it_and_no_other() -> None:
    policy, other = Policy("p", STRONG), Policy("q", STRONG)
    assert _is_met(policy, [_passed(other, "success", "success")], _facts()) is False
    assert _is_met(policy, [_passed(policy, "success", "success")], _facts())


def test_SEC_130_the_way_of_one_client_does_for_no_other() -> None:
    light = _passed(FORKED, "*", "success")
    assert _is_met(FORKED, [light], _facts("app"))
    assert not _is_met(FORKED, [light], _facts("bank"))
    heavy = _passed(FORKED, "=bank", "success", "success")
    assert _is_met(FORKED, [light, heavy], _facts("bank"))


def test_a_fork_by_what_the_user_is_counts_once_the_user_is_proved() -> None:
    by_population = Selector(Criterion.POPULATION, {"staff": End.DONE}, otherwise=STRONG)
    policy = Policy("p", StepNode("form", success=by_population))
    assert _is_met(policy, [_passed(policy, "success", "=staff")], _facts())
    moved = Facts(make_request(), make_user(population="admins"))
    assert not _is_met(policy, [_passed(policy, "success", "=staff")], moved)


def test_a_fork_before_anybody_is_proved_goes_the_same_way_again() -> None:
    policy = Policy("p", Selector(Criterion.POPULATION, {"staff": STRONG}, StepNode("form")))
    assert _is_met(policy, [_passed(policy, "*", "success")], _facts())


@pytest.mark.parametrize(
    "root",
    [
        Selector(Criterion.CLIENT, {"app": STRONG}, otherwise=StepNode("form")),
        Selector(Criterion.CLIENT, {}, otherwise=STRONG),
        Selector(Criterion.CLIENT, {}, otherwise=StepNode("form", success=End.FAIL)),
        Selector(Criterion.CLIENT, {}, otherwise=StepNode("again")),
        Selector(Criterion.CLIENT, {}, otherwise=End.DONE),
        StepNode("form"),
        End.FAIL,
    ],
    ids=repr,
)
def test_a_policy_that_was_changed_is_to_be_passed_again(root: Node) -> None:
    mark = _passed(FORKED, "*", "success")
    assert not _is_met(Policy("p", root), [mark], _facts())


def test_a_policy_that_has_gained_a_step_is_to_be_passed_again() -> None:
    mark = _passed(Policy("p", StepNode("form")), "success")
    assert not _is_met(Policy("p", STRONG), [mark], _facts())


def test_a_step_that_is_of_another_kind_by_now_is_to_be_passed_again() -> None:
    before = StepInstance("form", "username_password")
    assert not _is_met_with(StepInstance("form", "second_factor"), before)


def test_SEC_130_a_step_that_is_set_otherwise_by_now_is_to_be_passed_again() -> None:
    before = StepInstance("form", "second_factor", {"no_authenticators": "bypass"})
    stricter = {"no_authenticators": "block", "methods": ("passkey",)}
    assert not _is_met_with(StepInstance("form", "second_factor", stricter), before)


def test_a_step_whose_settings_are_only_written_in_another_order_is_still_passed() -> None:
    before = StepInstance("form", "second_factor", {"a": 1, "b": [2]})
    assert _is_met_with(StepInstance("form", "second_factor", {"b": [2], "a": 1}), before)


def test_the_latest_time_that_a_way_was_gone_counts() -> None:
    policy = Policy("p", STRONG)
    first = _passed(policy, "success", "success", at=1.0)
    second = _passed(policy, "success", "success", at=2.0)
    assert add_passed([first], second) == (second,)


def test_only_so_many_ways_are_remembered() -> None:
    passed: tuple[PassedPolicy, ...] = ()
    for number in range(2 * MAX_PASSED):
        passed = add_passed(passed, PassedPolicy(str(number), float(number)))
    assert [each.key for each in passed] == [str(n) for n in range(MAX_PASSED, 2 * MAX_PASSED)]
