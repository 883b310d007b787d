"""The examples of what steps ask: every state that any step can be in is among them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from ostiary.core.model.policy import StepInstance
from ostiary.core.steps import catalog
from ostiary.core.steps.contract import State, View
from ostiary.core.steps.specimens import example_views
from tests.support.flows import Flows, make_application, make_signon_environment

ROOM = Path(catalog.__file__).parent
FOR_PAGES = State("consent", "required")
"""Approval goes on in the browser."""
SETTINGS = {"recovery": True, "registration": True, "password_change": True}


def named_in_the_room() -> Iterator[State]:
    """Yield every state that the sources of the steps name."""
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "State":
                words = [each.value for each in node.args if isinstance(each, ast.Constant)]
                yield State(*map(str, words))


def views() -> Iterator[View]:
    """Yield what all kinds of step ask, whatever a configuration offers."""
    env, client = make_signon_environment(), make_application()
    for kind, step in Flows(env).engine.walker.steps.items():
        yield from example_views(env, client, step, StepInstance("it", kind, SETTINGS))


def test_every_state_is_among_the_examples() -> None:
    assert {view.state for view in views()} == set(named_in_the_room()) - {FOR_PAGES}


def test_every_kind_of_step_is_among_the_wired_ones() -> None:
    wired = Flows(make_signon_environment()).engine.walker.steps
    assert {str(kind.type) for kind in catalog.ALL} == set(wired)


def test_settings_decide_what_is_offered() -> None:
    env, client = make_signon_environment(), make_application()
    step = Flows(env).engine.walker.steps["username_password"]
    bare = next(example_views(env, client, step, StepInstance("it", step.type)))
    full = next(example_views(env, client, step, StepInstance("it", step.type, SETTINGS)))
    assert len(full.offers) > len(bare.offers)
