"""The step username_password: what it shows, whom it lets in, what the browser is to keep."""

from typing import Any

import pytest

from ostiary.core.flow.turn import Turn
from ostiary.core.model.audit.sign_on import PasswordAccepted, PasswordRefused
from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import StepInstance
from ostiary.core.model.user import UserPassword
from ostiary.core.steps.contract import State
from tests.support.flows import PASSWORD, BrowserJar, Flows, make_signon_environment
from tests.support.users import HASH

pytestmark = pytest.mark.anyio
FIELDS = (
    "showRememberMyUsername",
    "showThisIsMyDevice",
    "thisIsMyDeviceSelected",
    "showCaptcha",
    "rememberMyUsernameSelected",
)
BOXES = {"remember_my_username": True, "this_is_my_device": True}


def _with(**settings: object) -> Flows:
    step = StepInstance("form", "username_password", settings)
    return Flows(make_signon_environment(steps={"form": step}))


@pytest.fixture
async def flows() -> Flows:
    made = Flows()
    await made.add_joe()
    return made


@pytest.fixture
async def boxes() -> Flows:
    made = _with(**BOXES)
    await made.add_joe()
    return made


async def _sign_on(flows: Flows, browser: BrowserJar, **inputs: Any) -> Turn:
    begun = await flows.begin(browser)
    sent = {"username": "joe", "password": PASSWORD, **inputs}
    return await flows.act(browser, begun.flow.id, "usernamePassword.check", **sent)


def _fields(turn: Turn) -> dict[str, object]:
    assert turn.view is not None
    return dict(turn.view.fields)


async def test_S3_14_programs_are_told_five_booleans_and_nothing_else(flows: Flows) -> None:
    assert _fields(await flows.begin(BrowserJar())) == dict.fromkeys(FIELDS, False)


async def test_check_boxes_are_shown_where_they_are_configured(boxes: Flows) -> None:
    turn = await boxes.begin(BrowserJar())
    fields = _fields(turn)
    assert fields["showRememberMyUsername"] is True
    assert fields["showThisIsMyDevice"] is True
    assert turn.view is not None
    assert [expected.name for expected in turn.view.offers[0].inputs] == [
        "username",
        "password",
        "rememberMyUsername",
        "thisIsMyDevice",
    ]


async def test_a_hint_of_the_application_is_filled_in(flows: Flows) -> None:
    fields = _fields(await flows.begin(BrowserJar(), login_hint="joe"))
    assert fields["username"] == "joe"
    assert "allowUsernameEdits" not in fields


async def test_a_hint_that_is_no_name_is_passed_over(flows: Flows) -> None:
    assert "username" not in _fields(await flows.begin(BrowserJar(), login_hint="a\nb"))


async def test_a_remembered_name_is_filled_in_the_next_time(boxes: Flows) -> None:
    browser = BrowserJar()
    await _sign_on(boxes, browser, rememberMyUsername="true")
    assert browser.kept["username"] == "joe"
    fields = _fields(await boxes.begin(browser))
    assert fields["username"] == "joe"
    assert fields["rememberMyUsernameSelected"] is True


async def test_a_name_is_forgotten_when_the_box_is_cleared(boxes: Flows) -> None:
    browser = BrowserJar(kept={"username": "joe"})
    turn = await _sign_on(boxes, browser)
    assert turn.change.username == ""


async def test_a_name_that_was_never_kept_is_not_forgotten_again(boxes: Flows) -> None:
    turn = await _sign_on(boxes, BrowserJar())
    assert turn.change.username is None


async def test_the_view_is_the_same_whoever_looks(boxes: Flows) -> None:
    browser = BrowserJar(kept={"username": "joe"})
    begun = await boxes.begin(browser)
    del browser.kept["username"]
    assert (await boxes.look(browser, begun.flow.id)).view == begun.view


async def test_a_device_is_known_from_then_on(flows: Flows) -> None:
    browser = BrowserJar()
    await _sign_on(flows, browser)
    assert browser.kept["device"]


async def test_a_device_is_known_only_if_the_user_says_so_where_that_is_asked(
    boxes: Flows,
) -> None:
    assert (await _sign_on(boxes, BrowserJar())).change.device is None
    assert (await _sign_on(boxes, BrowserJar(), thisIsMyDevice=True)).change.device is not None


async def test_strangers_who_guess_do_not_lock_a_user_out_of_a_known_device(flows: Flows) -> None:
    own, stranger = BrowserJar(), BrowserJar(address="198.51.100.7")
    await _sign_on(flows, own)
    for guess in range(flows.env.lockout.failures):
        await _sign_on(flows, stranger, password=f"guess {guess}")
    assert (await _sign_on(flows, stranger)).problems
    assert (await _sign_on(flows, own)).flow.stage is Stage.FINISHED


async def test_wrong_passwords_unknown_names_and_locked_users_read_the_same(flows: Flows) -> None:
    wrong = await _sign_on(flows, BrowserJar(), password="wrong")
    unknown = await _sign_on(flows, BrowserJar(), username="nobody")
    for guess in range(flows.env.lockout.failures):
        await _sign_on(flows, BrowserJar(), password=f"guess {guess}")
    locked = await _sign_on(flows, BrowserJar())
    assert wrong.problems == unknown.problems == locked.problems
    assert wrong.flow.stage is Stage.AUTHENTICATION


async def test_a_password_that_must_be_changed_lets_nobody_in(flows: Flows) -> None:
    old = UserPassword(HASH, changed_at=flows.clock.now() - 9, must_change=True)
    await flows.add_user(1, username="eve", password=old)
    turn = await _sign_on(flows, BrowserJar(), username="eve")
    assert turn.flow.stage is Stage.AUTHENTICATION
    assert turn.view is not None
    assert turn.view.state == State("mustChange", "password")
    assert (turn.flow.user_id, turn.pending.session) == (None, None)


async def test_attempts_are_told_with_where_they_came_from(flows: Flows) -> None:
    await _sign_on(flows, BrowserJar(), password="wrong")
    await _sign_on(flows, BrowserJar())
    refused = flows.emitted(PasswordRefused)
    accepted = flows.emitted(PasswordAccepted)
    assert [(event.entrance, event.address) for event in refused] == [("flow", "192.0.2.1")]
    assert [(event.entrance, event.address) for event in accepted] == [("flow", "192.0.2.1")]


async def test_neither_password_nor_cookies_get_into_events_or_the_stored_flow(
    flows: Flows,
) -> None:
    browser = BrowserJar()
    begun = await flows.begin(browser)
    turn = await flows.check(browser, begun.flow.id, password="canary-Password")
    finished = await flows.check(browser, begun.flow.id)
    said = "\n".join([*flows.events.log, repr(turn.flow), repr(finished.flow)])
    for canary in ("canary-Password", PASSWORD, *browser.kept.values()):
        assert canary not in said
