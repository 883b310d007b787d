"""The step password_change: who may, what the new one must be, and what the old one let in."""

from dataclasses import replace
from typing import Any

import pytest

from ostiary.core.flow.turn import Turn
from ostiary.core.model.audit.accounts import PasswordChanged
from ostiary.core.model.audit.sign_on import PasswordRefused
from ostiary.core.model.flow import Stage
from ostiary.core.model.password_policy import PasswordPolicy
from ostiary.core.model.policy import StepInstance
from ostiary.core.model.user import UserPassword
from ostiary.core.steps.contract import ProblemKind, State
from tests.support.flows import PASSWORD, BrowserJar, Flows, make_signon_environment
from tests.support.users import HASH

pytestmark = pytest.mark.anyio
NEW = "a much longer password"


async def _with_eve(**settings: Any) -> Flows:
    """Return flows with a user `eve` whose password must be changed."""
    step = StepInstance("form", "username_password", settings)
    flows = Flows(make_signon_environment(steps={"form": step}))
    old = UserPassword(HASH, changed_at=flows.clock.now() - 9, must_change=True)
    await flows.add_user(1, username="eve", password=old)
    return flows


async def _asked(flows: Flows, browser: BrowserJar) -> Turn:
    begun = await flows.begin(browser)
    return await flows.check(browser, begun.flow.id, "eve")


async def _change(flows: Flows, browser: BrowserJar, asked: Turn, **inputs: str) -> Turn:
    sent = {"currentPassword": PASSWORD, "newPassword": NEW, **inputs}
    return await flows.act(browser, asked.flow.id, "newPassword.check", **sent)


async def test_whoever_changes_a_password_is_signed_on_with_the_new_one() -> None:
    flows, browser = await _with_eve(), BrowserJar()
    turn = await _change(flows, browser, await _asked(flows, browser))
    eve = await flows.user("eve")
    assert (turn.flow.stage, turn.flow.failure) == (Stage.FINISHED, None)
    assert turn.flow.authentication is not None
    assert turn.flow.authentication.holds_for(eve)
    assert turn.flow.authentication.methods == ("pwd",)
    later = BrowserJar()
    again = await flows.begin(later)
    assert (await flows.check(later, again.flow.id, "eve", NEW)).flow.stage is Stage.FINISHED


async def test_the_change_is_told_and_neither_password_with_it() -> None:
    flows, browser = await _with_eve(), BrowserJar()
    turn = await _change(flows, browser, await _asked(flows, browser))
    assert [event.source for event in flows.emitted(PasswordChanged)] == ["self"]
    said = "\n".join([*flows.events.log, repr(turn.flow)])
    assert PASSWORD not in said
    assert NEW not in said


async def test_without_the_current_password_nothing_is_changed_and_it_counts() -> None:
    flows, browser = await _with_eve(), BrowserJar()
    asked = await _asked(flows, browser)
    turn = await _change(flows, browser, asked, currentPassword="guess")
    assert [(each.kind, each.target) for each in turn.problems] == [
        (ProblemKind.CREDENTIALS, "currentPassword")
    ]
    assert [event.entrance for event in flows.emitted(PasswordRefused)] == ["password change"]
    for guess in range(flows.env.lockout.failures):
        await _change(flows, browser, asked, currentPassword=f"guess {guess}")
    locked = await _change(flows, browser, asked)
    assert locked.problems == turn.problems
    assert (await flows.user("eve")).password == UserPassword(
        HASH, changed_at=flows.clock.now() - 9, must_change=True
    )


async def test_the_name_is_settled_and_nobody_elses_password_can_be_changed() -> None:
    flows, browser = await _with_eve(), BrowserJar()
    await flows.add_joe()
    turn = await _change(flows, browser, await _asked(flows, browser), username="joe")
    assert [each.target for each in turn.problems] == ["username"]


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        ("short", "length"),
        ("EVE@example.com is mine", "profile"),
        (f"{PASSWORD}{PASSWORD}", "history"),
        ("aaaaaaaaaaaaaaaaaaaa", "common"),
    ],
)
async def test_each_rule_that_is_broken_is_named(new: str, rule: str) -> None:
    flows, browser = await _with_eve(), BrowserJar()
    eve = await flows.user("eve")
    before = await flows.directory.set_password(
        flows.env, eve, f"{PASSWORD}{PASSWORD}", must_change=False, now=flows.clock.now()
    )
    flows.reconfigure(passwords=PasswordPolicy(excludes_profile=True, history=2))
    await flows.directory.save(flows.env, _must_change(before))
    begun = await flows.begin(browser)
    asked = await flows.check(browser, begun.flow.id, "eve", f"{PASSWORD}{PASSWORD}")
    turn = await _change(
        flows, browser, asked, currentPassword=f"{PASSWORD}{PASSWORD}", newPassword=new
    )
    assert [each.unmet for each in turn.problems] == [(rule,)]
    assert {each.target for each in turn.problems} == {"newPassword"}
    assert new not in repr(turn.problems)


def _must_change(user: Any) -> Any:

    return replace(
        user,
        password=replace(user.password, must_change=True),
        attributes={"mail": "eve@example.com"},
    )


async def test_a_change_ends_what_the_old_password_let_in() -> None:
    flows, elsewhere, browser = Flows(), BrowserJar(), BrowserJar()
    joe = await flows.add_joe()
    await flows.sign_on(elsewhere)
    must = UserPassword(HASH, changed_at=flows.clock.now() - 1000, must_change=True)

    await flows.directory.save(flows.env, replace(joe, password=must))
    begun = await flows.begin(browser)
    await _change(flows, browser, await flows.check(browser, begun.flow.id))
    assert (await flows.browsers.recognize(flows.env, elsewhere.shows())).session is None
    assert (await flows.browsers.recognize(flows.env, browser.shows())).session is not None


async def test_who_cancels_is_asked_to_sign_on_again() -> None:
    flows, browser = await _with_eve(), BrowserJar()
    asked = await _asked(flows, browser)
    turn = await flows.act(browser, asked.flow.id, "passwordChange.cancel")
    assert turn.view is not None
    assert turn.view.state == State("usernamePassword", "required")
    assert turn.flow.detour is None


async def test_the_change_is_confirmed_where_that_is_configured() -> None:
    flows, browser = await _with_eve(confirms_changes=True), BrowserJar()
    asked = await _asked(flows, browser)
    done = await _change(flows, browser, asked)
    assert done.view is not None
    assert done.view.state == State("successfulPassword", "change")
    assert done.pending.session is None
    on = await flows.act(browser, asked.flow.id, "authentication.continue")
    assert (on.flow.stage, on.flow.failure) == (Stage.FINISHED, None)
