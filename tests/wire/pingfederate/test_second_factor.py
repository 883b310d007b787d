"""Second factors: PingFederate's states, actions and bodies, as the sign-on widget sends them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ostiary.core.base import b64
from ostiary.core.crypto import otp
from ostiary.core.model.policy import Policy, StepInstance, StepNode
from tests.support.app import BASE_URL
from tests.support.browsing import PASSWORD, WEB, Browsing, make_sign_on_app, set_cookies
from tests.support.html import parse_elements
from tests.support.soft_passkey import SoftPasskey
from tests.wire.pingfederate.test_redirectless import begin, members

pytestmark = pytest.mark.anyio
POLICY = Policy("default", StepNode("form", success=StepNode("more")))
FIDO2 = {"deviceType": "FIDO2", "relyingPartyId": "id.example", "userAgent": "Mozilla/5.0"}
SECOND = "joe.second@example.com"


class Phone:
    """A program that signs joe on, and what he has beside his password."""

    def __init__(self, *methods: str, **settings: Any) -> None:
        steps = {
            "form": StepInstance("form", "username_password"),
            "more": StepInstance("more", "second_factor", {"methods": methods, **settings}),
        }
        app = make_sign_on_app(steps=steps, policies={"default": POLICY})
        self.browsing = Browsing(app)
        self.state: dict[str, Any] = {}
        self.key = ""
        self.passkey = SoftPasskey(BASE_URL)

    async def sign_on(self) -> dict[str, Any]:
        """Begin anew and give the password; what comes next is the second factor."""
        self.browsing = Browsing(self.browsing.app)
        self.state = await begin(self.browsing)
        self.state = members(await self.browsing.sign_on_by_api(self.state["id"]))
        return self.state

    async def act(self, action: str, inputs: object = None) -> dict[str, Any]:
        """Perform an action; without inputs there is no body."""
        return members(await self.browsing.act(self.state["id"], action, inputs))

    async def pair_totp(self) -> dict[str, Any]:
        """Set up an application that shows codes, where no other kind counts."""
        self.key = (await self.sign_on())["pairingKey"]
        done = await self.act("activateTotpDevice", {"otp": self.code()})
        self.browsing.app.clock.advance(otp.STEP_SECONDS)
        return done

    def code(self) -> str:
        """Return what the application shows now."""
        return otp.code_at(otp.seed_of(self.key), self.browsing.app.clock.now())

    def sent(self) -> str:
        """Return the code that was sent last."""
        return self.browsing.app.outbox.code()


def actions(state: Mapping[str, Any]) -> list[str]:
    """Return what a state offers."""
    return [name for name in state["_links"] if name != "self"]


def detail(error: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the one detail of a refusal."""
    (found,) = error["details"]
    assert isinstance(found, dict)
    return found


def as_text(options: Any) -> str:
    """Return what a browser makes of options in which bytes are lists of numbers."""

    def encoded(numbers: Sequence[int]) -> str:
        return b64.encode(bytes(numbers))

    user = options.get("user")
    named = {} if user is None else {"user": {**user, "id": encoded(user["id"])}}
    return json.dumps({**options, **named, "challenge": encoded(options["challenge"])})


async def test_an_application_is_paired_as_the_widget_does_it() -> None:
    phone = Phone("totp", "passkey", "email")
    state = await phone.sign_on()
    assert state["status"] == "DEVICE_PAIRING_METHOD_REQUIRED"
    kinds = [each["deviceType"] for each in state["devicePairingMethods"]]
    assert kinds == ["TOTP", "FIDO2", "Email"]
    assert actions(state) == ["selectDevicePairingMethod", "cancelDevicePairing"]
    chosen = {"devicePairingMethod": {"deviceType": "TOTP"}}
    state = await phone.act("selectDevicePairingMethod", chosen)
    assert (state["status"], state["otpLength"]) == ("TOTP_ACTIVATION_REQUIRED", 6)
    assert state["keyUri"].startswith("otpauth://totp/")
    assert f"secret={state['pairingKey']}" in state["keyUri"]
    assert actions(state) == ["activateTotpDevice", "cancelDevicePairing"]
    phone.key = state["pairingKey"]
    assert (await phone.act("activateTotpDevice", {"otp": phone.code()}))["status"] == "COMPLETED"


