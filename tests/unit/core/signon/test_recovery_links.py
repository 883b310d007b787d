"""Links that recover a password: for whom, how long and how often they are good."""

import asyncio
from dataclasses import replace

import pytest

from ostiary.core.base.errors import TooManyAttemptsError
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.secret_digests import SecretDigester
from ostiary.core.model.audit.accounts import PasswordChanged
from ostiary.core.model.flow import Stage
from ostiary.core.model.password_policy import PasswordPolicy
from ostiary.core.model.policy import StepInstance
from ostiary.core.model.user import User
from ostiary.core.ports.delivery import Template
from ostiary.core.signon.recovery_links import (
    LINK_MINUTES,
    ChosenPassword,
    SpentLink,
    WeakPassword,
)
from ostiary.core.steps.contract import State
from tests.support.flows import PASSWORD, BrowserJar, Flows, make_signon_environment

pytestmark = pytest.mark.anyio
NEW, OTHER = "a much longer password", "yet another long password"
SETTINGS = {"recovery": True, "recovery_by": "link"}


@pytest.fixture
async def flows() -> Flows:
    form = StepInstance("form", "username_password", SETTINGS)
    made = Flows(make_signon_environment(steps={"form": form}))
    await made.add_joe(attributes={"mail": "joe@example.com"})
    return made


async def _forgot(flows: Flows, browser: BrowserJar, username: str = "joe") -> str:
    begun = await flows.begin(browser)
    await flows.act(browser, begun.flow.id, "password.forgot", username=username)
    return begun.flow.id


def _value(flows: Flows) -> str:
    return flows.outbox.last(Template.RECOVERY_LINK).values["link"].partition("?")[2]


async def _choose(flows: Flows, value: str, new: str = NEW) -> object:
    return await flows.recovery_links.choose(flows.env, value, new, locale="en")


async def test_whoever_has_the_link_chooses_a_password_and_signs_on_where_it_was_asked_for(
    flows: Flows,
) -> None:
    browser = BrowserJar()
    flow_id = await _forgot(flows, browser)
    turn = await flows.look(browser, flow_id)
    assert turn.view is not None
    assert turn.view.state == State("accountRecovery", "otlVerificationRequired")
    assert isinstance(await _choose(flows, _value(flows)), ChosenPassword)
    turn = await flows.act(browser, flow_id, "authentication.continue")
    assert turn.flow.user_id is None
    assert (await flows.check(browser, flow_id, "joe", PASSWORD)).problems
    assert (await flows.check(browser, flow_id, "joe", NEW)).flow.stage is Stage.FINISHED
    assert [event.source for event in flows.emitted(PasswordChanged)] == ["recovery"]
    assert flows.outbox.last(Template.PASSWORD_CHANGED).to == "joe@example.com"


async def test_SEC_123_a_link_is_good_once(flows: Flows) -> None:
    await _forgot(flows, BrowserJar())
    value = _value(flows)
    await _choose(flows, value)
    assert isinstance(await _choose(flows, value, OTHER), SpentLink)
    assert await flows.recovery_links.find(flows.env, value) is None


async def test_SEC_123_of_two_at_the_same_time_one_is_taken(flows: Flows) -> None:
    await _forgot(flows, BrowserJar())
    value = _value(flows)
    both = await asyncio.gather(*(_choose(flows, value, new) for new in (NEW, OTHER)))
    assert sorted(type(each).__name__ for each in both) == ["ChosenPassword", "SpentLink"]


async def test_SEC_123_every_link_of_a_user_ends_with_the_password(flows: Flows) -> None:
    await _forgot(flows, BrowserJar())
    first = _value(flows)
    await _forgot(flows, BrowserJar())
    await _choose(flows, _value(flows))
    assert isinstance(await _choose(flows, first, OTHER), SpentLink)


async def test_SEC_123_a_link_is_good_for_minutes(flows: Flows) -> None:
    await _forgot(flows, BrowserJar())
    flows.clock.advance(LINK_MINUTES * 60 - 1)
    assert await flows.recovery_links.find(flows.env, _value(flows)) is not None
    flows.clock.advance(2)
    assert isinstance(await _choose(flows, _value(flows)), SpentLink)


