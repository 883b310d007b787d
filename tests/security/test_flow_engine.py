"""What an attacker does not get of somebody's sign-on: the engine's own promises."""

import copy
from dataclasses import dataclass, replace
from typing import Any

import anyio
import pytest

from ostiary.core.base.ids import ClientId, browser_key
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.flow.errors import FlowCode, FlowRefusedError
from ostiary.core.flow.turn import Turn
from ostiary.core.model.client import Client
from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import Policy, StepNode
from ostiary.core.model.session import MAX_FORMER, SessionPolicy
from ostiary.core.model.user import User, UserPassword
from ostiary.core.steps.contract import Offer
from tests.support.flows import (
    PASSWORD,
    BrowserJar,
    Flows,
    make_application,
    make_signon_environment,
    offer_of,
)
from tests.support.users import HASH

pytestmark = pytest.mark.anyio
PARALLEL = 32


@dataclass
class Approving:
    """A browser in which joe is signed on, and clients that need his approval."""

    flows: Flows
    browser: BrowserJar

    async def begin(self, scope: str, client: str, **request: Any) -> Turn:
        """Begin a flow that needs no signing on."""
        return await self.flows.begin(
            self.browser,
            reuses_session=True,
            client=self.flows.env.clients[ClientId(client)],
            scopes=ScopeSet.parse(scope),
            **request,
        )

    async def is_asked(self, scope: str, client: str = "app", **request: Any) -> bool:
        """Tell whether joe is asked to approve."""
        turn = await self.begin(scope, client, **request)
        return turn.flow.stage is Stage.APPROVAL

    async def allow(self, scope: str, *, is_remembered: bool, **request: Any) -> Turn:
        """Begin a flow and approve."""
        turn = await self.begin(scope, "app", **request)
        return await self.flows.act(
            self.browser, turn.flow.id, "consent.approve", rememberMyDecision=is_remembered
        )


@pytest.fixture
async def flows() -> Flows:
    made = Flows()
    await made.add_joe()
    return made


@pytest.fixture
async def approving() -> Approving:
    made = Flows(make_signon_environment(StepNode("form"), _asking(), _asking("other")))
    await made.add_joe()
    browser = BrowserJar()
    await made.sign_on(browser)
    return Approving(made, browser)


async def _is_signed_on(flows: Flows, browser: BrowserJar) -> bool:
    recognized = await flows.browsers.recognize(flows.env, browser.shows())
    return recognized.session is not None


async def _may_open(flows: Flows, browser: BrowserJar, turn: Turn) -> bool:
    try:
        await flows.look(browser, turn.flow.id)
    except FlowRefusedError as refused:
        assert refused.flow_code is FlowCode.NOT_FOUND
        return False
    return True


async def test_SEC_117_a_flow_of_another_browser_is_not_there(flows: Flows) -> None:
    victim, attacker = BrowserJar(), BrowserJar()
    turn = await flows.begin(victim)
    await flows.begin(attacker)
    assert await _may_open(flows, victim, turn)
    assert not await _may_open(flows, attacker, turn)
    assert not await _may_open(flows, BrowserJar(), turn)


async def test_SEC_119_a_foreign_flow_and_one_that_never_was_read_the_same(flows: Flows) -> None:
    turn = await flows.begin(BrowserJar())
    stranger = BrowserJar()
    await flows.begin(stranger)
    said = set()
    for flow_id in (turn.flow.id, "0" * 22, "", "\0", "a" * 10_000, "../../x", "\ud800"):
        with pytest.raises(FlowRefusedError) as refused:
            await flows.look(stranger, flow_id)
        said.add((refused.value.code, refused.value.description))
    assert len(said) == 1


async def test_SEC_119_ids_of_flows_carry_130_bits_and_do_not_repeat(flows: Flows) -> None:
    ids = {(await flows.begin(BrowserJar())).flow.id for _ in range(50)}
    assert len(ids) == 50
    assert {len(flow_id) for flow_id in ids} == {22}
    assert all(flow_id.isalnum() and flow_id.isascii() for flow_id in ids)