async def test_a_code_is_asked_for_with_its_length_and_its_devices() -> None:
    phone = Phone("totp")
    await phone.pair_totp()
    state = await phone.sign_on()
    (device,) = state["devices"]
    assert device["type"] == "TOTP"
    assert (device["usable"], device["defaultDevice"]) == (True, False)
    assert state["status"] == "OTP_REQUIRED"
    assert state["otpLength"] == 6
    assert state["selectedDeviceRef"] == {"id": device["id"]}
    assert state["user"]["username"] == "joe"
    assert actions(state) == ["checkOtp", "cancelAuthentication"]
    assert (await phone.act("checkOtp", {"otp": phone.code()}))["status"] == "COMPLETED"


async def test_S3_13_a_state_with_a_second_factor_is_the_same_whoever_looks_at_it() -> None:
    phone = Phone("totp")
    await phone.pair_totp()
    state = await phone.sign_on()
    assert members(await phone.browsing.state(state["id"])) == state


async def test_a_wrong_code_is_refused_with_the_attempts_that_are_left() -> None:
    phone = Phone("totp")
    await phone.pair_totp()
    await phone.sign_on()
    refused = await phone.act("checkOtp", {"otp": "000000"})
    found = detail(refused)
    assert refused["code"] == "VALIDATION_ERROR"
    assert (found["code"], found["target"]) == ("INVALID_OTP", "otp")
    assert found["attemptsRemaining"] > 0
    assert found["userMessage"]


async def test_too_many_wrong_codes_end_in_a_failed_request() -> None:
    phone = Phone("totp")
    await phone.pair_totp()
    await phone.sign_on()
    refused: dict[str, Any] = {}
    for _ in range(5):
        refused = await phone.act("checkOtp", {"otp": "000000"})
    assert refused["code"] == "REQUEST_FAILED"
    assert detail(refused)["code"] == "OTP_ATTEMPTS_LIMIT"


async def test_a_code_is_taken_again_when_the_lock_is_over() -> None:
    phone = Phone("totp")
    await phone.pair_totp()
    await phone.sign_on()
    for _ in range(5):
        await phone.act("checkOtp", {"otp": "000000"})
    phone.browsing.app.clock.advance(61)
    refused = await phone.act("checkOtp", {"otp": phone.code()})
    assert detail(refused)["message"] == "What was asked is over; answer what is asked now."
    assert (await phone.act("checkOtp", {"otp": phone.code()}))["status"] == "COMPLETED"


async def test_pairing_begins_anew_after_too_many_wrong_codes() -> None:
    phone = Phone("totp")
    first = await phone.sign_on()
    for _ in range(5):
        await phone.act("activateTotpDevice", {"otp": "000000"})
    phone.browsing.app.clock.advance(61)
    await phone.act("activateTotpDevice", {"otp": "000000"})
    state = members(await phone.browsing.state(first["id"]))
    assert state["pairingKey"] != first["pairingKey"]
    phone.key = state["pairingKey"]
    assert (await phone.act("activateTotpDevice", {"otp": phone.code()}))["status"] == "COMPLETED"


