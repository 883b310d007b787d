"""The step registration: who gets an account, and when."""

import pytest
from msgspec.structs import replace

from ostiary.core.flow.turn import Turn
from ostiary.core.model.audit.accounts import UserAdded
from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import StepInstance
from ostiary.core.ports.delivery import Template
from ostiary.core.steps.contract import ProblemKind, State
from ostiary.core.steps.registering import WRONG
from tests.support.flows import BrowserJar, Flows, make_signon_environment

pytestmark = pytest.mark.anyio
PASSWORD = "eve's own long password"
EVE = {"username": "eve", "email": "eve@example.com", "password": PASSWORD}


@pytest.fixture
async def flows() -> Flows:
    settings = {"registration": True, "registration_population": "guests"}
    form = StepInstance("form", "username_password", settings)
    made = Flows(make_signon_environment(steps={"form": form}))
    await made.add_joe()
    return made


async def _register(flows: Flows, browser: BrowserJar, **inputs: str) -> Turn:
    begun = await flows.begin(browser)
    await flows.act(browser, begun.flow.id, "registration.initiate")
    return await flows.act(browser, begun.flow.id, "user.register", **{**EVE, **inputs})


async def test_whoever_answers_from_the_address_has_an_account_and_is_signed_on(
    flows: Flows,
) -> None:
    browser = BrowserJar()
    turn = await _register(flows, browser, givenName="Eve")
    assert turn.view is not None
    assert turn.view.state == State("emailVerification", "otpRequired")
    assert flows.outbox.last(Template.VERIFY_EMAIL).to == "eve@example.com"
    assert await flows.directory.find_by_username(flows.env, "eve") is None
    done = await flows.act(
        browser, turn.flow.id, "verificationCode.check", verificationCode=flows.outbox.code()
    )
    eve = await flows.user("eve")
    assert (done.flow.stage, done.flow.user_id) == (Stage.FINISHED, eve.id)
    assert eve.population == "guests"
    assert eve.attributes == {
        "email": "eve@example.com",
        "email_verified": True,
        "given_name": "Eve",
    }
    assert [event.source for event in flows.emitted(UserAdded)] == ["registration"]
    later = BrowserJar()
    begun = await flows.begin(later)
    again = await flows.check(later, begun.flow.id, "eve", PASSWORD)
    assert again.flow.stage is Stage.FINISHED


@pytest.mark.parametrize(
    ("inputs", "target", "kind"),
    [
        ({"username": "JOE"}, "username", ProblemKind.TAKEN),
        ({"username": "\x07"}, "username", ProblemKind.VALUE),
        ({"email": "no address"}, "email", ProblemKind.VALUE),
        ({"email": "a@b\r\nBcc: c@d"}, "email", ProblemKind.VALUE),
        ({"password": "short"}, "password", ProblemKind.NEW_PASSWORD),
        ({"password": ""}, "password", ProblemKind.REQUIRED),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_sent(
    flows: Flows, inputs: dict[str, str], target: str, kind: ProblemKind
) -> None:
    turn = await _register(flows, BrowserJar(), **inputs)
    assert [(each.target, each.kind) for each in turn.problems] == [(target, kind)]
    assert not flows.outbox.messages


async def test_a_wrong_code_makes_nobody(flows: Flows) -> None:
    browser = BrowserJar()
    turn = await _register(flows, browser)
    for _ in range(6):
        turn = await flows.act(
            browser, turn.flow.id, "verificationCode.check", verificationCode="22222222"
        )
        assert turn.problems == (WRONG,)
    turn = await flows.act(
        browser, turn.flow.id, "verificationCode.check", verificationCode=flows.outbox.code()
    )
    assert turn.problems == (WRONG,)
    turn = await flows.act(browser, turn.flow.id, "verificationCode.resend")
    turn = await flows.act(
        browser, turn.flow.id, "verificationCode.check", verificationCode=flows.outbox.code()
    )
    assert turn.flow.stage is Stage.FINISHED


async def test_who_is_second_to_answer_chooses_another_name(flows: Flows) -> None:
    first, second = BrowserJar(), BrowserJar()
    slow = await _register(flows, second, email="second@example.com")
    code = flows.outbox.code()
    quick = await _register(flows, first)
    await flows.act(
        first, quick.flow.id, "verificationCode.check", verificationCode=flows.outbox.code()
    )
    turn = await flows.act(second, slow.flow.id, "verificationCode.check", verificationCode=code)
    assert [(each.target, each.kind) for each in turn.problems] == [("username", ProblemKind.TAKEN)]
    assert turn.view is not None
    assert turn.view.state == State("registration", "required")
    assert turn.flow.user_id is None


async def test_SEC_151_an_address_that_has_an_account_is_told_to_its_owner_alone(
    flows: Flows,
) -> None:
    proved = {"email": "ann@example.com", "email_verified": True}
    await flows.add_user(1, username="ann", attributes=proved)
    browser = BrowserJar()
    free, taken = (
        await _register(flows, BrowserJar()),
        await _register(flows, browser, email="Ann@example.com"),
    )
    assert free.view is not None
    assert taken.view is not None
    assert replace(taken.view, fields={}, lines=()) == replace(free.view, fields={}, lines=())
    sent = flows.outbox.messages[-1]
    assert (sent.template, sent.to) == (Template.ACCOUNT_EXISTS, "ann@example.com")
    wrong = await flows.act(
        browser, taken.flow.id, "verificationCode.check", verificationCode=flows.outbox.code()
    )
    assert wrong.problems == (WRONG,)
    await flows.act(browser, taken.flow.id, "verificationCode.resend")
    assert flows.outbox.messages[-1].template is Template.ACCOUNT_EXISTS
    assert await flows.directory.find_by_username(flows.env, "eve") is None


async def test_an_address_that_somebody_only_says_to_have_is_still_free(flows: Flows) -> None:
    await flows.add_user(1, username="ann", attributes={"email": EVE["email"]})
    await _register(flows, BrowserJar())
    assert flows.outbox.messages[-1].template is Template.VERIFY_EMAIL


async def test_SEC_147_no_name_that_looks_like_another_one_is_given_out(flows: Flows) -> None:
    turn = await _register(flows, BrowserJar(), username="j\u043ee")
    assert [each.target for each in turn.problems] == ["username"]


async def test_neither_password_nor_code_is_kept_in_plain(flows: Flows) -> None:
    turn = await _register(flows, BrowserJar())
    kept = repr(turn.flow) + "\n".join(flows.events.log)
    assert PASSWORD not in kept
    assert flows.outbox.code() not in kept


async def test_it_is_left_for_the_sign_on_form(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    await flows.act(browser, begun.flow.id, "registration.initiate")
    turn = await flows.act(browser, begun.flow.id, "registration.cancel")
    assert turn.view is not None
    assert turn.view.state == State("usernamePassword", "required")


async def test_programs_register_at_the_sign_on_form_in_one_action(flows: Flows) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    weak = await flows.act(browser, begun.flow.id, "user.register", **{**EVE, "password": "short"})
    assert [each.unmet for each in weak.problems] == [("length",)]
    assert weak.flow.detour is None
    turn = await flows.act(browser, begun.flow.id, "user.register", **EVE)
    assert turn.view is not None
    assert turn.view.state == State("emailVerification", "otpRequired")