async def test_SEC_120_looking_at_a_flow_writes_nothing(flows: Flows) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    flows.clock.advance(600)
    turn = await flows.begin(browser)
    before = _rows(flows)
    for _ in range(3):
        looked = await flows.look(browser, turn.flow.id)
        await flows.engine.keep(flows.env, looked)
    assert _rows(flows) == before


async def test_SEC_120_an_action_that_is_not_offered_is_refused(flows: Flows) -> None:
    flows.reconfigure(**_two_steps())
    browser = BrowserJar()
    turn = await flows.begin(browser)
    offer = offer_of(turn, "identifier.submit")
    moved = await flows.act(browser, turn.flow.id, "identifier.submit", identifier="joe")
    before = _rows(flows)
    with pytest.raises(FlowRefusedError) as refused:
        await flows.engine.act(flows.env, moved, offer, {"identifier": "joe"}, browser.shows())
    assert refused.value.flow_code is FlowCode.NOT_OFFERED
    assert _rows(flows) == before


async def test_SEC_120_an_offer_with_other_inputs_is_not_the_offer(flows: Flows) -> None:
    browser = BrowserJar()
    turn = await flows.begin(browser)
    genuine = offer_of(turn, "usernamePassword.check")
    with pytest.raises(FlowRefusedError):
        await flows.engine.act(
            flows.env, turn, Offer(genuine.action, genuine.label), {}, browser.shows()
        )


