"""A sign-on without redirects as PingOne has it: what is sent, and what is made of the answers."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ostiary_client.errors import (
    DiscoveryError,
    FlowError,
    LoginRequiredError,
    WrongPasswordError,
)
from ostiary_client.protocol.flow import FlowMemory
from ostiary_client.protocol.flow_wire import Step
from ostiary_client.protocol.messages import Response
from ostiary_client.protocol.metadata import Metadata
from ostiary_client.signon.conversations import SignOnConversations
from ostiary_client.signon.flow_conversations import flow_tokens
from ostiary_client.signon.flow_state import (
    Failed,
    IdentifierRequired,
    PasswordChangeRequired,
    UsernamePasswordRequired,
)
from ostiary_client.signon.second_factor_states import (
    AssertionRequired,
    CodeRequired,
    Device,
    DeviceSelectionRequired,
)
from tests.support.conversation import Conversation, answer
from tests.support.flow_play import begun
from tests.support.sign_on_play import ISSUER, metadata, people

ENVIRONMENT = "00000000-0000-4000-8000-000000000002"
BASE = f"{ISSUER}/{ENVIRONMENT}"
FLOW_ID = "9b1f1a3e-0000-4000-8000-000000000000"
PHONE = {"id": "d-1", "type": "SMS", "phone": "***1234"}
APP = {"id": "d-2", "type": "TOTP", "nickname": "My phone"}


def pingone(base: str = BASE, **document: Any) -> Metadata:
    said = {"response_modes_supported": ["pi.flow", "query"], **document}
    return replace(
        metadata(**said), issuer=f"{base}/as", authorization_endpoint=f"{base}/as/authorize"
    )


def at_pingone(base: str = BASE) -> SignOnConversations:
    return people(pingone(base))


def resource(
    status: str = "USERNAME_PASSWORD_REQUIRED",
    actions: tuple[str, ...] = ("usernamePassword.check", "session.reset"),
    *,
    embedded: dict[str, Any] | None = None,
    **members: Any,
) -> Response:
    """Answer with a flow resource."""
    links = {name: {"href": "https://evil.example/flows"} for name in ("self", *actions)}
    document = {"id": FLOW_ID, "status": status, "_links": links, "_embedded": embedded or {}}
    return replace(answer({**document, **members}), set_cookies=("ST=one; Path=/", "ST-NO-SS=one"))


def refused(*details: Any, code: str = "INVALID_DATA") -> Response:
    body = {"id": "e-1", "code": code, "message": "It was no good.", "details": details}
    return answer(body, 400)


def flow_at(*first: Any, **members: Any) -> FlowMemory:
    return begun(resource(*first, **members), whose=at_pingone())[0]


def taken(flow: FlowMemory, step: Step, *values: object, reply: Response | None = None) -> Any:
    """Take a step, and return what was sent: the action and its body."""
    conversation = Conversation(reply or resource("COMPLETED", ()))
    conversation.hold(flow.take(step, *values))
    (request,) = conversation.requests
    assert request.url == f"{BASE}/flows/{FLOW_ID}"
    kind = request.headers["content-type"].removeprefix("application/vnd.pingidentity.")
    return kind.removesuffix("+json"), json.loads(request.body)


def test_a_flow_begins_at_the_environments_own_endpoint_and_needs_no_header_of_its_own() -> None:
    flow, conversation = begun(resource(), whose=at_pingone())
    (request,) = conversation.requests

    assert request.url.startswith(f"{BASE}/as/authorize?")
    assert "response_mode=pi.flow" in request.url
    assert "x-xsrf-header" not in request.headers
    assert request.headers["accept"].endswith("*/*;q=0.1")
    assert flow.current.id == FLOW_ID
    assert flow.cookies.header() == {"cookie": "ST=one; ST-NO-SS=one"}


def test_a_custom_domain_has_no_environment_in_its_paths() -> None:
    flow, _ = begun(resource(), whose=at_pingone(ISSUER))
    conversation = Conversation(resource())
    conversation.hold(flow.view())

    assert conversation.requests[0].url == f"{ISSUER}/flows/{FLOW_ID}"


def test_a_server_with_that_path_alone_is_not_taken_for_pingone() -> None:
    other = replace(pingone(), document={"response_modes_supported": ["query"]})

    with pytest.raises(DiscoveryError, match="no server whose sign-on flows are known"):
        begun(whose=people(other))


@pytest.mark.parametrize(
    ("step", "values", "action", "body"),
    [
        (
            Step.CHECK_PASSWORD,
            ("joe", "p"),
            "usernamePassword.check",
            {"username": "joe", "password": "p"},
        ),
        (Step.SUBMIT_IDENTIFIER, ("joe",), "user.lookup", {"username": "joe"}),
        (Step.CHECK_CODE, ("123456",), "otp.check", {"otp": "123456"}),
        (Step.CHECK_CODE, ("ABCD",), "user.verify", {"verificationCode": "ABCD"}),
        (Step.CHECK_CODE, ("123456",), "totpDevice.activate", {"otp": "123456"}),
        (Step.RESEND_CODE, (), "otp.resend", {}),
        (Step.RESEND_CODE, (), "user.sendVerificationCode", {}),
        (Step.SELECT_DEVICE, ("d-1",), "device.select", {"device": {"id": "d-1"}}),
        (Step.CHECK_ASSERTION, ("{}", None), "assertion.check", {"assertion": "{}"}),
        (Step.CHECK_ASSERTION, ("{}", "o"), "assertion.check", {"assertion": "{}", "origin": "o"}),
        (
            Step.CHANGE_PASSWORD,
            ("old", "new"),
            "password.reset",
            {"currentPassword": "old", "newPassword": "new"},
        ),
        (
            Step.SELECT_PAIRING_METHOD,
            ("TOTP",),
            "devicePairingMethod.select",
            {"devicePairingMethod": {"deviceType": "TOTP"}},
        ),
        (Step.CONFIRM_RECOVERY_CODES, (), "recoveryCodes.confirm", {}),
    ],
)
def test_a_step_goes_by_pingones_names(
    step: Step, values: tuple[Any, ...], action: str, body: Any
) -> None:
    flow = flow_at("WHATEVER", (action,))

    assert taken(flow, step, *values) == (action, body)


def test_a_step_that_the_state_has_no_use_for_is_not_sent() -> None:
    flow = flow_at()

    with pytest.raises(FlowError, match="no use for a code now; nothing was sent") as wrong:
        Conversation().hold(flow.take(Step.CHECK_CODE, "123456"))
    assert wrong.value.code == "INVALID_ACTION_ID"


# --- what comes back ---------------------------------------------------------


def test_states_are_known_by_pingones_names_too() -> None:
    user = {"user": {"id": "u", "username": "joe"}}
    settled = flow_at("PASSWORD_REQUIRED", embedded=user).current
    assert isinstance(settled, UsernamePasswordRequired)
    assert (settled.username, settled.may_edit_username) == ("joe", False)

    assert isinstance(flow_at("SIGN_ON_REQUIRED", ("user.lookup",)).current, IdentifierRequired)

    policy = {"length": {"min": 8, "max": 255}}
    expired = flow_at("PASSWORD_EXPIRED", embedded={**user, "passwordPolicy": policy}).current
    assert isinstance(expired, PasswordChangeRequired)
    assert (expired.username, expired.password_policy) == ("joe", policy)

    failed = flow_at("FAILED", (), error={"code": "ACCESS_DENIED", "message": "No."}).current
    assert isinstance(failed, Failed)
    assert (failed.code, failed.message) == ("ACCESS_DENIED", "No.")


def test_devices_are_embedded_and_one_of_them_is_asked() -> None:
    embedded = {"devices": [PHONE, APP, "nonsense", {}], "selectedDevice": PHONE}
    asked = flow_at("OTP_REQUIRED", ("otp.check",), embedded=embedded, otpLength=6).current

    assert isinstance(asked, CodeRequired)
    phone = Device("d-1", "SMS", "", "***1234")
    assert asked.devices == (phone, Device("d-2", "TOTP", "My phone"))
    assert (asked.selected_device, asked.code_length) == (phone, 6)


def test_nothing_is_asked_while_the_person_chooses() -> None:
    chooses = flow_at("DEVICE_SELECTION_REQUIRED", embedded={"devices": [PHONE]}).current

    assert isinstance(chooses, DeviceSelectionRequired)
    assert (len(chooses.devices), chooses.selected_device) == (1, None)


def test_a_passkeys_options_are_for_the_browser() -> None:
    options = {"challenge": [1, 2], "rpId": "login.example"}
    asked = flow_at("ASSERTION_REQUIRED", publicKeyCredentialRequestOptions=options).current

    assert isinstance(asked, AssertionRequired)
    assert asked.options == options


def test_a_wrong_password_is_told_as_such() -> None:
    detail = {
        "code": "INVALID_VALUE",
        "target": "username",
        "message": "Invalid username and/or password.",
        "innerError": {"failuresRemaining": 3, "secondsUntilUnlock": 90},
    }
    with pytest.raises(WrongPasswordError, match="username or the password is not right") as wrong:
        taken(flow_at(), Step.CHECK_PASSWORD, "joe", "no", reply=refused(detail))

    (found,) = wrong.value.details
    assert (wrong.value.code, found.target) == ("INVALID_DATA", "username")
    assert (found.attempts_remaining, found.retry_after_seconds) == (3, 90)


def test_the_same_detail_of_another_step_is_no_wrong_password() -> None:
    flow = flow_at("SIGN_ON_REQUIRED", ("user.lookup",))
    detail = {"code": "INVALID_VALUE", "target": "username", "message": "Too long."}

    with pytest.raises(FlowError, match=r"Too long \(INVALID_VALUE\)") as wrong:
        taken(flow, Step.SUBMIT_IDENTIFIER, "j" * 999, reply=refused(detail))
    assert not isinstance(wrong.value, WrongPasswordError)


def test_a_new_password_that_is_no_good_says_which_rules_it_breaks() -> None:
    flow = flow_at("MUST_CHANGE_PASSWORD", ("password.reset",))
    inner = {"unsatisfiedRequirements": ["length", 5, "history"]}
    detail = {"code": "INVALID_VALUE", "target": "newPassword", "innerError": inner}

    with pytest.raises(FlowError, match="INVALID_DATA") as wrong:
        taken(flow, Step.CHANGE_PASSWORD, "old", "new", reply=refused(detail))
    assert wrong.value.details[0].unmet == ("length", "history")


def test_a_flow_that_may_not_begin_is_oauths_own_error() -> None:
    response = {"error": "login_required", "error_description": "Nobody is signed on."}
    body = {"id": "e", "code": "INVALID_REQUEST", "message": "No.", "authorizeResponse": response}

    with pytest.raises(LoginRequiredError):
        begun(answer(body, 400), whose=at_pingone(), prompt="none")


def test_SEC_276_a_failed_step_shows_neither_code_nor_cookie() -> None:
    flow = flow_at("OTP_REQUIRED", ("otp.check",))
    detail = {"code": "INVALID_OTP", "target": "otp", "message": "654321 one is wrong"}

    with pytest.raises(FlowError) as wrong:
        taken(flow, Step.CHECK_CODE, "654321", reply=refused(detail))
    shown = f"{wrong.value} {wrong.value.content} {wrong.value.details}"
    assert "654321" not in shown


def test_a_failed_flow_has_no_tokens_and_says_why() -> None:
    flow = flow_at("FAILED", (), error={"code": "ACCESS_DENIED", "message": "No."})

    with pytest.raises(FlowError, match="ACCESS_DENIED"):
        Conversation().hold(flow_tokens(at_pingone(), flow))
