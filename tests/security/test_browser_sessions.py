"""Sessions of browsers: what a stolen, planted or old cookie is good for."""

from dataclasses import replace

import pytest

from ostiary.core.base.ids import browser_key
from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import Policy, StepNode
from ostiary.core.model.session import MAX_FORMER, SessionPolicy
from ostiary.core.model.user import UserPassword
from ostiary.core.oauth.prompts import SignedOnUser, decide_sign_on
from tests.support.flows import (
    ONE_FORM,
    TWO_FORMS,
    BrowserJar,
    Flows,
    make_asking_application,
    make_request,
    make_signon_environment,
)
from tests.support.users import HASH

pytestmark = pytest.mark.anyio
TWO_LEVELS = {
    "default": Policy("default", ONE_FORM),
    "strong": Policy("strong", StepNode("form", StepNode("again")), "urn:strong"),
}


@pytest.fixture
async def flows() -> Flows:
    made = Flows()
    await made.add_joe()
    return made


async def test_SEC_126_the_cookie_from_before_signing_on_is_dead(flows: Flows) -> None:
    victim = BrowserJar()
    begun = await flows.begin(victim)
    attacker = victim.copy()
    await flows.check(victim, begun.flow.id)
    assert await flows.is_signed_on(victim)
    assert not await flows.is_signed_on(attacker)
    assert not await flows.may_open(attacker, begun)


async def test_SEC_126_signing_on_again_gives_another_cookie_and_keeps_the_session(
    flows: Flows,
) -> None:
    browser = BrowserJar()
    first = await flows.sign_on(browser)
    thief = browser.copy()
    flows.clock.advance(60)
    second = await flows.sign_on(browser)
    assert second.flow.session_id == first.flow.session_id
    assert browser.kept["cookie"] != thief.kept["cookie"]
    assert not await flows.is_signed_on(thief)


async def test_SEC_126_another_user_gets_another_session_and_the_first_one_ends(
    flows: Flows,
) -> None:
    await flows.add_user(1, username="eve")
    browser = BrowserJar()
    first = await flows.sign_on(browser)
    thief = browser.copy()
    second = await flows.sign_on(browser, "eve")
    assert second.flow.session_id != first.flow.session_id
    assert not await flows.is_signed_on(thief)
    session_id, now = first.flow.session_id, flows.clock.now()
    assert session_id is not None
    assert await flows.store.sessions.find_by_id(flows.env, session_id, now=now) is None


async def test_SEC_126_an_approval_that_waits_is_not_for_the_next_user_of_the_browser() -> None:
    flows = Flows(make_signon_environment(ONE_FORM, make_asking_application()))
    await flows.add_joe()
    await flows.add_user(1, username="eve")
    browser = BrowserJar()
    waiting = await flows.sign_on(browser)
    assert waiting.flow.stage is Stage.APPROVAL
    assert await flows.may_open(browser, waiting)
    await flows.sign_on(browser, "eve")
    assert not await flows.may_open(browser, waiting)


async def test_SEC_131_an_approval_that_waits_ends_with_the_session() -> None:
    flows = Flows(make_signon_environment(ONE_FORM, make_asking_application()))
    await flows.add_joe()
    browser = BrowserJar()
    waiting = await flows.sign_on(browser)
    session_id = waiting.flow.session_id
    assert session_id is not None
    assert await flows.may_open(browser, waiting)
    await flows.store.sessions.end(flows.env, session_id)
    assert not await flows.may_open(browser, waiting)


async def test_SEC_126_flows_of_other_tabs_go_on_after_the_cookie_changed(flows: Flows) -> None:
    browser = BrowserJar()
    tabs = [await flows.begin(browser) for _ in range(2)]
    await flows.check(browser, tabs[0].flow.id)
    finished = await flows.check(browser, tabs[1].flow.id)
    assert finished.flow.stage is Stage.FINISHED
    assert finished.flow.failure is None


async def test_SEC_126_a_session_remembers_a_few_former_cookies_only(flows: Flows) -> None:
    browser = BrowserJar()
    for _ in range(MAX_FORMER + 3):
        await flows.sign_on(browser)
    recognized = await flows.browsers.recognize(flows.env, browser.shows())
    assert recognized.session is not None
    assert len(recognized.session.former) == MAX_FORMER


