"""Filling mailboxes from outside, and using up what their owners need; notices of changes."""

from dataclasses import replace

import pytest

from ostiary.adapters.limiter import DEFAULT_ALLOWANCES
from ostiary.core.admin.user_editing import UserEditing
from ostiary.core.flow.turn import Turn
from ostiary.core.model.authenticator import Authenticator, AuthenticatorKind
from ostiary.core.model.password_policy import LockoutPolicy
from ostiary.core.model.policy import StepInstance
from ostiary.core.ports.delivery import Channel, Template
from ostiary.core.signon.message_rate import recoveries_of
from ostiary.core.signon.one_time_codes import KeptCode, OneTimeCodes
from ostiary.core.steps.contract import ProblemKind
from tests.support.flows import PASSWORD, BrowserJar, Flows, make_signon_environment
from tests.support.second_factors import TARGETS, Factors
from tests.support.user_administration import make_user_administration
from tests.support.users import make_user

pytestmark = pytest.mark.anyio
NEW = "a much longer password"
MAIL = {"mail": "joe@example.com"}
ROW = LockoutPolicy().failures
EVE = {"username": "eve", "email": "eve@example.com", "password": NEW}
SENT_KINDS = pytest.mark.parametrize("kind", list(TARGETS))


@pytest.fixture
async def flows() -> Flows:
    settings = {"recovery": True, "registration": True, "password_change": True}
    form = StepInstance("form", "username_password", settings)
    made = Flows(make_signon_environment(steps={"form": form}))
    await made.add_joe(attributes=MAIL)
    return made


async def forgot(flows: Flows, browser: BrowserJar, username: str = "joe") -> Turn:
    begun = await flows.begin(browser)
    return await flows.act(browser, begun.flow.id, "password.forgot", username=username)


async def register(flows: Flows, **inputs: str) -> Turn:
    begun = await flows.begin(browser := BrowserJar())
    return await flows.act(browser, begun.flow.id, "user.register", **{**EVE, **inputs})


def kinds(turn: Turn) -> list[ProblemKind]:
    return [problem.kind for problem in turn.problems]


@pytest.mark.parametrize("username", ["joe", "nobody"])
async def test_SEC_161_five_codes_in_a_row_are_sent_for_a_name_and_nobody_learns_whose_it_is(
    flows: Flows, username: str
) -> None:
    browser = BrowserJar()
    turn = await forgot(flows, browser, username)
    for _ in range(ROW - 1):
        turn = await flows.act(browser, turn.flow.id, "password.sendRecoveryCode")
        assert not turn.problems
    turn = await flows.act(browser, turn.flow.id, "password.sendRecoveryCode")
    assert [(each.kind, each.retry_seconds) for each in turn.problems] == [(ProblemKind.LIMIT, 60)]
    assert len(flows.outbox.messages) == (ROW if username == "joe" else 0)
    flows.clock.advance(60)
    assert not kinds(await flows.act(browser, turn.flow.id, "password.sendRecoveryCode"))


async def test_SEC_161_other_flows_and_spellings_of_the_name_count_too(flows: Flows) -> None:
    for number in range(ROW):
        await forgot(flows, BrowserJar(), "JOE" if number % 2 else "joe")
    browser = BrowserJar()
    turn = await forgot(flows, browser)
    assert turn.view is not None
    assert turn.view.lines == ("No more codes are sent for now. Wait a while, or use another way.",)
    turn = await flows.act(browser, turn.flow.id, "accountRecoveryUsername.check", username="joe")
    assert kinds(turn) == [ProblemKind.LIMIT]
    assert len(flows.outbox.messages) == ROW


async def test_SEC_161_the_owner_is_sent_a_code_where_it_has_signed_on_before(
    flows: Flows,
) -> None:
    own = BrowserJar()
    await flows.sign_on(own)
    for _ in range(ROW + 1):
        await forgot(flows, BrowserJar())
    before = len(flows.outbox.messages)
    assert not kinds(await forgot(flows, own))
    assert len(flows.outbox.messages) == before + 1