async def test_an_address_is_paired_by_a_code_that_can_be_sent_again() -> None:
    phone = Phone("email", "sms")
    await phone.sign_on()
    chosen = {"devicePairingMethod": {"deviceType": "SMS"}}
    state = await phone.act("selectDevicePairingMethod", chosen)
    assert state["status"] == "SMS_PAIRING_TARGET_REQUIRED"
    assert actions(state) == ["submitSmsTarget", "cancelDevicePairing"]
    wrong = await phone.act("submitSmsTarget", {"phone": "a number"})
    assert (detail(wrong)["code"], detail(wrong)["target"]) == ("INVALID_FIELD_VALUE", "phone")
    state = await phone.act("submitSmsTarget", {"phone": "+49 151 12345678"})
    assert (state["status"], state["otpLength"]) == ("SMS_ACTIVATION_REQUIRED", 6)
    assert state["phone"] == "+4915112345678"
    assert actions(state) == ["activateSmsDevice", "resendOtp", "cancelDevicePairing"]
    state = await phone.act("resendOtp")
    assert (await phone.act("activateSmsDevice", {"otp": phone.sent()}))["status"] == "COMPLETED"


async def test_another_device_is_chosen_by_its_reference() -> None:
    phone = Phone("totp", "email")
    first = await phone.sign_on()
    mailed = await phone.act("selectDevicePairingMethod", {"devicePairingMethod": "Email"})
    assert mailed["status"] == "EMAIL_ACTIVATION_REQUIRED"
    assert first["id"] == mailed["id"]
    await phone.act("activateEmailDevice", {"otp": phone.sent()})
    state = await phone.sign_on()
    (device,) = state["devices"]
    assert (device["type"], device["target"]) == ("Email", "j***@example.com")
    assert actions(state) == ["checkOtp", "resendOtp", "cancelAuthentication"]
    before = len(phone.browsing.app.outbox.messages)
    assert (await phone.act("resendOtp"))["status"] == "OTP_REQUIRED"
    assert len(phone.browsing.app.outbox.messages) == before + 1


async def test_codes_are_sent_so_often_and_no_more() -> None:
    phone = Phone("email")
    await phone.sign_on()
    await phone.act("activateEmailDevice", {"otp": phone.sent()})
    await phone.sign_on()
    refused: dict[str, Any] = {}
    for _ in range(9):
        refused = await phone.act("resendOtp")
    assert refused["code"] == "REQUEST_FAILED"
    assert detail(refused)["code"] == "OTP_RESEND_LIMIT"


async def test_a_passkey_is_paired_and_used_as_the_widget_does_it() -> None:
    phone = Phone("passkey", "email")
    await phone.sign_on()
    state = await phone.act("selectDevicePairingMethod", {"devicePairingMethod": FIDO2})
    assert state["status"] == "FIDO2_ACTIVATION_REQUIRED"
    options = as_text(json.loads(state["publicKeyCredentialCreationOptions"]))
    made = {"origin": BASE_URL, "attestation": phone.passkey.create(options)}
    assert (await phone.act("activateFido2Device", made))["status"] == "COMPLETED"

    state = await phone.sign_on()
    assert state["status"] == "ASSERTION_REQUIRED"
    assert actions(state) == ["checkAssertion", "cancelAuthentication"]
    (device,) = state["devices"]
    assert (device["type"], device["rpId"]) == ("FIDO2", "localhost")
    options = state["publicKeyCredentialRequestOptions"]
    assert bytes(options["allowCredentials"][0]["id"]) == phone.passkey.credential_id
    given = phone.passkey.get(as_text(options))
    used = {"assertion": given, "origin": BASE_URL, "compatibility": "FULL"}
    assert (await phone.act("checkAssertion", used))["status"] == "COMPLETED"


async def test_an_assertion_of_another_page_is_refused() -> None:
    phone = Phone("passkey")
    options = as_text(json.loads((await phone.sign_on())["publicKeyCredentialCreationOptions"]))
    await phone.act("activateFido2Device", {"attestation": phone.passkey.create(options)})
    state = await phone.sign_on()
    phone.passkey.origin = "https://evil.example.com"
    given = phone.passkey.get(as_text(state["publicKeyCredentialRequestOptions"]))
    refused = await phone.act("checkAssertion", {"assertion": given, "origin": BASE_URL})
    assert (detail(refused)["code"], detail(refused)["target"]) == ("INVALID_OTP", "assertion")


