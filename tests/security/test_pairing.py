"""Setting up a second factor: only for whoever has none, and only as long as the proof holds."""

from dataclasses import replace

import pytest

from ostiary.core.crypto import otp
from ostiary.core.flow.turn import Turn
from ostiary.core.model.authenticator import AuthenticatorKind
from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import Policy, StepInstance, StepNode
from ostiary.core.ports.delivery import Channel
from tests.support.flows import FORM, BrowserJar
from tests.support.people import People

pytestmark = pytest.mark.anyio
TARGET = "joe.second@example.com"


def _totp_code(people: People, turn: Turn) -> str:
    assert turn.view is not None
    seed = otp.seed_of(str(turn.view.fields["pairingKey"]))
    return otp.code_at(seed, people.flows.clock.now())


@pytest.mark.parametrize("setting", ["enrol", "bypass"])
async def test_whoever_has_a_factor_of_another_kind_gets_no_new_one_by_the_password(
    setting: str,
) -> None:
    people = People(methods=("totp",), no_authenticators=setting)
    await people.enrol(await people.add(), AuthenticatorKind.EMAIL, TARGET)
    turn = await people.sign_on()
    assert turn.flow.stage is Stage.FINISHED
    assert turn.flow.failure is not None
    assert turn.pending.session is None


async def test_a_factor_that_cannot_be_used_now_is_not_as_good_as_none() -> None:
    people = People()
    await people.enrol(await people.add(), AuthenticatorKind.EMAIL, TARGET)
    people.flows.outbox.closed = {Channel.EMAIL}
    assert (await people.sign_on()).flow.failure is not None


async def test_a_pairing_ends_with_the_password_that_it_began_with() -> None:
    people = People(methods=("totp",))
    joe = await people.add()
    turn = await people.sign_on()
    code = _totp_code(people, turn)
    flows = people.flows
    await flows.directory.set_password(
        flows.env, joe, "the owner was quicker", must_change=False, now=flows.clock.now()
    )
    over = await people.act(turn, "totpDevice.activate", otp=code)
    assert over.flow.failure is not None
    assert not await flows.second_factors.has_any(flows.env, joe.id)


async def test_a_pairing_ends_for_a_user_who_is_locked_meanwhile() -> None:
    people = People(methods=("totp",))
    joe = await people.add()
    turn = await people.sign_on()
    code = _totp_code(people, turn)
    flows = people.flows
    await flows.directory.save(flows.env, replace(joe, enabled=False))
    assert (await people.act(turn, "totpDevice.activate", otp=code)).flow.failure is not None
    assert not await flows.second_factors.has_any(flows.env, joe.id)


async def test_of_two_who_set_up_the_first_factor_only_one_has_it() -> None:
    thief, owner = People(methods=("totp",)), People(methods=("totp",))
    owner.flows = thief.flows
    joe = await thief.add()
    stolen, own = await thief.sign_on(), await owner.sign_on()
    done = await owner.act(own, "totpDevice.activate", otp=_totp_code(owner, own))
    assert done.flow.failure is None
    late = await thief.act(stolen, "totpDevice.activate", otp=_totp_code(thief, stolen))
    assert late.flow.failure is not None
    kept = await thief.flows.second_factors.enrolled(thief.flows.env, joe.id)
    assert len(kept) == 1


async def test_a_second_factor_is_not_asked_of_whoever_has_another_password_by_now() -> None:
    people = People()
    joe = await people.add()
    await people.enrol(joe, AuthenticatorKind.TOTP)
    turn = await people.sign_on()
    flows = people.flows
    await flows.directory.set_password(
        flows.env, joe, "the owner was quicker", must_change=False, now=flows.clock.now()
    )
    over = await people.act(turn, "otp.check", otp=people.code())
    assert (over.flow.failure is None, over.pending.session) == (False, None)


async def test_the_strong_policy_is_not_reached_by_way_of_a_weaker_one() -> None:
    people = People()
    await people.enrol(await people.add(), AuthenticatorKind.EMAIL, TARGET)
    only_totp = StepInstance("totp", "second_factor", {"methods": ("totp",)})
    people.flows.reconfigure(
        steps={**people.flows.env.steps, "form": FORM, "totp": only_totp},
        policies={
            **people.flows.env.policies,
            "other": Policy("other", StepNode("form", StepNode("totp"))),
        },
    )
    browser = BrowserJar()
    turn = await people.flows.sign_on(browser, policy="other")
    assert turn.flow.failure is not None
