"""Flows without cookies: a state in each answer opens the next version, and nothing else does."""

import pytest

from ostiary.core.flow.errors import FlowRefusedError
from ostiary.core.flow.turn import Turn
from ostiary.core.model.authorization_request import ResponseMode
from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import StepNode
from tests.support.flows import BrowserJar, Flows, make_application, make_signon_environment

pytestmark = pytest.mark.anyio
ROOT = StepNode("name", StepNode("form"))


@pytest.fixture
async def flows() -> Flows:
    client = make_application(is_cookieless=True, is_redirectless=True)
    made = Flows(make_signon_environment(ROOT, client))
    await made.add_joe()
    return made


async def _begin(flows: Flows, browser: BrowserJar) -> Turn:
    return await flows.begin(browser, response_mode=ResponseMode.PI_FLOW)


async def test_a_flow_without_cookies_gives_a_state_and_no_cookie(flows: Flows) -> None:
    turn = await _begin(flows, BrowserJar())
    assert turn.flow.is_cookieless
    assert turn.change.api_state is not None
    assert len(turn.change.api_state) >= 22
    assert turn.change.cookie is None


async def test_SEC_117_only_the_state_opens_a_flow_without_cookies(flows: Flows) -> None:
    client = BrowserJar()
    turn = await _begin(flows, client)
    assert (await flows.look(client, turn.flow.id)).flow == turn.flow
    for stranger in (BrowserJar(), BrowserJar(kept={"cookie": client.kept["api_state"]})):
        with pytest.raises(FlowRefusedError):
            await flows.look(stranger, turn.flow.id)


async def test_each_stored_version_has_a_state_of_its_own(flows: Flows) -> None:
    client = BrowserJar()
    turn = await _begin(flows, client)
    before = client.copy()
    await flows.act(client, turn.flow.id, "identifier.submit", identifier="joe")
    assert client.kept["api_state"] != before.kept["api_state"]
    assert (await flows.look(client, turn.flow.id)).flow.version == 2
    with pytest.raises(FlowRefusedError):
        await flows.look(before, turn.flow.id)


async def test_what_changes_nothing_gives_the_same_state_again(flows: Flows) -> None:
    client = BrowserJar()
    turn = await _begin(flows, client)
    state = client.kept["api_state"]
    assert (await flows.look(client, turn.flow.id)).change.api_state == state
    refused = await flows.act(client, turn.flow.id, "identifier.submit", identifier="")
    assert refused.problems
    assert refused.change.api_state == state


async def test_signing_on_without_cookies_leaves_none_behind(flows: Flows) -> None:
    client = BrowserJar()
    turn = await _begin(flows, client)
    await flows.act(client, turn.flow.id, "identifier.submit", identifier="joe")
    finished = await flows.check(client, turn.flow.id)
    assert finished.flow.stage is Stage.FINISHED
    assert finished.flow.failure is None
    assert client.kept.keys() == {"api_state"}


async def test_a_session_without_cookies_is_there_to_be_ended(flows: Flows) -> None:
    client = BrowserJar()
    turn = await _begin(flows, client)
    await flows.act(client, turn.flow.id, "identifier.submit", identifier="joe")
    session_id = (await flows.check(client, turn.flow.id)).flow.session_id
    assert session_id is not None
    assert await flows.store.sessions.end(flows.env, session_id)


async def test_who_signs_on_without_cookies_is_not_whom_the_cookies_show(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    await flows.act(browser, begun.flow.id, "identifier.submit", identifier="joe")
    await flows.check(browser, begun.flow.id)
    turn = await flows.begin(browser, response_mode=ResponseMode.PI_FLOW, reuses_session=True)
    assert turn.flow.stage is Stage.AUTHENTICATION
    assert turn.flow.user_id is None


async def test_signing_on_without_cookies_leaves_the_session_of_the_cookies_alone(
    flows: Flows,
) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    await flows.act(browser, begun.flow.id, "identifier.submit", identifier="joe")
    with_cookies = await flows.check(browser, begun.flow.id)
    begun = await _begin(flows, browser)
    await flows.act(browser, begun.flow.id, "identifier.submit", identifier="joe")
    without = await flows.check(browser, begun.flow.id)
    assert without.flow.session_id not in {None, with_cookies.flow.session_id}
    assert await flows.is_signed_on(browser)


async def test_the_same_client_has_cookies_in_other_modes(flows: Flows) -> None:
    turn = await flows.begin(BrowserJar())
    assert not turn.flow.is_cookieless
    assert turn.change.cookie is not None
