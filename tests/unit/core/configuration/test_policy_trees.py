"""Trees of policies: read, written, and read again they are the same."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.core.configuration.policy_trees import (
    MAX_DEPTH,
    chain,
    find_chain,
    read_tree,
    walk,
    write_ordered_tree,
    write_tree,
)
from ostiary.core.configuration.problems import render_path
from ostiary.core.model.policy import Criterion, End, Node, Selector, StepNode

NAMES = st.text(max_size=5)
ENDS: st.SearchStrategy[Node] = st.sampled_from(End)


def _grow(branches: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(StepNode, NAMES, success=branches, failure=branches),
        st.builds(
            Selector,
            st.sampled_from([each for each in Criterion if each is not Criterion.ATTRIBUTE]),
            cases=st.dictionaries(NAMES, branches, min_size=1, max_size=3),
            otherwise=branches,
        ),
        st.builds(
            Selector,
            st.just(Criterion.ATTRIBUTE),
            cases=st.dictionaries(NAMES, branches, min_size=1, max_size=3),
            otherwise=branches,
            attribute=NAMES.filter(bool),
        ),
    )


TREES = _grow(st.recursive(ENDS, _grow, max_leaves=8))


@given(TREES)
def test_a_tree_that_is_written_and_read_is_the_same(root: Node) -> None:
    assert read_tree(write_tree(root)).root == root


@given(TREES)
def test_a_stored_tree_keeps_the_order_of_its_cases(root: Node) -> None:
    stored = msgspec.json.encode(write_ordered_tree(root), order="sorted")

    assert _orders(read_tree(msgspec.json.decode(stored)).root or End.FAIL) == _orders(root)


def _orders(root: Node) -> list[tuple[object, ...]]:
    return [
        (path, *node.cases) if isinstance(node, Selector) else (path, node)
        for path, node in walk(root)
    ]


@given(st.lists(NAMES, min_size=1, max_size=5))
def test_a_chain_is_found_again(steps: list[str]) -> None:
    assert find_chain(chain(steps)) == tuple(steps)


@pytest.mark.parametrize(
    "root",
    [
        StepNode("form", success=End.FAIL),
        StepNode("form", failure=End.DONE),
        Selector(Criterion.ACR, {"strong": StepNode("form")}),
    ],
)
def test_what_branches_is_no_chain(root: Node) -> None:
    assert find_chain(root) is None


def test_what_goes_without_saying_is_not_written() -> None:
    selector = Selector(Criterion.ATTRIBUTE, {"O": StepNode("form")}, attribute="kind")

    assert write_tree(StepNode("name", success=selector)) == {
        "step": "name",
        "success": {"select": "attribute:kind", "cases": {"O": {"step": "form"}}},
    }


def test_a_branch_may_be_a_list_of_steps() -> None:
    tree = read_tree({"step": "form", "failure": ["name", "form"]})

    assert tree.root == StepNode("form", failure=StepNode("name", success=StepNode("form")))


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (None, ["", "must be a table with step or select"]),
        ({}, ["", 'must be "done", "fail", a list of steps, or a table with step or select']),
        ({"step": 5}, ["step", "must be the name of a step, in quotes"]),
        ({"step": "a", "sucess": "done"}, ["sucess", "is not a known field"]),
        ({"step": "a", "cases": {}}, ["cases", "is not a known field"]),
        (
            {"step": "a", "success": []},
            ["success", 'must not be empty; an end is "done" or "fail"'],
        ),
        (
            {"step": "a", "success": ["b", 5]},
            ["success[1]", "must be the name of a step, in quotes"],
        ),
        (
            {"step": "a", "failure": "failed"},
            ["failure", 'must be "done", "fail", a list of steps, or a table with step or select'],
        ),
        ({"select": "acr"}, ["cases", "must be a table of branches by value"]),
        ({"select": "acr", "cases": {}}, ["cases", "must be a table of branches by value"]),
        (
            {"select": "attribute:", "cases": {"a": "fail"}},
            [
                "select",
                'must be "client", "scope", "acr", "population" or "attribute:" and a name',
            ],
        ),
        (
            {"select": "acr", "cases": {"a": {"step": None}}},
            ["cases.a.step", "must be the name of a step, in quotes"],
        ),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(tree: Any, expected: list[str]) -> None:
    read = read_tree(tree)

    assert read.root is None
    assert [[render_path(each.path), each.message] for each in read.problems] == [expected]


def test_everything_that_is_wrong_with_a_tree_is_found_at_once() -> None:
    tree = {"step": 1, "other": 2}, {"select": 3, "cases": 4, "otherwise": 5}

    assert [len(read_tree(each).problems) for each in tree] == [2, 3]


def _tower(depth: int) -> dict[str, Any]:
    tree: dict[str, Any] = {"step": "form"}
    for _ in range(depth - 1):
        tree = {"step": "form", "failure": tree}
    return tree


def test_a_tree_is_at_most_so_deep() -> None:
    assert read_tree(_tower(MAX_DEPTH)).problems == ()
    assert [each.message for each in read_tree(_tower(MAX_DEPTH + 1)).problems] == [
        "is deeper than 20 nodes"
    ]
    assert read_tree(_tower(500)).root is None


def test_a_list_of_steps_counts_with_its_length() -> None:
    long = ["form"] * MAX_DEPTH

    assert read_tree({"step": "form", "success": long[:-1]}).problems == ()
    assert [
        render_path(each.path) for each in read_tree({"step": "a", "success": long}).problems
    ] == ["success"]


def test_every_node_and_end_is_walked_with_its_place() -> None:
    root = StepNode("a", success=Selector(Criterion.ACR, {"x": StepNode("b")}))

    assert [render_path(path) for path, _ in walk(root)] == [
        "",
        "success",
        "success.cases.x",
        "success.cases.x.success",
        "success.cases.x.failure",
        "success.otherwise",
        "failure",
    ]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | NAMES | st.sampled_from(["done", "fail"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["step", "success", "failure", "select", "cases", "otherwise"])
                | NAMES,
                inner,
                max_size=4,
            )
        ),
    )
)
def test_REL_38_no_tree_makes_the_reading_fail(value: object) -> None:
    tree = read_tree(value)

    assert (tree.root is None) is bool(tree.problems)
