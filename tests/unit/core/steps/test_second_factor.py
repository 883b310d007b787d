"""The steps second_factor and pairing: what is asked, what counts, and how somebody begins."""

from typing import Any

import pytest

from ostiary.core.crypto import otp
from ostiary.core.flow.turn import Turn
from ostiary.core.model.authenticator import AuthenticatorKind
from ostiary.core.model.flow import Stage
from ostiary.core.model.policy import Policy, StepNode
from ostiary.core.steps.contract import ProblemKind, State
from tests.support.flows import BrowserJar
from tests.support.people import People
from tests.support.soft_passkey import SoftPasskey

pytestmark = pytest.mark.anyio


def _state(turn: Turn) -> State:
    assert turn.view is not None
    return turn.view.state


async def test_an_application_s_code_is_asked_beside_the_password_and_both_are_told() -> None:
    people = People()
    await people.enrol(await people.add(), AuthenticatorKind.TOTP)
    turn = await people.sign_on()
    assert _state(turn) == State("otp", "required")
    assert turn.pending.session is None
    done = await people.act(turn, "otp.check", otp=people.code())
    assert (done.flow.stage, done.flow.failure) == (Stage.FINISHED, None)
    assert done.flow.authentication is not None
    assert done.flow.authentication.methods == ("pwd", "otp", "mfa")


async def test_SEC_161_wrong_codes_count_across_flows_until_nothing_is_right() -> None:
    people = People()
    await people.enrol(await people.add(), AuthenticatorKind.TOTP)
    for _ in range(3):
        turn = await people.sign_on()
        for _ in range(2):
            turn = await people.act(turn, "otp.check", otp="000000")
            assert turn.problems
    turn = await people.act(turn, "otp.check", otp=people.code())
    assert [each.kind for each in turn.problems] == [ProblemKind.ATTEMPTS]


async def test_SEC_162_a_code_is_taken_once() -> None:
    people = People()
    await people.enrol(await people.add(), AuthenticatorKind.TOTP)
    code = people.code()
    await people.act(await people.sign_on(), "otp.check", otp=code)
    people.browser = BrowserJar()
    again = await people.act(await people.sign_on(), "otp.check", otp=code)
    assert again.problems
    assert again.flow.stage is Stage.AUTHENTICATION


async def test_a_code_by_mail_goes_to_the_enrolled_address_and_another_can_be_sent() -> None:
    people = People()
    await people.enrol(await people.add(), AuthenticatorKind.EMAIL, "joe.second@example.com")
    turn = await people.sign_on()
    assert people.flows.outbox.messages[-1].to == "joe.second@example.com"
    first = people.flows.outbox.code()
    assert turn.view is not None
    assert "j***@example.com" in turn.view.lines
    turn = await people.act(turn, "otp.resend")
    if people.flows.outbox.code() != first:
        assert (await people.act(turn, "otp.check", otp=first)).problems
    done = await people.act(turn, "otp.check", otp=people.flows.outbox.code())
    assert done.flow.stage is Stage.FINISHED


async def test_codes_are_not_sent_without_end() -> None:
    people = People()
    await people.enrol(await people.add(), AuthenticatorKind.EMAIL, "joe.second@example.com")
    turn = await people.sign_on()
    for _ in range(6):
        turn = await people.act(turn, "otp.resend")
    assert [each.kind for each in turn.problems] == [ProblemKind.LIMIT]
    assert _state(turn) == State("otp", "required")


async def test_whoever_has_several_may_use_another_one() -> None:
    people = People()
    joe = await people.add()
    await people.enrol(joe, AuthenticatorKind.TOTP)
    mail = await people.enrol(joe, AuthenticatorKind.EMAIL, "joe.second@example.com")
    turn = await people.sign_on()
    turn = await people.act(turn, "device.select", device=mail.id)
    done = await people.act(turn, "otp.check", otp=people.flows.outbox.code())
    assert done.flow.stage is Stage.FINISHED


async def test_nobody_s_authenticator_but_ones_own_can_be_chosen() -> None:
    people = People(choose_first=True)
    joe = await people.add()
    await people.enrol(joe, AuthenticatorKind.TOTP)
    await people.enrol(joe, AuthenticatorKind.EMAIL, "joe.second@example.com")
    eve = await people.flows.add_user(1, username="eve")
    hers = await people.enrol(eve, AuthenticatorKind.EMAIL, "eve@example.com")
    sent = len(people.flows.outbox.messages)
    turn = await people.sign_on()
    assert _state(turn) == State("device", "selectionRequired")
    turn = await people.act(turn, "device.select", device=hers.id)
    assert [each.target for each in turn.problems] == ["device"]
    assert len(people.flows.outbox.messages) == sent


@pytest.mark.parametrize(("setting", "stage"), [("bypass", "done"), ("block", "failed")])
async def test_whoever_has_none_goes_on_or_is_kept_out(setting: str, stage: str) -> None:
    people = People(no_authenticators=setting)
    await people.add()
    turn = await people.sign_on()
    assert turn.flow.stage is Stage.FINISHED
    assert (turn.flow.failure is None) is (stage == "done")
    assert "mfa" not in turn.flow.methods


