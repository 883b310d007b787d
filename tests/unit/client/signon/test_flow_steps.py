"""The steps of a flow by PingFederate's names, and the states beside the password."""

import json
from typing import Any

import pytest

from ostiary_client.errors import FlowError
from ostiary_client.protocol.flow_wire import Step, as_text
from ostiary_client.signon.second_factor_states import (
    ActivationRequired,
    CodeRequired,
    Device,
    PairingMethodRequired,
    RecoveryCodesShown,
)
from tests.support.conversation import Conversation
from tests.support.flow_play import begun, refusal, state

MAIL = {"id": "d-1", "type": "Email", "target": "j***@example.com", "usable": True}


@pytest.mark.parametrize(
    ("step", "values", "action", "body"),
    [
        (Step.SUBMIT_IDENTIFIER, ("joe",), "submitIdentifier", {"identifier": "joe"}),
        (Step.CHECK_CODE, ("123456",), "checkOtp", {"otp": "123456"}),
        (Step.CHECK_CODE, ("ABCD",), "checkRecoveryCode", {"recoveryCode": "ABCD"}),
        (Step.CHECK_CODE, ("123456",), "activateEmailDevice", {"otp": "123456"}),
        (Step.RESEND_CODE, (), "resendOtp", None),
        (Step.SELECT_DEVICE, ("d-1",), "selectDevice", {"deviceRef": {"id": "d-1"}}),
        (Step.CHECK_ASSERTION, ("{}", "o"), "checkAssertion", {"assertion": "{}", "origin": "o"}),
        (
            Step.CHANGE_PASSWORD,
            ("old", "new"),
            "checkNewPassword",
            {"existingPassword": "old", "newPassword": "new"},
        ),
        (
            Step.SELECT_PAIRING_METHOD,
            ("EMAIL",),
            "selectDevicePairingMethod",
            {"devicePairingMethod": {"deviceType": "Email"}},
        ),
        (Step.CONFIRM_RECOVERY_CODES, (), "confirmRecoveryCodes", None),
    ],
)
def test_a_step_goes_by_pingfederates_names(
    step: Step, values: tuple[Any, ...], action: str, body: Any
) -> None:
    flow, _ = begun(state("WHATEVER", (action,)))
    conversation = Conversation(state("COMPLETED", ()))
    conversation.hold(flow.take(step, *values))

    (request,) = conversation.requests
    assert request.headers["content-type"] == f"application/vnd.pingidentity.{action}+json"
    assert (json.loads(request.body) if request.body else None) == body


def test_a_step_that_the_state_has_no_use_for_is_not_sent() -> None:
    flow, _ = begun()

    with pytest.raises(FlowError, match="no use for a passkey now; nothing was sent"):
        Conversation().hold(flow.take(Step.CHECK_ASSERTION, "{}"))


def test_the_first_thing_that_is_wrong_is_said_in_words_for_people() -> None:
    flow, _ = begun(state("OTP_REQUIRED", ("checkOtp",)))
    detail = {"code": "INVALID_OTP", "message": "Not valid.", "userMessage": "This is not right."}

    with pytest.raises(FlowError, match=r"refused: This is not right \(INVALID_OTP\)"):
        Conversation(refusal(details=[detail])).hold(flow.take(Step.CHECK_CODE, "1"))


def test_a_code_is_asked_from_the_device_that_is_named() -> None:
    fields: dict[str, Any] = {
        "devices": [MAIL],
        "selectedDeviceRef": {"id": "d-1"},
        "otpLength": "6",
    }
    asked = begun(state("OTP_REQUIRED", ("checkOtp",), **fields))[0].current

    assert isinstance(asked, CodeRequired)
    assert asked.selected_device == Device("d-1", "EMAIL", "", "j***@example.com")
    assert asked.code_length is None


def test_what_can_be_set_up_is_told_in_capitals() -> None:
    methods = [{"deviceType": "TOTP"}, {"deviceType": "Email"}, {"deviceType": 5}, "nonsense"]
    first = state("DEVICE_PAIRING_METHOD_REQUIRED", devicePairingMethods=methods)
    asked = begun(first)[0].current

    assert isinstance(asked, PairingMethodRequired)
    assert asked.methods == ("TOTP", "EMAIL")


def test_a_key_is_whole_however_long_it_is() -> None:
    uri = f"otpauth://totp/{'%C3%A4' * 100}?secret=ABCD"
    shown = begun(state("TOTP_ACTIVATION_REQUIRED", keyUri=uri, pairingKey="A\x1b"))[0].current

    assert isinstance(shown, ActivationRequired)
    assert (shown.key_uri, shown.pairing_key) == (uri, "")


def test_SEC_276_secrets_that_are_shown_once_are_in_no_repr() -> None:
    shown = begun(state("RECOVERY_CODES_SHOWN", recoveryCodes=["AAAA-BBBB", 5]))[0].current

    assert isinstance(shown, RecoveryCodesShown)
    assert shown.codes == ("AAAA-BBBB",)
    assert "AAAA" not in repr(shown)


def test_an_assertion_may_be_what_a_browser_gave_or_its_text() -> None:
    assert json.loads(as_text({"id": "x"})) == {"id": "x"}
    assert as_text('{"id": "x"}') == '{"id": "x"}'