async def test_SEC_126_a_planted_cookie_of_another_shape_is_replaced(flows: Flows) -> None:
    browser = BrowserJar(kept={"cookie": "known-to-the-attacker"})
    turn = await flows.begin(browser)
    assert turn.flow.binding != browser_key("known-to-the-attacker")
    assert len(browser.kept["cookie"]) == 22


async def test_SEC_131_a_session_ends_when_its_user_is_disabled(flows: Flows) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    joe = await flows.user("joe")
    await flows.directory.save(flows.env, replace(joe, enabled=False))
    assert not await flows.is_signed_on(browser)


async def test_SEC_131_a_session_ends_when_its_user_is_deleted(flows: Flows) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    await flows.directory.delete(flows.env, (await flows.user("joe")).id)
    assert not await flows.is_signed_on(browser)


async def test_SEC_131_a_session_ends_when_the_password_changes(flows: Flows) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    flows.clock.advance(0.5)
    joe = await flows.user("joe")
    changed = UserPassword(HASH, changed_at=flows.clock.now())
    await flows.directory.save(flows.env, replace(joe, password=changed))
    assert not await flows.is_signed_on(browser)


async def test_SEC_131_a_lasting_cookie_ends_with_the_password_too(flows: Flows) -> None:
    flows.reconfigure(sessions=SessionPolicy(is_persistent=True))
    browser = BrowserJar()
    await flows.sign_on(browser)
    browser.kept.pop("cookie")
    assert await flows.is_signed_on(browser)
    flows.clock.advance(0.5)
    joe = await flows.user("joe")
    changed = UserPassword(HASH, changed_at=flows.clock.now())
    await flows.directory.save(flows.env, replace(joe, password=changed))
    assert not await flows.is_signed_on(browser)


async def test_SEC_131_a_user_disabled_between_two_steps_does_not_sign_on(flows: Flows) -> None:
    flows.reconfigure(**TWO_FORMS)
    browser = BrowserJar()
    begun = await flows.begin(browser)
    await flows.check(browser, begun.flow.id)
    joe = await flows.user("joe")
    await flows.directory.save(flows.env, replace(joe, enabled=False))
    turn = await flows.check(browser, begun.flow.id)
    assert turn.flow.stage is Stage.AUTHENTICATION
    assert not await flows.is_signed_on(browser)


async def test_SEC_132_a_session_that_is_not_used_ends(flows: Flows) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    flows.clock.advance(flows.env.sessions.idle_seconds - 1)
    assert await flows.is_signed_on(browser)
    flows.clock.advance(1)
    assert not await flows.is_signed_on(browser)


async def test_SEC_132_a_session_that_is_used_ends_all_the_same(flows: Flows) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    began, policy = flows.clock.now(), flows.env.sessions
    while await flows.is_signed_on(browser):
        await flows.begin(browser, reuses_session=True)
        flows.clock.advance(policy.idle_seconds / 2)
    assert flows.clock.now() - began == policy.max_seconds


async def test_SEC_132_shorter_times_hold_for_sessions_that_are_there(flows: Flows) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    flows.clock.advance(120)
    flows.reconfigure(sessions=SessionPolicy(idle_seconds=60))
    assert not await flows.is_signed_on(browser)


async def test_SEC_130_signing_on_weakly_again_does_not_renew_a_stronger_proof() -> None:
    flows, browser = Flows(make_signon_environment(policies=TWO_LEVELS)), BrowserJar()
    await flows.add_joe()
    strong = await flows.begin(browser, policy="strong")
    turn = await flows.check(browser, strong.flow.id)
    await flows.check(browser, turn.flow.id)
    proved_at = flows.clock.now()
    flows.clock.advance(600)
    await flows.sign_on(browser)
    session = (await flows.browsers.recognize(flows.env, browser.shows())).session
    assert session is not None
    present = SignedOnUser(session, await flows.user("joe"))
    request = make_request(acr_values=("urn:strong",), max_age=300)
    decision = decide_sign_on(flows.env, flows.client, request, present, flows.clock.now())
    assert decision.passed is None
    longer = make_request(acr_values=("urn:strong",), max_age=900)
    decision = decide_sign_on(flows.env, flows.client, longer, present, flows.clock.now())
    assert decision.passed is not None
    assert decision.passed.at == proved_at
