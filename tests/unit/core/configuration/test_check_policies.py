"""Checks of authentication steps and policies: every way that ends well has asked for a proof."""

import pytest

from tests.support.configurations import problems_in

MAIN = "environments.main"
POLICY = f"{MAIN}.policies.default"
STEPS = """
[environments.main.steps.name]
type = "identifier_first"
[environments.main.steps.form]
"""


def _tree(tree: str, *, more: str = "") -> list[str]:
    return problems_in(
        f'server.mode = "dev"\n{STEPS}\n{more}\n[environments.main.policies.default]\ntree = {tree}'
    )


def _policy(fields: str) -> list[str]:
    return problems_in(
        f'server.mode = "dev"\n{STEPS}\n[environments.main.policies.default]\n{fields}'
    )


@pytest.mark.parametrize(
    "tree",
    [
        '{ step = "form" }',
        '{ step = "form", success = "done", failure = "fail" }',
        '{ step = "name", success = ["form"], failure = { step = "form" } }',
        '{ select = "acr", cases = { strong = ["name", "form"] }, otherwise = { step = "form" } }',
        '{ step = "form", success = { select = "attribute:team", cases = { it = "done" } } }',
        (
            '{ step = "form", success = { select = "population", cases = { a = "fail" }, '
            'otherwise = "done" } }'
        ),
    ],
)
def test_a_tree_that_proves_somebody_on_every_way_has_no_problems(tree: str) -> None:
    assert _tree(tree) == []


def test_a_list_of_steps_has_no_problems() -> None:
    assert _policy('steps = ["name", "form"]') == []


def test_a_kind_of_step_that_does_not_exist_is_refused() -> None:
    problems = problems_in(
        'server.mode = "dev"\nenvironments.main.steps.form.type = "usernamepassword"'
    )

    assert problems == [
        (
            f'{MAIN}.steps.form.type: "usernamepassword" is no kind of step; '
            'did you mean "username_password"?'
        )
    ]


def test_a_setting_of_another_kind_of_step_is_pointed_out() -> None:
    problems = problems_in(
        f'server.mode = "dev"\n{STEPS}\n'
        '[environments.main.steps.other]\ntype = "identifier_first"\nthis_is_my_device = true'
    )

    assert problems == [
        (
            f"{MAIN}.steps.other.this_is_my_device: warning: has no effect with "
            'type = "identifier_first"'
        )
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("", ": must have either steps or a tree"),
        ('steps = ["form"]\ntree = { step = "form" }', ": must have either steps or a tree"),
        ("steps = []", ".steps: must not be empty"),
        (
            'steps = ["name", "from"]',
            '.steps[1]: "from" is not a step of this environment; did you mean "form"?',
        ),
        (f"steps = {['form'] * 21}", ".steps: must have at most 20 entries"),
        (
            'steps = ["name"]',
            (
                ".steps: lets people in who have proved nothing; "
                "put a step of type username_password before it"
            ),
        ),
    ],
)
def test_a_list_of_steps_that_cannot_work_is_refused(fields: str, expected: str) -> None:
    assert _policy(fields) == [POLICY + expected]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (
            '{ step = "from" }',
            '.step: "from" is not a step of this environment; did you mean "form"?',
        ),
        (
            '{ step = "form", failure = "done" }',
            (
                ".failure: lets people in who have proved nothing; "
                "put a step of type username_password before it"
            ),
        ),
        (
            '{ select = "acr", cases = { weak = ["name"] }, otherwise = { step = "form" } }',
            (
                ".cases.weak.success: lets people in who have proved nothing; "
                "put a step of type username_password before it"
            ),
        ),
        ('{ step = "form", success = "fail" }', ": warning: lets nobody in"),
        (
            '{ step = "name", success = { select = "population", cases = { a = ["form"] } } }',
            (
                ".success: warning: looks at the user before a step has proved who it is; "
                "put a step of type username_password above it"
            ),
        ),
        (
            '{ select = "client", cases = { ap = ["form"] } }',
            '.cases.ap: is not a client of this environment; did you mean "app"?',
        ),
        (
            '{ select = "scope", cases = { read = ["form"] } }',
            ".cases.read: is not a scope of this environment",
        ),
        (
            '{ select = "clients", cases = { app = ["form"] } }',
            (
                '.select: must be "client", "scope", "acr", "population" or "attribute:" and '
                'a name; did you mean "client"?'
            ),
        ),
    ],
)
def test_a_tree_that_cannot_work_is_refused_at_its_place(tree: str, expected: str) -> None:
    app = "[environments.main.clients.app]\nsecret = { generate = true }\nmay_introspect = true\n"

    assert _tree(tree, more=app) == [f"{POLICY}.tree{expected}"]


def test_steps_that_prove_nobody_are_refused_without_a_policy_too() -> None:
    problems = problems_in(
        'server.mode = "dev"\nenvironments.main.steps.name.type = "identifier_first"'
    )

    assert problems == [
        (
            f"{MAIN}.steps: lets people in who have proved nothing; "
            "put a step of type username_password before it"
        )
    ]


def test_a_default_policy_that_does_not_exist_is_refused() -> None:
    problems = problems_in('server.mode = "dev"\nenvironments.main.default_policy = "defualt"')

    assert problems == [
        (
            f'{MAIN}.default_policy: "defualt" is not a policy of this environment; '
            'did you mean "default"?'
        )
    ]


def test_of_several_policies_one_is_the_default() -> None:
    policies = (
        '[environments.main.policies.one]\nsteps = ["form"]\n'
        '[environments.main.policies.two]\nsteps = ["form"]\n'
    )

    refused = problems_in(f'server.mode = "dev"\n{policies}')
    accepted = problems_in(
        f'server.mode = "dev"\nenvironments.main.default_policy = "two"\n{policies}'
    )

    assert refused == [
        f'{MAIN}.default_policy: is missing: there are several policies, and none is "default"'
    ]
    assert accepted == []


def test_the_default_policy_may_be_the_one_that_goes_without_saying() -> None:
    assert problems_in('server.mode = "dev"\nenvironments.main.default_policy = "default"') == []
