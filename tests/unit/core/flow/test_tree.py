"""Policies as trees: which way selectors go, and where a path leads."""

from typing import Any

import pytest

from ostiary.core.base.scopes import ScopeSet
from ostiary.core.flow.tree import Facts, find_last_step, find_node, settle
from ostiary.core.model.policy import Criterion, End, Node, Policy, Selector, StepNode
from tests.support.flows import make_request
from tests.support.users import make_user

YES, NO = StepNode("yes"), StepNode("no")


def _policy(root: Node) -> Policy:
    return Policy("default", root)


def _chosen(criterion: Criterion, case: str, *, attribute: str = "", **facts: Any) -> str:
    selector = Selector(criterion, {case: YES}, NO, attribute)
    user = facts.pop("user", None)
    _, node = settle(_policy(selector), (), Facts(make_request(**facts), user))
    assert isinstance(node, StepNode)
    return node.step


def test_a_selector_goes_by_the_client() -> None:
    assert _chosen(Criterion.CLIENT, "app") == "yes"
    assert _chosen(Criterion.CLIENT, "other") == "no"


def test_a_selector_goes_by_any_of_the_scopes() -> None:
    scopes = ScopeSet.of(["openid", "payments"])
    assert _chosen(Criterion.SCOPE, "payments", scopes=scopes) == "yes"
    assert _chosen(Criterion.SCOPE, "pay", scopes=scopes) == "no"


def test_a_selector_goes_by_any_of_the_classes_that_are_asked_for() -> None:
    assert _chosen(Criterion.ACR, "strong", acr_values=("weak", "strong")) == "yes"
    assert _chosen(Criterion.ACR, "strong") == "no"


def test_a_selector_goes_by_the_population_of_the_user() -> None:
    assert _chosen(Criterion.POPULATION, "staff", user=make_user()) == "yes"
    assert _chosen(Criterion.POPULATION, "guests", user=make_user()) == "no"


def test_before_somebody_is_proved_no_case_about_a_user_holds() -> None:
    assert _chosen(Criterion.POPULATION, "staff") == "no"
    assert _chosen(Criterion.ATTRIBUTE, "", attribute="department") == "no"


@pytest.mark.parametrize(
    ("value", "case"),
    [("it", "it"), (["hr", "it"], "it"), (True, "true"), (7, "7"), ([False], "false")],
)
def test_a_selector_goes_by_an_attribute_of_the_user(value: object, case: str) -> None:
    user = make_user(attributes={"department": value})
    assert _chosen(Criterion.ATTRIBUTE, case, attribute="department", user=user) == "yes"
    assert _chosen(Criterion.ATTRIBUTE, "none", attribute="department", user=user) == "no"


def test_a_user_without_the_attribute_goes_otherwise() -> None:
    user = make_user(attributes={"department": None})
    for attribute in ("department", "missing"):
        assert _chosen(Criterion.ATTRIBUTE, "None", attribute=attribute, user=user) == "no"


def test_the_first_case_that_holds_is_chosen() -> None:
    cases: dict[str, Node] = {"b": StepNode("b"), "a": StepNode("a")}
    selector = Selector(Criterion.SCOPE, cases)
    facts = Facts(make_request(scopes=ScopeSet.of(["a", "b"])))
    assert settle(_policy(selector), (), facts) == (("=b",), StepNode("b"))


def test_selectors_follow_one_another() -> None:
    inner = Selector(Criterion.ACR, {"strong": YES}, NO)
    outer = Selector(Criterion.CLIENT, {"app": inner}, End.FAIL)
    assert settle(_policy(outer), (), Facts(make_request())) == (("=app", "*"), NO)


@pytest.mark.parametrize("case", ["*", "=", "", "=app"])
def test_a_case_of_an_odd_name_is_not_the_branch_for_all_others(case: str) -> None:
    policy = _policy(Selector(Criterion.CLIENT, {case: YES}, NO))
    assert find_node(policy, ("*",)) is NO
    assert find_node(policy, (f"={case}",)) is YES


@pytest.mark.parametrize("path", [("nowhere",), ("success", "success"), ("=app",)])
def test_a_path_that_the_policy_does_not_have_leads_nowhere(path: tuple[str, ...]) -> None:
    assert find_node(_policy(StepNode("form")), path) is None


def test_the_last_step_of_a_path_is_found_behind_selectors() -> None:
    policy = _policy(StepNode("first", Selector(Criterion.CLIENT, {"app": StepNode("second")})))
    assert find_last_step(policy, ("success", "=app", "success")) == "second"
    assert find_last_step(policy, ("failure",)) == "first"


def test_where_no_step_was_asked_the_first_of_the_policy_stands_for_it() -> None:
    policy = _policy(Selector(Criterion.CLIENT, {"x": End.FAIL, "app": StepNode("form")}))
    assert find_last_step(policy, ()) == "form"
    assert find_last_step(_policy(End.FAIL), ()) is None