async def test_SEC_120_of_parallel_right_answers_one_wins(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    moved = [await _right_answer(flows, browser, begun) for _ in range(2)]
    ended: list[str] = []

    async def keep(turn: Turn) -> None:
        await anyio.lowlevel.checkpoint()
        try:
            await flows.engine.keep(flows.env, turn)
        except FlowRefusedError as refused:
            ended.append(refused.code)
        else:
            ended.append("won")

    async with anyio.create_task_group() as tasks:
        for number in range(PARALLEL):
            tasks.start_soon(keep, moved[number % 2])
    assert sorted(ended) == [FlowCode.CHANGED] * (PARALLEL - 1) + ["won"]


async def test_SEC_120_who_loses_the_race_gets_no_session(flows: Flows) -> None:
    first, second = BrowserJar(), BrowserJar()
    begun = await flows.begin(first)
    second.kept = dict(first.kept)
    winner = await _right_answer(flows, first, begun)
    loser = await _right_answer(flows, second, begun)
    await flows.engine.keep(flows.env, winner)
    with pytest.raises(FlowRefusedError):
        await flows.engine.keep(flows.env, loser)
    first.keep(winner)
    second.keep(loser)
    assert await _is_signed_on(flows, first)
    assert not await _is_signed_on(flows, second)


async def test_SEC_122_the_name_that_a_step_has_taken_cannot_be_changed_in_the_next(
    flows: Flows,
) -> None:
    flows.reconfigure(**_two_steps())
    await flows.add_user(1, username="eve")
    browser = BrowserJar()
    begun = await flows.begin(browser)
    await flows.act(browser, begun.flow.id, "identifier.submit", identifier="joe")
    turn = await flows.check(browser, begun.flow.id, "eve")
    assert [(problem.kind.value, problem.target) for problem in turn.problems] == [
        ("value", "username")
    ]
    assert not await _is_signed_on(flows, browser)


async def test_SEC_122_a_second_proof_of_somebody_else_ends_the_flow(flows: Flows) -> None:
    """The second form would settle the name; so the first user is renamed in between."""
    flows.reconfigure(**_two_forms())
    joe, browser = await _the_user(flows, "joe"), BrowserJar()
    begun = await flows.begin(browser)
    await flows.check(browser, begun.flow.id)
    renamed = await flows.directory.save(flows.env, replace(joe, username="joseph"))
    await flows.add_user(1, username="joe")
    turn = await flows.check(browser, begun.flow.id)
    assert turn.flow.stage is Stage.FINISHED
    assert turn.flow.failure is not None
    assert turn.flow.user_id == renamed.id
    assert not await _is_signed_on(flows, browser)


async def test_SEC_126_the_cookie_from_before_signing_on_is_dead(flows: Flows) -> None:
    victim = BrowserJar()
    begun = await flows.begin(victim)
    attacker = victim.copy()
    await flows.check(victim, begun.flow.id)
    assert await _is_signed_on(flows, victim)
    assert not await _is_signed_on(flows, attacker)
    assert not await _may_open(flows, attacker, begun)


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
    assert not await _is_signed_on(flows, thief)


async def test_SEC_126_another_user_gets_another_session_and_the_first_one_ends(
    flows: Flows,
) -> None:
    await flows.add_user(1, username="eve")
    browser = BrowserJar()
    first = await flows.sign_on(browser)
    thief = browser.copy()
    second = await flows.sign_on(browser, "eve")
    assert second.flow.session_id != first.flow.session_id
    assert not await _is_signed_on(flows, thief)
    session_id, now = first.flow.session_id, flows.clock.now()
    assert session_id is not None
    assert await flows.store.sessions.find_by_id(flows.env, session_id, now=now) is None


async def test_SEC_126_an_approval_that_waits_is_not_for_the_next_user_of_the_browser() -> None:
    flows = Flows(make_signon_environment(StepNode("form"), _asking()))
    await flows.add_joe()
    await flows.add_user(1, username="eve")
    browser = BrowserJar()
    waiting = await flows.sign_on(browser)
    assert waiting.flow.stage is Stage.APPROVAL
    assert await _may_open(flows, browser, waiting)
    await flows.sign_on(browser, "eve")
    assert not await _may_open(flows, browser, waiting)


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
    joe = await _the_user(flows, "joe")
    await flows.directory.save(flows.env, replace(joe, enabled=False))
    assert not await _is_signed_on(flows, browser)


async def test_SEC_131_a_session_ends_when_its_user_is_deleted(flows: Flows) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    await flows.directory.delete(flows.env, (await _the_user(flows, "joe")).id)
    assert not await _is_signed_on(flows, browser)


async def test_SEC_131_a_session_ends_when_the_password_changes(flows: Flows) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    flows.clock.advance(0.5)
    joe = await _the_user(flows, "joe")
    changed = UserPassword(HASH, changed_at=flows.clock.now())
    await flows.directory.save(flows.env, replace(joe, password=changed))
    assert not await _is_signed_on(flows, browser)


async def test_SEC_131_a_lasting_cookie_ends_with_the_password_too(flows: Flows) -> None:
    flows.reconfigure(sessions=SessionPolicy(is_persistent=True))
    browser = BrowserJar()
    await flows.sign_on(browser)
    browser.kept.pop("cookie")
    assert await _is_signed_on(flows, browser)
    flows.clock.advance(0.5)
    joe = await _the_user(flows, "joe")
    changed = UserPassword(HASH, changed_at=flows.clock.now())
    await flows.directory.save(flows.env, replace(joe, password=changed))
    assert not await _is_signed_on(flows, browser)


async def test_SEC_131_a_user_disabled_between_two_steps_does_not_sign_on(flows: Flows) -> None:
    flows.reconfigure(**_two_forms())
    browser = BrowserJar()
    begun = await flows.begin(browser)
    await flows.check(browser, begun.flow.id)
    joe = await _the_user(flows, "joe")
    await flows.directory.save(flows.env, replace(joe, enabled=False))
    turn = await flows.check(browser, begun.flow.id)
    assert turn.flow.stage is Stage.AUTHENTICATION
    assert not await _is_signed_on(flows, browser)


async def test_SEC_132_a_session_that_is_not_used_ends(flows: Flows) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    flows.clock.advance(flows.env.sessions.idle_seconds - 1)
    assert await _is_signed_on(flows, browser)
    flows.clock.advance(1)
    assert not await _is_signed_on(flows, browser)


async def test_SEC_132_a_session_that_is_used_ends_all_the_same(flows: Flows) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    began, policy = flows.clock.now(), flows.env.sessions
    while await _is_signed_on(flows, browser):
        await flows.begin(browser, reuses_session=True)
        flows.clock.advance(policy.idle_seconds / 2)
    assert flows.clock.now() - began == policy.max_seconds


async def test_SEC_132_shorter_times_hold_for_sessions_that_are_there(flows: Flows) -> None:
    browser = BrowserJar()
    await flows.sign_on(browser)
    flows.clock.advance(120)
    flows.reconfigure(sessions=SessionPolicy(idle_seconds=60))
    assert not await _is_signed_on(flows, browser)


async def test_SEC_136_a_remembered_consent_covers_what_it_was_for(approving: Approving) -> None:
    await approving.allow("openid profile", is_remembered=True)
    assert not await approving.is_asked("openid profile")
    assert not await approving.is_asked("openid")


async def test_SEC_136_a_remembered_consent_covers_no_other_scope(approving: Approving) -> None:
    await approving.allow("openid", is_remembered=True)
    assert await approving.is_asked("openid profile")


async def test_SEC_136_a_remembered_consent_covers_no_other_resource(
    approving: Approving,
) -> None:
    await approving.allow("openid", is_remembered=True, resources=("https://a.example.com",))
    assert not await approving.is_asked("openid", resources=("https://a.example.com",))
    assert await approving.is_asked("openid", resources=("https://b.example.com",))


async def test_SEC_136_scopes_of_one_resource_do_not_add_up_with_those_of_another(
    approving: Approving,
) -> None:
    await approving.allow("openid", is_remembered=True, resources=("https://a.example.com",))
    await approving.allow("profile", is_remembered=True, resources=("https://b.example.com",))
    assert await approving.is_asked("openid", resources=("https://b.example.com",))
    assert not await approving.is_asked("profile", resources=("https://b.example.com",))


async def test_SEC_136_a_consent_covers_no_other_client_and_no_other_user(
    approving: Approving,
) -> None:
    await approving.allow("openid", is_remembered=True)
    assert await approving.is_asked("openid", client="other")
    await approving.flows.add_user(1, username="eve")
    await approving.flows.sign_on(approving.browser, "eve")
    assert await approving.is_asked("openid")


async def test_SEC_136_an_approval_that_is_not_to_be_remembered_counts_once(
    approving: Approving,
) -> None:
    finished = await approving.allow("openid", is_remembered=False)
    assert finished.flow.scopes == ("openid",)
    assert await approving.is_asked("openid")


def _asking(client_id: str = "app") -> Client:
    return make_application(client_id, bypasses_approval=False)


def _two_steps() -> dict[str, Any]:
    return {"policies": {"default": Policy("default", StepNode("name", StepNode("form")))}}


def _two_forms() -> dict[str, Any]:
    return {"policies": {"default": Policy("default", StepNode("form", StepNode("again")))}}


async def _the_user(flows: Flows, username: str) -> User:
    user = await flows.directory.find_by_username(flows.env, username)
    assert user is not None
    return user


async def _right_answer(flows: Flows, browser: BrowserJar, begun: Turn) -> Turn:
    return await flows.engine.act(
        flows.env,
        begun,
        offer_of(begun, "usernamePassword.check"),
        {"username": "joe", "password": PASSWORD},
        browser.shows(),
    )


def _rows(flows: Flows) -> object:
    store = flows.store
    return copy.deepcopy(
        (
            store.flows.rows,
            store.sessions.rows,
            store.user_grants.rows,
            store.consents.rows,
            store.attempts.failures,
        )
    )
