"""The step password_recovery: who gets a code, what it is good for, and what nobody is told."""

from dataclasses import replace

import pytest

from ostiary.core.flow.errors import FlowRefusedError
from ostiary.core.flow.turn import Turn
from ostiary.core.model.audit.accounts import PasswordChanged
from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import Policy, StepInstance, StepNode
from ostiary.core.model.user import UserPassword
from ostiary.core.ports.delivery import Template
from ostiary.core.signon.one_time_codes import MAX_FAILURES
from ostiary.core.steps.contract import State
from ostiary.core.steps.password_recovery import CODE_MINUTES, WRONG
from tests.support.flows import PASSWORD, BrowserJar, Flows, make_signon_environment
from tests.support.users import HASH

pytestmark = pytest.mark.anyio
NEW = "a much longer password"
MAIL = {"mail": "joe@example.com"}
SIGN_ON = State("usernamePassword", "required")


@pytest.fixture
async def flows() -> Flows:
    form = StepInstance("form", "username_password", {"recovery": True})
    made = Flows(make_signon_environment(steps={"form": form}))
    await made.add_joe(attributes=MAIL)
    return made


async def _forgot(flows: Flows, browser: BrowserJar, username: str = "joe") -> Turn:
    begun = await flows.begin(browser)
    return await flows.act(browser, begun.flow.id, "password.forgot", username=username)


async def _check(flows: Flows, browser: BrowserJar, turn: Turn, code: str) -> Turn:
    return await flows.act(browser, turn.flow.id, "recoveryCode.check", recoveryCode=code)


async def _reset(flows: Flows, browser: BrowserJar, turn: Turn, new: str = NEW) -> Turn:
    return await flows.act(browser, turn.flow.id, "passwordReset.check", newPassword=new)


def _state(turn: Turn) -> State:
    assert turn.view is not None
    return turn.view.state


async def test_whoever_reads_the_mail_chooses_a_password_and_signs_on_with_it(
    flows: Flows,
) -> None:
    browser = BrowserJar()
    turn = await _forgot(flows, browser)
    assert _state(turn) == State("recoveryCode", "required")
    sent = flows.outbox.last(Template.RECOVERY_CODE)
    assert (sent.to, len(sent.values["code"])) == ("joe@example.com", 8)
    turn = await _check(flows, browser, turn, flows.outbox.code().lower())
    assert _state(turn) == State("passwordReset", "required")
    turn = await _reset(flows, browser, turn)
    assert (_state(turn), turn.flow.user_id) == (SIGN_ON, None)
    assert (await flows.check(browser, turn.flow.id, "joe", PASSWORD)).problems
    assert (await flows.check(browser, turn.flow.id, "joe", NEW)).flow.stage is Stage.FINISHED
    assert [event.source for event in flows.emitted(PasswordChanged)] == ["recovery"]


async def test_code_and_password_are_taken_in_one_action_too(flows: Flows) -> None:
    browser = BrowserJar()
    turn = await _forgot(flows, browser)
    both = {"recoveryCode": flows.outbox.code(), "newPassword": "short"}
    weak = await flows.act(browser, turn.flow.id, "password.recover", **both)
    assert [each.unmet for each in weak.problems] == [("length",)]
    both["newPassword"] = NEW
    assert _state(await flows.act(browser, turn.flow.id, "password.recover", **both)) == SIGN_ON


@pytest.mark.parametrize("fields", [{"attributes": {}}, {"attributes": MAIL, "enabled": False}])
async def test_who_cannot_be_written_to_is_answered_like_everybody(
    flows: Flows, fields: dict[str, object]
) -> None:
    password = UserPassword(HASH, changed_at=1.0)
    await flows.add_user(1, username="eve", password=password, **fields)
    right = await _forgot(flows, BrowserJar())
    before = len(flows.outbox.messages)
    for username in ("eve", "nobody at all"):
        browser = BrowserJar()
        turn = await _forgot(flows, browser, username)
        assert turn.view == right.view
        wrong = await _check(flows, browser, turn, "22222222")
        assert wrong.problems == (WRONG,)
    assert len(flows.outbox.messages) == before


async def test_SEC_123_a_code_is_of_one_flow_and_user(flows: Flows) -> None:
    await flows.add_user(1, username="eve", attributes={"mail": "eve@example.com"})
    mine, victims = BrowserJar(), BrowserJar()
    await _forgot(flows, mine, "eve")
    code = flows.outbox.code()
    other = await _forgot(flows, victims, "joe")
    assert (await _check(flows, victims, other, code)).problems == (WRONG,)
    again = BrowserJar()
    own = await _forgot(flows, again, "eve")
    assert (await _check(flows, again, own, code)).problems == (WRONG,)