async def test_a_kind_that_does_not_count_is_as_good_as_none() -> None:
    people = People(methods=("passkey",), no_authenticators="block")
    await people.enrol(await people.add(), AuthenticatorKind.TOTP)
    assert (await people.sign_on()).flow.failure is not None


async def test_an_application_is_set_up_on_the_way_and_recovery_codes_follow_once() -> None:
    people = People(methods=("totp", "email", "recovery_codes"))
    await people.add()
    turn = await people.sign_on()
    assert _state(turn) == State("devicePairing", "methodRequired")
    turn = await people.act(turn, "devicePairingMethod.select", devicePairingMethod="TOTP")
    assert turn.view is not None
    people.seed = otp.seed_of(str(turn.view.fields["pairingKey"]))
    assert (await people.act(turn, "totpDevice.activate", otp="000000")).problems
    turn = await people.act(turn, "totpDevice.activate", otp=people.code())
    assert _state(turn) == State("recoveryCodes", "shown")
    assert turn.view is not None
    codes = list(turn.view.items)
    done = await people.act(turn, "recoveryCodes.confirm")
    assert done.flow.authentication is not None
    assert done.flow.authentication.methods == ("pwd", "otp", "mfa")
    people.browser = BrowserJar()
    turn = await people.sign_on()
    assert turn.view is not None
    devices: Any = turn.view.fields["devices"]
    (kept,) = [each["id"] for each in devices if each["type"] == "RECOVERY_CODES"]
    turn = await people.act(turn, "device.select", device=kept)
    assert (await people.act(turn, "otp.check", otp=codes[0])).flow.stage is Stage.FINISHED
    people.browser = BrowserJar()
    turn = await people.act(await people.sign_on(), "device.select", device=kept)
    assert (await people.act(turn, "otp.check", otp=codes[0])).problems


async def test_an_address_to_be_paired_is_proved_and_may_be_left_again() -> None:
    people = People(methods=("email", "sms"))
    await people.flows.add_joe(attributes={})
    turn = await people.sign_on()
    turn = await people.act(turn, "devicePairingMethod.select", devicePairingMethod="SMS")
    assert _state(turn) == State("smsPairing", "targetRequired")
    wrong = await people.act(turn, "smsTarget.submit", phone="a number")
    assert [each.target for each in wrong.problems] == ["phone"]
    turn = await people.act(turn, "devicePairing.cancel")
    assert _state(turn) == State("devicePairing", "methodRequired")
    turn = await people.act(turn, "devicePairingMethod.select", devicePairingMethod="Email")
    turn = await people.act(turn, "emailTarget.submit", email="joe@example.com")
    turn = await people.act(turn, "otp.resend")
    done = await people.act(turn, "emailDevice.activate", otp=people.flows.outbox.code())
    assert done.flow.stage is Stage.FINISHED


async def test_a_passkey_is_made_and_used() -> None:
    people = People(methods=("passkey",))
    await people.add()
    key = SoftPasskey(people.flows.env.base_url)
    turn = await people.sign_on()
    assert turn.view is not None
    options = str(turn.view.offers[0].inputs[0].value)
    turn = await people.act(turn, "fido2Device.activate", attestation=key.create(options))
    assert turn.flow.stage is Stage.FINISHED
    people.browser = BrowserJar()
    turn = await people.sign_on()
    assert _state(turn) == State("assertion", "required")
    assert turn.view is not None
    assert isinstance(turn.view.fields["publicKeyCredentialRequestOptions"], dict)
    given = str(turn.view.offers[0].inputs[0].value)
    done = await people.act(turn, "assertion.check", assertion=key.get(given))
    assert done.flow.authentication is not None
    assert "mfa" in done.flow.authentication.methods


async def test_cancelling_ends_the_sign_on_without_anybody() -> None:
    people = People()
    await people.enrol(await people.add(), AuthenticatorKind.TOTP)
    turn = await people.act(await people.sign_on(), "authentication.cancel")
    assert (turn.flow.stage, turn.pending.session) == (Stage.FINISHED, None)
    assert turn.flow.failure is not None


async def test_a_second_factor_alone_lets_nobody_in() -> None:
    people = People()
    people.flows.reconfigure(policies={"default": Policy("default", StepNode("more"))})
    turn = await people.flows.begin(people.browser)
    assert turn.flow.failure is not None


async def test_no_secret_of_a_factor_is_in_events() -> None:
    people = People(methods=("totp",))
    await people.add()
    turn = await people.sign_on()
    assert turn.view is not None
    key = str(turn.view.fields["pairingKey"])
    people.seed = otp.seed_of(key)
    code = people.code()
    await people.act(turn, "totpDevice.activate", otp=code)
    said = "\n".join(people.flows.events.log)
    assert key not in said
    assert code not in said
    assert key not in repr(turn.flow)