async def test_SEC_123_no_other_value_than_ours_is_taken(flows: Flows) -> None:
    eve = await flows.add_user(1, username="eve", attributes={"email": "eve@example.com"})
    await _forgot(flows, BrowserJar())
    user_id, until, mark = _value(flows).split(".")
    later = str(int(until) + 3600)
    forged = [
        f"{eve.id}.{until}.{mark}",
        f"{user_id}.{later}.{mark}",
        f"{user_id}.{until}.{mark[:-1]}{'A' if mark[-1] != 'A' else 'B'}",
        f"{user_id}.{until}.",
        f"{user_id}.{until}",
        f"{user_id.upper()}.{until}.{mark}",
        f"{user_id}\0.{until}.{mark}",
        f"{user_id}.{until}.{mark}\ud800",
        "x" * 10_000,
        "",
    ]
    for value in forged:
        assert isinstance(await _choose(flows, value), SpentLink), value


async def test_SEC_123_a_link_is_of_one_environment(flows: Flows) -> None:
    await _forgot(flows, BrowserJar())
    value, other = _value(flows), SecretDigester(Secret(bytes(range(32))))
    elsewhere = replace(flows.env, client_secrets=other)
    assert await flows.recovery_links.find(elsewhere, value) is None


async def test_a_link_is_over_where_no_step_sends_links_any_more(flows: Flows) -> None:
    await _forgot(flows, BrowserJar())
    flows.reconfigure(steps={"form": StepInstance("form", "username_password", {"recovery": True})})
    assert isinstance(await _choose(flows, _value(flows)), SpentLink)


async def test_a_password_that_breaks_rules_leaves_the_link_good(flows: Flows) -> None:
    await _forgot(flows, BrowserJar())
    weak = await _choose(flows, _value(flows), "short")
    assert isinstance(weak, WeakPassword)
    assert [each.rule.value for each in weak.unmet] == ["length"]
    assert isinstance(await _choose(flows, _value(flows)), ChosenPassword)


async def test_a_user_that_is_disabled_meanwhile_gets_no_password(flows: Flows) -> None:
    await _forgot(flows, BrowserJar())
    joe: User = await flows.user("joe")
    await flows.directory.save(flows.env, replace(joe, enabled=False))
    assert isinstance(await _choose(flows, _value(flows)), SpentLink)


async def test_another_change_of_the_user_leaves_the_link_good(flows: Flows) -> None:
    await _forgot(flows, BrowserJar())
    joe = await flows.user("joe")
    changed = {**joe.attributes, "given_name": "Joe"}
    await flows.directory.save(flows.env, replace(joe, attributes=changed))
    assert isinstance(await _choose(flows, _value(flows)), ChosenPassword)


@pytest.mark.parametrize("attributes", [{"mail": "joe@elsewhere.example"}, {}])
async def test_SEC_123_a_link_ends_with_the_address_that_it_went_to(
    flows: Flows, attributes: dict[str, object]
) -> None:
    await _forgot(flows, BrowserJar())
    joe = await flows.user("joe")
    await flows.directory.save(flows.env, replace(joe, attributes=attributes))
    assert isinstance(await _choose(flows, _value(flows)), SpentLink)


async def test_whoever_has_a_link_tries_former_passwords_only_so_often(flows: Flows) -> None:
    flows.reconfigure(passwords=PasswordPolicy(min_characters=8, history=1, excludes_common=False))
    await _forgot(flows, BrowserJar())
    value = _value(flows)
    for _ in range(5):
        assert isinstance(await _choose(flows, value, PASSWORD), WeakPassword)
    with pytest.raises(TooManyAttemptsError) as refused:
        await _choose(flows, value, PASSWORD)
    flows.clock.advance(refused.value.retry_after_seconds)
    assert isinstance(await _choose(flows, value), ChosenPassword)


async def test_a_password_that_no_hash_is_needed_for_is_not_counted(flows: Flows) -> None:
    flows.reconfigure(passwords=PasswordPolicy(history=1))
    await _forgot(flows, BrowserJar())
    for _ in range(6):
        assert isinstance(await _choose(flows, _value(flows), "short"), WeakPassword)
    assert isinstance(await _choose(flows, _value(flows)), ChosenPassword)


async def test_SEC_151_the_page_is_the_same_for_a_name_that_nobody_has(flows: Flows) -> None:
    known, unknown = BrowserJar(), BrowserJar()
    told = await flows.look(known, await _forgot(flows, known))
    nobody = await flows.look(unknown, await _forgot(flows, unknown, "nobody"))
    assert told.view == nobody.view
    assert len(flows.outbox.messages) == 1


async def test_nothing_of_a_link_is_stored(flows: Flows) -> None:
    browser = BrowserJar()
    turn = await flows.look(browser, await _forgot(flows, browser))
    assert _value(flows).split(".")[-1] not in repr(turn.flow) + "\n".join(flows.events.log)