async def test_SEC_123_a_code_is_used_once_and_not_late(flows: Flows) -> None:
    browser = BrowserJar()
    turn = await _forgot(flows, browser)
    code = flows.outbox.code()
    flows.clock.advance(CODE_MINUTES * 60)
    assert (await _check(flows, browser, turn, code)).problems == (WRONG,)
    turn = await flows.act(browser, turn.flow.id, "password.sendRecoveryCode")
    code = flows.outbox.code()
    await _check(flows, browser, turn, code)
    with pytest.raises(FlowRefusedError):
        await _stale(flows, browser, turn, code)


async def _stale(flows: Flows, browser: BrowserJar, turn: Turn, code: str) -> None:
    """Send a code again to the version of the flow that it was asked for in."""
    assert turn.view is not None
    moved = await flows.engine.act(
        flows.env, turn, turn.view.offers[0], {"recoveryCode": code}, browser.shows()
    )
    await flows.engine.keep(flows.env, moved)


async def test_after_five_guesses_the_right_code_is_none(flows: Flows) -> None:
    browser = BrowserJar()
    turn = await _forgot(flows, browser)
    for _ in range(MAX_FAILURES):
        turn = await _check(flows, browser, turn, "22222222")
        assert turn.problems == (WRONG,)
    assert (await _check(flows, browser, turn, flows.outbox.code())).problems == (WRONG,)


async def test_SEC_123_a_password_that_was_changed_meanwhile_stays(flows: Flows) -> None:
    browser = BrowserJar()
    turn = await _check(flows, browser, await _forgot(flows, browser), flows.outbox.code())
    joe = await flows.user("joe")
    await flows.directory.set_password(
        flows.env, joe, "the owner was quicker", must_change=False, now=flows.clock.now()
    )
    turn = await _reset(flows, browser, turn)
    assert _state(turn) == SIGN_ON
    assert (await flows.check(browser, turn.flow.id, "joe", NEW)).problems


async def test_SEC_123_recovery_proves_nobody_and_skips_no_other_step(flows: Flows) -> None:
    again = StepInstance("again", "username_password")
    policy = Policy("default", StepNode("form", StepNode("again")))
    flows.reconfigure(steps={**flows.env.steps, "again": again}, policies={"default": policy})
    browser = BrowserJar()
    turn = await _check(flows, browser, await _forgot(flows, browser), flows.outbox.code())
    turn = await _reset(flows, browser, turn)
    assert (turn.flow.user_id, turn.flow.methods) == (None, ())
    turn = await flows.check(browser, turn.flow.id, "joe", NEW)
    assert turn.step == again


async def test_a_locked_user_is_free_again_with_the_new_password(flows: Flows) -> None:
    for guess in range(flows.env.lockout.failures):
        await flows.check(
            browser := BrowserJar(), (await flows.begin(browser)).flow.id, "joe", f"guess {guess}"
        )
    browser = BrowserJar()
    turn = await _check(flows, browser, await _forgot(flows, browser), flows.outbox.code())
    turn = await _reset(flows, browser, turn)
    assert (await flows.check(browser, turn.flow.id, "joe", NEW)).flow.stage is Stage.FINISHED


async def test_without_a_name_it_is_asked_and_a_hint_is_filled_in(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    turn = await flows.act(browser, begun.flow.id, "password.forgot", usernameHint="joe")
    assert _state(turn) == State("accountRecovery", "usernameRequired")
    assert turn.view is not None
    assert turn.view.fields == {"username": "joe"}
    assert not flows.outbox.messages
    turn = await flows.act(browser, turn.flow.id, "accountRecoveryUsername.check", username="joe")
    assert [message.to for message in flows.outbox.messages] == ["joe@example.com"]
    turn = await flows.act(browser, turn.flow.id, "accountRecovery.cancel")
    assert _state(turn) == SIGN_ON


async def test_it_is_offered_only_where_it_is_configured() -> None:
    flows = Flows()
    turn = await flows.begin(BrowserJar())
    assert turn.view is not None
    assert [offer.action.noun for offer in turn.view.offers] == ["usernamePassword"] * 2


async def test_nothing_of_it_is_stored_in_plain(flows: Flows) -> None:
    browser = BrowserJar()
    turn = await _forgot(flows, browser)
    assert flows.outbox.code() not in repr(turn.flow)
    turn = await _check(flows, browser, turn, flows.outbox.code())
    turn = await _reset(flows, browser, turn)
    assert NEW not in repr(turn.flow) + "\n".join(flows.events.log)
    assert replace(await flows.user("joe")).password is not None