async def test_SEC_161_nobody_is_kept_from_recovery_for_longer_than_a_day(flows: Flows) -> None:
    for _ in range(flows.env.lockout.ceiling):
        await flows.message_rate.count_recovery(
            flows.env, "joe", None, address="192.0.2.9", cookie=None
        )
        flows.clock.advance(flows.env.lockout.lock_seconds[-1] / ROW)
    flows.clock.advance(86_400)
    assert not kinds(await forgot(flows, BrowserJar()))
    assert flows.outbox.messages


async def test_SEC_161_who_has_read_the_mail_may_ask_again(flows: Flows) -> None:
    browser = BrowserJar()
    for _ in range(ROW - 1):
        await forgot(flows, browser)
    turn = await forgot(flows, browser)
    both = {"recoveryCode": flows.outbox.code(), "newPassword": NEW}
    await flows.act(browser, turn.flow.id, "password.recover", **both)
    before = len(flows.outbox.messages)
    await forgot(flows, BrowserJar())
    assert len(flows.outbox.messages) == before + 1


async def test_SEC_161_unlocking_a_user_lifts_that_too(flows: Flows) -> None:
    for _ in range(ROW):
        await forgot(flows, BrowserJar())
    users = make_user_administration(flows.store, flows.hashing, flows.events, flows.clock)
    await users.unlock(flows.env, await flows.user("joe"))
    subject, now = recoveries_of(flows.env, "joe", flows.clock.now()), flows.clock.now()
    assert not (await flows.store.attempts.find_failures(flows.env, subject, now=now)).failures
    await forgot(flows, BrowserJar())
    assert len(flows.outbox.messages) == ROW + 1


async def test_SEC_161_five_codes_in_a_row_are_sent_to_a_mailbox_by_whatever_sub_address(
    flows: Flows,
) -> None:
    for number in range(ROW):
        assert not kinds(await register(flows, email=f"Victim+{number}@example.com"))
    turn = await register(flows, email="victim@example.com")
    assert kinds(turn) == [ProblemKind.LIMIT]
    assert len(flows.outbox.messages) == ROW
    assert not kinds(await register(flows, email="other@example.com"))


async def test_SEC_161_asking_for_a_code_again_counts_as_much(flows: Flows) -> None:
    begun = await flows.begin(browser := BrowserJar())
    turn = await flows.act(browser, begun.flow.id, "user.register", **EVE)
    answers = [
        kinds(await flows.act(browser, turn.flow.id, "verificationCode.resend")) for _ in range(ROW)
    ]
    assert answers == [*[[]] * (ROW - 1), [ProblemKind.LIMIT]]
    assert len(flows.outbox.messages) == ROW


async def test_SEC_161_one_caller_has_so_many_codes_sent_whomever_they_are_for(
    flows: Flows,
) -> None:
    allowance = DEFAULT_ALLOWANCES["message"]
    assert allowance is not None
    for number in range(allowance.times):
        await flows.message_rate.count_verification(
            flows.env, f"joe{number}@example.com", address="192.0.2.1"
        )
    assert kinds(await register(flows)) == [ProblemKind.LIMIT]
    assert not flows.outbox.messages
    own = await flows.message_rate.count_verification(
        flows.env, EVE["email"], address="198.51.100.1"
    )
    assert own == 0


async def test_SEC_146_guesses_at_one_code_at_the_same_time_are_counted_first(
    flows: Flows,
) -> None:
    _, kept = OneTimeCodes(flows.clock).make(flows.env, "recovery", "flow")
    admitted = [await flows.message_rate.may_guess(flows.env, kept) for _ in range(25)]
    assert admitted == [*[True] * ROW, *[False] * (25 - ROW)]
    _, other = OneTimeCodes(flows.clock).make(flows.env, "recovery", "flow")
    assert await flows.message_rate.may_guess(flows.env, other)


async def test_SEC_146_what_older_versions_of_a_flow_forget_is_counted_all_the_same(
    flows: Flows,
) -> None:
    browser = BrowserJar()
    turn = await forgot(flows, browser)
    for _ in range(ROW):
        # Each finds the flow as it was before any other one: nothing is kept of them.
        await act_at_once(flows, browser, turn, "22222222")
    code = flows.outbox.code()
    assert kinds(await act_at_once(flows, browser, turn, code)) == [ProblemKind.CODE]
    assert KeptCode.from_state(turn.flow.step_state["code"]).failures == 0


