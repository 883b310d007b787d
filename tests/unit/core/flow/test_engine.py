"""The flow engine: flows begin, go on and end, and nothing is stored but what moved."""

import pytest

from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.ids import browser_key
from ostiary.core.flow.errors import FlowCode, FlowRefusedError
from ostiary.core.model.audit.sign_on import FlowFailed, SignedOn
from ostiary.core.model.flow import Stage
from ostiary.core.model.token import Issuance
from tests.support.flows import BrowserJar, Flows

pytestmark = pytest.mark.anyio


@pytest.fixture
async def flows() -> Flows:
    made = Flows()
    await made.add_joe()
    return made


async def test_a_flow_begins_with_the_first_step_of_its_policy(flows: Flows) -> None:
    turn = await flows.begin(BrowserJar())
    assert turn.flow.stage is Stage.AUTHENTICATION
    assert turn.view is not None
    assert turn.view.state.noun == "usernamePassword"
    assert turn.plugin_id == "7RmQNDWaOnBoudTufx2sEw"


async def test_a_right_password_finishes_the_flow_with_a_session(flows: Flows) -> None:
    browser = BrowserJar()
    turn = await flows.sign_on(browser)
    assert turn.flow.stage is Stage.FINISHED
    assert turn.flow.failure is None
    assert turn.flow.scopes == ("openid", "profile")
    assert turn.flow.binding == browser_key(browser.kept["cookie"])
    recognized = await flows.browsers.recognize(flows.env, browser.shows())
    assert recognized.session is not None
    assert recognized.session.id == turn.flow.session_id
    assert recognized.user is not None
    assert recognized.user.username == "joe"


async def test_a_finished_flow_says_how_and_when_the_user_proved_who_it_is(flows: Flows) -> None:
    turn = await flows.sign_on(BrowserJar())
    authentication = turn.flow.authentication
    assert authentication is not None
    assert authentication.at == flows.clock.now()
    assert authentication.methods == ("pwd",)
    (passed,) = authentication.passed
    assert (passed.key, passed.way) == ("default", ("success",))
    assert [step.split()[0] for step in passed.steps] == ["form"]
    assert passed.methods == ("pwd",)
    assert authentication.context == "urn:example:default"


async def test_a_wrong_password_leaves_the_flow_as_it_is(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    turn = await flows.check(browser, begun.flow.id, password="wrong")
    assert [problem.kind.value for problem in turn.problems] == ["credentials"]
    assert turn.flow == begun.flow
    assert turn.pending == Issuance()


async def test_cancelling_ends_the_flow_with_access_denied(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    turn = await flows.act(browser, begun.flow.id, "usernamePassword.cancel")
    assert turn.flow.stage is Stage.FINISHED
    assert turn.flow.failure is not None
    assert turn.flow.failure.code == "access_denied"
    assert turn.view is None
    assert [event.code for event in flows.emitted(FlowFailed)] == ["access_denied"]


async def test_nothing_is_offered_in_a_finished_flow(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    assert begun.view is not None
    offer = begun.view.offers[0]
    await flows.check(browser, begun.flow.id)
    finished = await flows.look(browser, begun.flow.id)
    with pytest.raises(FlowRefusedError) as refused:
        await flows.engine.act(flows.env, finished, offer, {}, browser.shows())
    assert refused.value.flow_code is FlowCode.NOT_OFFERED


async def test_signing_on_is_told_once_it_is_stored(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    looked = await flows.look(browser, begun.flow.id)
    assert looked.view is not None
    moved = await flows.engine.act(
        flows.env,
        looked,
        looked.view.offers[0],
        {"username": "joe", "password": "Password1"},
        browser.shows(),
    )
    assert flows.emitted(SignedOn) == []
    await flows.engine.keep(flows.env, moved)
    assert len(flows.emitted(SignedOn)) == 1


async def test_a_good_session_makes_signing_on_needless(flows: Flows) -> None:
    browser = BrowserJar()
    first = await flows.sign_on(browser)
    turn = await flows.begin(browser, reuses_session=True)
    assert turn.flow.stage is Stage.FINISHED
    assert turn.flow.session_id == first.flow.session_id
    assert turn.flow.authentication == first.flow.authentication
    assert turn.pending == Issuance()
    assert turn.plugin_id == "7RmQNDWaOnBoudTufx2sEw"


async def test_a_flow_over_its_time_is_gone(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    flows.clock.advance(flows.env.flow_lifetime_seconds)
    with pytest.raises(FlowRefusedError):
        await flows.look(browser, begun.flow.id)


@pytest.mark.parametrize("text", ["", "a" * 21, "\0" * 22, "ä" * 22, "../../../../../../../x"])
async def test_the_store_is_not_asked_for_what_cannot_be_an_id(text: str) -> None:
    reached: list[str] = []
    flows = Flows(store=MemoryStore(reach=reached.append))
    with pytest.raises(FlowRefusedError):
        await flows.look(BrowserJar(), text)
    assert reached == []
