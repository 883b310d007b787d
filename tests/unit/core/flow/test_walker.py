"""Walking policies: branches, steps that ask nobody, and configurations that change meanwhile."""

from dataclasses import replace
from typing import Any

import pytest

from ostiary.core.flow.errors import FlowCode, FlowRefusedError
from ostiary.core.model.audit.sign_on import ConsentGiven, FlowFailed
from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import Criterion, End, Policy, Selector, StepInstance, StepNode
from tests.support.app import run_now
from tests.support.flows import BrowserJar, Flows, make_application, make_signon_environment
from tests.support.scripted_step import ScriptedStep

STEPS = {
    "asks": StepInstance("asks", "scripted"),
    "passes": StepInstance("passes", "scripted", {"begins": "pass"}),
    "fails": StepInstance("fails", "scripted", {"begins": "fail"}),
}


def _flows(root: Any, **fields: Any) -> Flows:
    env = make_signon_environment(
        steps=STEPS, policies={"default": Policy("default", root)}, **fields
    )
    return Flows(env, more_steps={"scripted": ScriptedStep()})


def test_steps_that_ask_nobody_are_gone_through_at_once() -> None:
    flows = _flows(StepNode("passes", StepNode("fails", End.DONE, StepNode("asks"))))
    turn = run_now(flows.begin(BrowserJar()))
    assert turn.flow.path == ("success", "failure")
    assert turn.step == STEPS["asks"]


def test_a_policy_that_proves_nobody_lets_nobody_in() -> None:
    flows = _flows(StepNode("passes"))
    turn = run_now(flows.begin(BrowserJar()))
    assert turn.flow.stage is Stage.FINISHED
    assert turn.flow.failure is not None
    assert turn.flow.authentication is None
    assert len(flows.emitted(FlowFailed)) == 1


def test_a_policy_without_steps_lets_nobody_in() -> None:
    turn = run_now(_flows(End.DONE).begin(BrowserJar()))
    assert turn.flow.failure is not None


def test_a_failed_step_goes_on_with_the_branch_for_failure() -> None:
    flows, browser = _flows(StepNode("asks", End.FAIL, StepNode("asks"))), BrowserJar()
    user = run_now(flows.add_joe())
    begun = run_now(flows.begin(browser))
    run_now(flows.act(browser, begun.flow.id, "script.fail"))
    turn = run_now(flows.act(browser, begun.flow.id, "script.prove", user=user.id))
    assert turn.flow.failure is None
    assert turn.flow.path == ("failure", "success")


def test_a_selector_after_a_proof_knows_the_user() -> None:
    choice = Selector(Criterion.POPULATION, {"staff": StepNode("asks")}, End.FAIL)
    flows, browser = _flows(StepNode("asks", choice)), BrowserJar()
    user = run_now(flows.add_joe())
    begun = run_now(flows.begin(browser))
    turn = run_now(flows.act(browser, begun.flow.id, "script.prove", user=user.id))
    assert turn.flow.path == ("success", "=staff")
    assert turn.view is not None


def test_going_back_to_the_root_is_possible_before_a_proof() -> None:
    flows, browser = _flows(StepNode("asks", StepNode("asks"))), BrowserJar()
    begun = run_now(flows.begin(browser))
    run_now(flows.act(browser, begun.flow.id, "script.pass"))
    turn = run_now(flows.act(browser, begun.flow.id, "script.restart"))
    assert turn.flow.path == ()
    assert turn.flow.version == 3


def test_SEC_122_there_is_no_way_back_after_a_proof() -> None:
    flows, browser = _flows(StepNode("asks", StepNode("asks"))), BrowserJar()
    user = run_now(flows.add_joe())
    begun = run_now(flows.begin(browser))
    run_now(flows.act(browser, begun.flow.id, "script.prove", user=user.id))
    turn = run_now(flows.act(browser, begun.flow.id, "script.restart"))
    assert turn.flow.path == ("success",)
    assert turn.flow.user_id == user.id


def test_somebody_whom_the_directory_does_not_know_does_not_sign_on() -> None:
    flows, browser = _flows(StepNode("asks")), BrowserJar()
    begun = run_now(flows.begin(browser))
    turn = run_now(flows.act(browser, begun.flow.id, "script.prove", user="nobody"))
    assert turn.flow.failure is not None
    assert turn.pending.session is None


def test_SEC_131_somebody_disabled_before_the_last_step_does_not_sign_on() -> None:
    flows, browser = _flows(StepNode("asks", StepNode("asks"))), BrowserJar()
    user = run_now(flows.add_joe())
    begun = run_now(flows.begin(browser))
    run_now(flows.act(browser, begun.flow.id, "script.prove", user=user.id))
    run_now(flows.directory.save(flows.env, replace(user, enabled=False)))
    turn = run_now(flows.act(browser, begun.flow.id, "script.pass"))
    assert turn.flow.failure is not None
    assert turn.pending.session is None


@pytest.mark.parametrize(
    "changed",
    [
        {"policies": {}},
        {"steps": {}},
        {"policies": {"default": Policy("default", End.DONE)}},
        {"steps": {"asks": StepInstance("asks", "unheard_of")}},
        {"clients": {}},
    ],
    ids=["policy gone", "step gone", "no step there", "type gone", "client gone"],
)
def test_a_flow_whose_place_is_gone_from_the_configuration_is_gone(
    changed: dict[str, Any],
) -> None:
    flows, browser = _flows(StepNode("asks")), BrowserJar()
    begun = run_now(flows.begin(browser))
    flows.reconfigure(**changed)
    with pytest.raises(FlowRefusedError) as refused:
        run_now(flows.look(browser, begun.flow.id))
    assert refused.value.flow_code is FlowCode.NOT_FOUND


def test_a_flow_of_a_disabled_client_is_gone() -> None:
    flows, browser = _flows(StepNode("asks")), BrowserJar()
    begun = run_now(flows.begin(browser))
    client = make_application(enabled=False)
    flows.reconfigure(clients={client.client_id: client})
    with pytest.raises(FlowRefusedError):
        run_now(flows.look(browser, begun.flow.id))


def test_an_approval_is_told_and_one_that_nobody_was_asked_for_is_not() -> None:
    flows = _flows(StepNode("asks"))
    asking = make_application("asking", bypasses_approval=False)
    flows.reconfigure(clients={**flows.env.clients, asking.client_id: asking})
    user, browser = run_now(flows.add_joe()), BrowserJar()
    for client in (flows.client, asking):
        begun = run_now(flows.begin(browser, client=client))
        turn = run_now(flows.act(browser, begun.flow.id, "script.prove", user=user.id))
        if turn.view is not None:
            run_now(flows.act(browser, begun.flow.id, "consent.approve"))
    given = flows.emitted(ConsentGiven)
    assert [(event.client, event.scope) for event in given] == [("asking", "openid profile")]