async def test_a_right_code_stays_right_however_many_passwords_are_refused(flows: Flows) -> None:
    browser = BrowserJar()
    turn = await forgot(flows, browser)
    both = {"recoveryCode": flows.outbox.code(), "newPassword": "short"}
    for _ in range(ROW + 1):
        turn = await flows.act(browser, turn.flow.id, "password.recover", **both)
        assert kinds(turn) == [ProblemKind.NEW_PASSWORD]


async def act_at_once(flows: Flows, browser: BrowserJar, turn: Turn, code: str) -> Turn:
    assert turn.view is not None
    offer = turn.view.offers[0]
    return await flows.engine.act(flows.env, turn, offer, {"recoveryCode": code}, browser.shows())


@SENT_KINDS
async def test_SEC_161_a_stranger_who_enrols_an_address_keeps_no_codes_from_its_owner(
    kind: AuthenticatorKind,
) -> None:
    factors = Factors()
    own, _ = await factors.enrol(kind)
    owner, factors.user = factors.user, make_user(7)
    for _ in range(ROW):
        await factors.begin(kind)
    with pytest.raises(AssertionError):
        await factors.begin(kind)
    factors.user = owner

    challenge = await factors.ask(own)

    answered = await factors.answer(own, factors.outbox.code(), challenge)
    assert isinstance(answered, Authenticator)


@SENT_KINDS
async def test_SEC_161_a_right_code_of_its_owner_lets_no_stranger_send_more(
    kind: AuthenticatorKind,
) -> None:
    factors = Factors()
    own, _ = await factors.enrol(kind)
    owner = factors.user
    for number in range(ROW):
        factors.user = make_user(10 + number)
        await factors.begin(kind)
    factors.user = owner
    challenge = await factors.ask(own)
    await factors.answer(own, factors.outbox.code(), challenge)
    factors.user = make_user(20)
    before = len(factors.outbox.messages)

    with pytest.raises(AssertionError):
        await factors.begin(kind)

    assert len(factors.outbox.messages) == before


@pytest.mark.parametrize("way", ["recovery", "change"])
async def test_a_user_is_told_of_another_password(flows: Flows, way: str) -> None:
    browser = BrowserJar()
    if way == "recovery":
        turn = await forgot(flows, browser)
        both = {"recoveryCode": flows.outbox.code(), "newPassword": NEW}
        await flows.act(browser, turn.flow.id, "password.recover", **both)
    else:
        begun = await flows.begin(browser)
        await flows.act(browser, begun.flow.id, "passwordChange.initiate")
        inputs = {"username": "joe", "currentPassword": PASSWORD, "newPassword": NEW}
        await flows.act(browser, begun.flow.id, "newPassword.check", **inputs)
    message = flows.outbox.messages[-1]
    assert (message.template, message.to) == (Template.PASSWORD_CHANGED, "joe@example.com")
    assert message.user == (await flows.user("joe")).id


@pytest.mark.parametrize("attributes", [{}, {"mail": "no address"}])
async def test_who_cannot_be_told_gets_another_password_all_the_same(
    flows: Flows, attributes: dict[str, object]
) -> None:
    eve = await flows.add_user(1, username="eve", attributes=attributes)
    flows.outbox.closed = set() if attributes else {Channel.EMAIL}
    changed = await flows.changes.set(flows.env, eve, NEW, must_change=True, source="test")
    assert changed.user.password != eve.password
    assert not flows.outbox.messages


async def test_who_gets_another_address_is_told_at_the_one_before(flows: Flows) -> None:
    users = make_user_administration(flows.store, flows.hashing, flows.events, flows.clock)
    editing, joe = UserEditing(users, flows.changes), await flows.user("joe")
    joe = await editing.change(flows.env, joe, lambda found: replace(found, population="guests"))
    assert not flows.outbox.messages

    other = {"mail": "thief@evil.example"}
    await editing.change(flows.env, joe, lambda found: replace(found, attributes=other))

    sent = [(message.template, message.to) for message in flows.outbox.messages]
    assert sent == [(Template.EMAIL_CHANGED, "joe@example.com")]
