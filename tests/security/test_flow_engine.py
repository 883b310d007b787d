"""What an attacker does not get of somebody's sign-on: the flow engine's own promises."""

import copy
from dataclasses import replace

import anyio
import pytest

from ostiary.core.flow.errors import FlowCode, FlowRefusedError
from ostiary.core.flow.turn import Turn
from ostiary.core.model.flow import Stage
from ostiary.core.steps.contract import Offer
from tests.support.flows import PASSWORD, TWO_FORMS, TWO_STEPS, BrowserJar, Flows, offer_of

pytestmark = pytest.mark.anyio
PARALLEL = 32


@pytest.fixture
async def flows() -> Flows:
    made = Flows()
    await made.add_joe()
    return made


async def test_SEC_117_a_flow_of_another_browser_is_not_there(flows: Flows) -> None:
    victim, attacker = BrowserJar(), BrowserJar()
    turn = await flows.begin(victim)
    await flows.begin(attacker)
    assert await flows.may_open(victim, turn)
    assert not await flows.may_open(attacker, turn)
    assert not await flows.may_open(BrowserJar(), turn)


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
    flows.reconfigure(**TWO_STEPS)
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
    assert await flows.is_signed_on(first)
    assert not await flows.is_signed_on(second)


async def test_SEC_122_the_name_that_a_step_has_taken_cannot_be_changed_in_the_next(
    flows: Flows,
) -> None:
    flows.reconfigure(**TWO_STEPS)
    await flows.add_user(1, username="eve")
    browser = BrowserJar()
    begun = await flows.begin(browser)
    await flows.act(browser, begun.flow.id, "identifier.submit", identifier="joe")
    turn = await flows.check(browser, begun.flow.id, "eve")
    assert [(problem.kind.value, problem.target) for problem in turn.problems] == [
        ("value", "username")
    ]
    assert not await flows.is_signed_on(browser)


async def test_SEC_122_a_second_proof_of_somebody_else_ends_the_flow(flows: Flows) -> None:
    """The second form would settle the name; so the first user is renamed in between."""
    flows.reconfigure(**TWO_FORMS)
    joe, browser = await flows.user("joe"), BrowserJar()
    begun = await flows.begin(browser)
    await flows.check(browser, begun.flow.id)
    renamed = await flows.directory.save(flows.env, replace(joe, username="joseph"))
    await flows.add_user(1, username="joe")
    turn = await flows.check(browser, begun.flow.id)
    assert turn.flow.stage is Stage.FINISHED
    assert turn.flow.failure is not None
    assert turn.flow.user_id == renamed.id
    assert not await flows.is_signed_on(browser)


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
