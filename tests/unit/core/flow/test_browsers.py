"""Recognising browsers: cookies, the one that lasts, and when use is written down."""

import pytest

from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.base.ids import browser_key
from ostiary.core.flow.browser import Browser
from ostiary.core.flow.browsers import TOUCH_SECONDS
from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import Policy, StepNode
from ostiary.core.model.session import Session, SessionPolicy
from tests.support.flows import ADDRESS, BrowserJar, Flows, make_signon_environment

pytestmark = pytest.mark.anyio


@pytest.fixture
async def flows() -> Flows:
    made = Flows(make_signon_environment(sessions=SessionPolicy(is_persistent=True)))
    await made.add_joe()
    return made


async def _session(flows: Flows, browser: BrowserJar) -> Session:
    recognized = await flows.browsers.recognize(flows.env, browser.shows())
    assert recognized.session is not None
    return recognized.session


async def test_a_browser_without_cookies_is_nobody(flows: Flows) -> None:
    recognized = await flows.browsers.recognize(flows.env, Browser(ADDRESS))
    assert recognized.session is None
    assert recognized.bindings == frozenset()


async def test_a_browser_keeps_the_cookie_that_it_has_when_a_flow_begins(flows: Flows) -> None:
    browser = BrowserJar()
    first = await flows.begin(browser)
    second = await flows.begin(browser)
    assert first.change.cookie is not None
    assert second.change.cookie is None
    assert first.flow.binding == second.flow.binding


async def test_a_lasting_cookie_has_32_characters_and_changes_with_each_sign_on(
    flows: Flows,
) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    first = browser.kept["persistent_cookie"]
    await flows.sign_on(browser)
    assert len(first) == 32
    assert browser.kept["persistent_cookie"] != first


async def test_without_the_setting_there_is_no_lasting_cookie(flows: Flows) -> None:
    flows.reconfigure(sessions=SessionPolicy())
    browser = BrowserJar()
    await flows.sign_on(browser)
    assert "persistent_cookie" not in browser.kept


async def test_a_lasting_cookie_is_not_looked_at_any_more_once_the_setting_is_off(
    flows: Flows,
) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    browser.kept.pop("cookie")
    flows.reconfigure(sessions=SessionPolicy())
    assert (await flows.browsers.recognize(flows.env, browser.shows())).session is None


async def test_a_browser_that_was_closed_gets_another_cookie_for_its_session(flows: Flows) -> None:
    browser = BrowserJar()
    signed_on = await flows.sign_on(browser)
    old = browser.kept.pop("cookie")
    turn = await flows.begin(browser, reuses_session=True, max_age=1)
    assert turn.flow.session_id == signed_on.flow.session_id
    assert turn.change.cookie not in {None, old}
    assert turn.pending.session is not None


async def test_SEC_126_the_cookie_from_before_the_browser_was_closed_is_dead(
    flows: Flows,
) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    thief = BrowserJar(kept={"cookie": browser.kept.pop("cookie")})
    # A flow in which somebody is asked, so that it is stored.
    await flows.begin(browser)
    assert (await flows.browsers.recognize(flows.env, thief.shows())).session is None
    await _session(flows, browser)


async def test_a_stored_flow_of_a_renewed_cookie_opens_with_it(flows: Flows) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    browser.kept.pop("cookie")
    turn = await flows.begin(browser)
    assert turn.flow.binding == browser_key(browser.kept["cookie"])
    assert (await flows.look(browser, turn.flow.id)).flow.stage is Stage.AUTHENTICATION


async def test_use_is_written_down_once_a_minute(flows: Flows) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    signed_on_at = flows.clock.now()
    flows.clock.advance(TOUCH_SECONDS - 1)
    await flows.begin(browser, reuses_session=True)
    assert (await _session(flows, browser)).used_at == signed_on_at
    flows.clock.advance(1)
    await flows.begin(browser, reuses_session=True)
    assert (await _session(flows, browser)).used_at == flows.clock.now()


async def test_signing_on_again_adds_up_the_policies_that_are_satisfied(flows: Flows) -> None:
    flows.reconfigure(policies={**flows.env.policies, "strong": Policy("strong", StepNode("form"))})
    browser = BrowserJar()
    await flows.sign_on(browser)
    began = flows.clock.now()
    flows.clock.advance(30)
    await flows.sign_on(browser, policy="strong")
    session = await _session(flows, browser)
    passed = {each.key: each.at for each in session.authentication.passed}
    assert passed == {"default": began, "strong": flows.clock.now()}
    assert session.authentication.at == flows.clock.now()
    assert session.created_at == began


@pytest.mark.parametrize("shown", ["", "a" * 21, "a" * 23, "!" * 22, "ä" * 22, "\ud800" * 22])
async def test_a_cookie_that_we_cannot_have_made_is_none(flows: Flows, shown: str) -> None:
    recognized = await flows.browsers.recognize(flows.env, Browser(ADDRESS, cookie=shown))
    assert recognized.cookie is None
    assert recognized.bindings == frozenset()


async def test_a_cookie_made_for_a_flow_is_not_looked_for_among_sessions() -> None:
    reached: list[str] = []
    flows = Flows(store=MemoryStore(reach=reached.append))
    await flows.add_joe()
    browser = BrowserJar()
    turn = await flows.begin(browser)
    reached.clear()
    await flows.check(browser, turn.flow.id)
    assert "memory.sessions.find" not in reached
    assert await flows.is_signed_on(browser)


async def test_whoever_signs_on_again_in_one_flow_keeps_the_session(flows: Flows) -> None:
    browser = BrowserJar()
    signed_on = await flows.sign_on(browser)
    assert not signed_on.flow.has_new_cookie
    again = await flows.begin(browser)
    assert not again.flow.has_new_cookie
    moved = await flows.check(browser, again.flow.id)
    assert moved.flow.session_id == signed_on.flow.session_id


async def test_what_browsers_show_is_not_in_any_repr(flows: Flows) -> None:
    browser = BrowserJar()
    turn = await flows.sign_on(browser)
    shown = browser.shows()
    recognized = await flows.browsers.recognize(flows.env, shown)
    said = repr((shown, recognized, turn))
    assert not [value for value in browser.kept.values() if value in said]