async def test_the_user_chooses_first_where_that_is_configured() -> None:
    phone = Phone("totp", "recovery_codes", choose_first=True)
    shown = await phone.pair_totp()
    assert shown["status"] == "RECOVERY_CODES_SHOWN"
    assert actions(shown) == ["confirmRecoveryCodes"]
    assert (await phone.act("confirmRecoveryCodes"))["status"] == "COMPLETED"
    state = await phone.sign_on()
    assert state["status"] == "DEVICE_SELECTION_REQUIRED"
    assert actions(state) == ["selectDevice", "cancelAuthentication"]
    kept = next(each["id"] for each in state["devices"] if each["type"] == "RECOVERY_CODES")
    state = await phone.act("selectDevice", {"deviceRef": {"id": kept}})
    assert state["status"] == "OTP_REQUIRED"
    code = {"otp": shown["recoveryCodes"][0]}
    assert (await phone.act("checkOtp", code))["status"] == "COMPLETED"


async def test_a_device_that_is_not_among_them_is_no_choice() -> None:
    phone = Phone("totp", "recovery_codes", choose_first=True)
    await phone.pair_totp()
    await phone.act("confirmRecoveryCodes")
    await phone.sign_on()
    refused = await phone.act("selectDevice", {"deviceRef": {"id": "another"}})
    assert (detail(refused)["code"], detail(refused)["target"]) == (
        "INVALID_FIELD_VALUE",
        "deviceRef",
    )


async def test_cancelling_fails_the_flow() -> None:
    phone = Phone("totp")
    await phone.pair_totp()
    await phone.sign_on()
    failed = await phone.act("cancelAuthentication")
    assert (failed["status"], failed["code"]) == ("FAILED", "ACCESS_DENIED")
    assert "access_token" not in failed["authorizeResponse"]


async def test_a_browser_is_remembered_by_a_cookie_and_asks_no_second_factor_again() -> None:
    phone = Phone("totp", remember_minutes=60)
    await phone.pair_totp()
    state = await phone.sign_on()
    assert state["showRememberDevice"] is True
    done = await phone.act("checkOtp", {"otp": phone.code(), "rememberDevice": "true"})
    assert done["status"] == "COMPLETED"
    cookies = dict(phone.browsing.cookies)
    assert "__Host-ostiary-remembered" in cookies

    phone.browsing = Browsing(phone.browsing.app)
    phone.browsing.cookies["__Host-ostiary-remembered"] = cookies["__Host-ostiary-remembered"]
    first = await begin(phone.browsing)
    done = members(await phone.browsing.sign_on_by_api(first["id"]))
    assert done["status"] == "COMPLETED"


async def test_a_wish_to_be_remembered_is_no_input_where_that_is_off() -> None:
    phone = Phone("totp")
    await phone.pair_totp()
    state = await phone.sign_on()
    assert "showRememberDevice" not in state
    refused = await phone.act("checkOtp", {"otp": phone.code(), "rememberDevice": "true"})
    assert detail(refused)["code"] == "UNRECOGNIZED_FIELD_NAME"


async def test_the_page_has_a_box_to_be_remembered_and_a_cookie_out_of_reach_of_scripts() -> None:
    phone = Phone("totp", remember_minutes=60)
    await phone.pair_totp()
    browsing = Browsing(phone.browsing.app)
    page = await browsing.press(await browsing.authorize(WEB), pf_username="joe", pf_pass=PASSWORD)
    (box,) = [
        each.attributes
        for each in parse_elements(page.body)
        if each.attributes.get("type") == "checkbox"
    ]
    name = str(box["name"]).replace(".", "_", 1)
    done = await browsing.press(page, **{"pf_otp": phone.code(), name: "true"})
    assert "code=" in str(done.header("location"))
    _, attributes = set_cookies(done)["__Host-ostiary-remembered"]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
    del browsing.cookies["PF"]
    page = await browsing.authorize(WEB)
    again = await browsing.press(page, pf_username="joe", pf_pass=PASSWORD)
    assert "code=" in str(again.header("location"))
