"""The step username_recovery: who is told which names, and what nobody is told."""

import pytest

from ostiary.core.flow.turn import Turn
from ostiary.core.model.policy import Policy, StepInstance, StepNode
from ostiary.core.ports.delivery import Template
from ostiary.core.signon.address_holders import MAX_HOLDERS
from ostiary.core.steps.contract import ProblemKind, State
from tests.support.flows import BrowserJar, Flows, make_signon_environment

pytestmark = pytest.mark.anyio
ADDRESS = "joe@example.com"
SENT = State("usernameRecovery", "emailSent")


@pytest.fixture
async def flows() -> Flows:
    form = StepInstance("form", "username_password", {"recovery": True})
    made = Flows(make_signon_environment(steps={"form": form}))
    await made.add_joe(attributes={"mail": ADDRESS})
    return made


async def _ask(flows: Flows, email: str, browser: BrowserJar | None = None) -> Turn:
    browser = browser or BrowserJar()
    begun = await flows.begin(browser)
    await flows.act(browser, begun.flow.id, "username.recover")
    return await flows.act(browser, begun.flow.id, "usernameRecoveryEmail.check", email=email)


def _state(turn: Turn) -> State:
    assert turn.view is not None
    return turn.view.state


def _names(flows: Flows) -> list[str]:
    return flows.outbox.last(Template.USERNAME_REMINDER).values["usernames"].split()


async def test_all_names_of_an_address_are_sent_there_as_the_users_have_it(flows: Flows) -> None:
    await flows.add_user(1, username="anna", attributes={"email": ADDRESS})
    await flows.add_user(2, username="berta", attributes={"email": "berta@example.com"})
    turn = await _ask(flows, " Joe@Example.COM ")
    assert _state(turn) == SENT
    assert [each.to for each in flows.outbox.messages] == [ADDRESS]
    assert _names(flows) == ["anna", "joe"]
    assert "    anna\n    joe\n" in flows.outbox.texts[-1]


async def test_so_many_names_and_no_more(flows: Flows) -> None:
    for number in range(1, MAX_HOLDERS + 3):
        await flows.add_user(number, username=f"u{number}", attributes={"email": ADDRESS})
    await _ask(flows, ADDRESS)
    assert len(_names(flows)) == MAX_HOLDERS


async def test_SEC_151_the_page_is_the_same_whoever_has_the_address(flows: Flows) -> None:
    told = await _ask(flows, ADDRESS)
    nobody = await _ask(flows, "nobody@example.com")
    assert told.view == nobody.view
    assert len(flows.outbox.messages) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"enabled": False, "attributes": {"email": "eve@example.com"}},
        {"attributes": {"email": "eve@example.com", "email_verified": False}},
    ],
)
async def test_whose_mail_it_is_not_and_who_is_disabled_gets_none(
    flows: Flows, fields: dict[str, object]
) -> None:
    await flows.add_user(1, username="eve", **fields)
    assert _state(await _ask(flows, "eve@example.com")) == SENT
    assert not flows.outbox.messages


async def test_what_is_no_address_is_said(flows: Flows) -> None:
    turn = await _ask(flows, "joe@nowhere\r\nBcc: eve")
    assert [(each.kind, each.target) for each in turn.problems] == [(ProblemKind.VALUE, "email")]


@pytest.mark.parametrize("address", [ADDRESS, "nobody@example.com"])
async def test_SEC_161_five_mails_in_a_row_go_to_a_mailbox(flows: Flows, address: str) -> None:
    local, _, domain = address.partition("@")
    for number in range(flows.env.lockout.failures):
        assert not (await _ask(flows, f"{local}+{number}@{domain}")).problems
    turn = await _ask(flows, address)
    assert [each.kind for each in turn.problems] == [ProblemKind.LIMIT]
    assert not flows.outbox.messages


async def test_it_is_reached_from_a_forgotten_password_and_leads_back(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    turn = await flows.act(browser, begun.flow.id, "password.forgot", usernameHint="jo")
    turn = await flows.act(browser, turn.flow.id, "username.recover")
    turn = await flows.act(browser, turn.flow.id, "usernameRecovery.cancel")
    assert _state(turn) == State("usernamePassword", "required")
    assert turn.view is not None
    assert turn.view.fields["username"] == "jo"


async def test_it_is_reached_from_identifier_first_where_it_is_on(flows: Flows) -> None:
    steps = {
        "who": StepInstance("who", "identifier_first", {"recovery": True}),
        "form": StepInstance("form", "username_password"),
    }
    policy = Policy("default", StepNode("who", StepNode("form")))
    flows.reconfigure(steps=steps, policies={"default": policy})
    browser = BrowserJar()
    turn = await _ask(flows, ADDRESS, browser)
    turn = await flows.act(browser, turn.flow.id, "authentication.continue")
    assert _state(turn) == State("identifier", "required")
    flows.reconfigure(steps={**steps, "who": StepInstance("who", "identifier_first")})
    turn = await flows.begin(BrowserJar())
    assert turn.view is not None
    assert all(offer.action.noun != "username" for offer in turn.view.offers)
