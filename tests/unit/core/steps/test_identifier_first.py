"""The step identifier_first: a name is taken, whoever has it or has not."""

import pytest

from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import StepNode
from tests.support.flows import BrowserJar, Flows, make_signon_environment

pytestmark = pytest.mark.anyio


@pytest.fixture
async def flows() -> Flows:
    made = Flows(make_signon_environment(StepNode("name", StepNode("form"))))
    await made.add_joe()
    return made


async def test_it_asks_for_an_identifier(flows: Flows) -> None:
    turn = await flows.begin(BrowserJar())
    assert turn.view is not None
    assert (turn.view.state.noun, turn.view.state.condition) == ("identifier", "required")
    assert turn.view.fields == {"previouslySubmittedIdentifiers": []}


async def test_the_name_is_settled_in_the_step_that_follows(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    turn = await flows.act(browser, begun.flow.id, "identifier.submit", identifier=" joe ")
    assert turn.view is not None
    assert turn.view.fields["username"] == "joe"
    assert turn.view.fields["allowUsernameEdits"] is False


async def test_the_password_alone_is_enough_then(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    await flows.act(browser, begun.flow.id, "identifier.submit", identifier="joe")
    turn = await flows.act(browser, begun.flow.id, "usernamePassword.check", password="Password1")
    assert turn.flow.stage is Stage.FINISHED
    assert turn.flow.failure is None


async def test_another_name_can_be_given_after_all(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    await flows.act(browser, begun.flow.id, "identifier.submit", identifier="jeo")
    turn = await flows.act(browser, begun.flow.id, "usernamePassword.restart")
    assert turn.flow.identifier is None
    assert turn.view is not None
    assert turn.view.state.noun == "identifier"


async def test_a_name_that_nobody_has_goes_on_the_same_way(flows: Flows) -> None:
    said = []
    for name in ("joe", "nobody"):
        browser = BrowserJar()
        begun = await flows.begin(browser)
        turn = await flows.act(browser, begun.flow.id, "identifier.submit", identifier=name)
        assert turn.view is not None
        said.append((turn.view.state, {**turn.view.fields, "username": ""}, turn.problems))
    assert said[0] == said[1]


@pytest.mark.parametrize("identifier", ["   ", "a\nb", "a\u202eb"])
async def test_what_cannot_be_a_name_is_not_taken(flows: Flows, identifier: str) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    turn = await flows.act(browser, begun.flow.id, "identifier.submit", identifier=identifier)
    assert [(problem.kind.value, problem.target) for problem in turn.problems] == [
        ("value", "identifier")
    ]


async def test_a_hint_is_filled_in_and_can_be_cleared(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser, login_hint="joe")
    assert begun.view is not None
    assert begun.view.offers[0].inputs[0].value == "joe"
    turn = await flows.act(browser, begun.flow.id, "identifier.clear", identifier="joe")
    assert turn.view is not None
    assert turn.view.offers[0].inputs[0].value == ""


async def test_cancelling_ends_the_flow(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    turn = await flows.act(browser, begun.flow.id, "identifierSubmission.cancel")
    assert turn.flow.failure is not None
