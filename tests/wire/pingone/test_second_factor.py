"""Second factors: PingOne's statuses, actions and embedded devices."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ostiary.core.crypto import otp
from ostiary.core.model.policy import Policy, StepInstance, StepNode
from tests.support.pingone_browsing import BASE, PingOneBrowsing, make_pingone_sign_on_app
from tests.support.soft_passkey import SoftPasskey
from tests.wire.pingfederate.test_second_factor import as_text

pytestmark = pytest.mark.anyio
KEY = "Multi_Factor"
POLICY = Policy(KEY, StepNode("form", success=StepNode("more")), KEY)


class Phone:
    """An application that signs joe on, and what he has beside his password."""

    def __init__(self, *methods: str, **settings: Any) -> None:
        steps = {
            "form": StepInstance("form", "username_password"),
            "more": StepInstance("more", "second_factor", {"methods": methods, **settings}),
        }
        app = make_pingone_sign_on_app(steps=steps, policies={KEY: POLICY}, default_policy=KEY)
        self.browsing = PingOneBrowsing(app)
        self.flow: dict[str, Any] = {}
        self.key = ""
        self.passkey = SoftPasskey(BASE)

    async def sign_on(self) -> dict[str, Any]:
        """Begin anew and give the password; what comes next is the second factor."""
        self.browsing = PingOneBrowsing(self.browsing.app)
        self.flow = await self.browsing.begin()
        self.flow = (await self.browsing.check_password(self.flow["id"])).json()
        return self.flow

    async def act(self, action: str, inputs: object = None) -> dict[str, Any]:
        """Perform an action; without inputs there is no body."""
        answer: dict[str, Any] = (
            await self.browsing.act(self.flow["id"], action, inputs or {})
        ).json()
        return answer

    async def pair_totp(self) -> dict[str, Any]:
        """Set up an application that shows codes, where no other kind counts."""
        self.key = (await self.sign_on())["pairingKey"]
        done = await self.act("totpDevice.activate", {"otp": self.code()})
        self.browsing.app.clock.advance(otp.STEP_SECONDS)
        return done

    def code(self) -> str:
        """Return what the application shows now."""
        return otp.code_at(otp.seed_of(self.key), self.browsing.app.clock.now())

    def sent(self) -> str:
        """Return the code that was sent last."""
        return self.browsing.app.outbox.code()


def actions(flow: Mapping[str, Any]) -> list[str]:
    """Return what a flow offers."""
    return [name for name in flow["_links"] if name != "self"]


async def test_a_code_is_asked_for_with_the_devices_embedded() -> None:
    phone = Phone("totp")
    await phone.pair_totp()
    flow = await phone.sign_on()
    (device,) = flow["_embedded"]["devices"]
    assert flow["status"] == "OTP_REQUIRED"
    assert set(device) == {"id", "type"}
    assert device["type"] == "TOTP"
    assert flow["_embedded"]["selectedDevice"] == device
    assert actions(flow) == ["otp.check"]
    done = await phone.act("otp.check", {"otp": phone.code()})
    assert done["status"] == "COMPLETED"
    assert done["authorizeResponse"]["code"]


async def test_a_wrong_code_says_how_many_attempts_are_left() -> None:
    phone = Phone("totp")
    await phone.pair_totp()
    await phone.sign_on()
    refused = await phone.act("otp.check", {"otp": "000000"})
    (detail,) = refused["details"]
    assert refused["code"] == "INVALID_DATA"
    assert (detail["code"], detail["target"]) == ("INVALID_OTP", "otp")
    assert detail["innerError"]["failuresRemaining"] > 0


async def test_too_many_wrong_codes_say_how_long_to_wait() -> None:
    phone = Phone("totp")
    await phone.pair_totp()
    await phone.sign_on()
    refused: dict[str, Any] = {}
    for _ in range(5):
        refused = await phone.act("otp.check", {"otp": "000000"})
    (detail,) = refused["details"]
    assert detail["code"] == "ATTEMPTS_EXCEEDED"
    assert detail["innerError"]["secondsUntilUnlock"] > 0


async def test_a_device_by_mail_shows_its_masked_address_in_pingone_s_words() -> None:
    phone = Phone("email", "sms")
    flow = await phone.sign_on()
    assert flow["status"] == "DEVICE_PAIRING_METHOD_REQUIRED"
    assert flow["devicePairingMethods"] == [{"deviceType": "EMAIL"}, {"deviceType": "SMS"}]
    chosen = {"devicePairingMethod": {"deviceType": "EMAIL"}}
    flow = await phone.act("devicePairingMethod.select", chosen)
    assert flow["status"] == "EMAIL_ACTIVATION_REQUIRED"
    await phone.act("emailDevice.activate", {"otp": phone.sent()})
    flow = await phone.sign_on()
    (device,) = flow["_embedded"]["devices"]
    assert (device["type"], device["email"]) == ("EMAIL", "j***@example.com")
    assert actions(flow) == ["otp.check", "otp.resend"]
    assert (await phone.act("otp.check", {"otp": phone.sent()}))["status"] == "COMPLETED"


async def test_one_of_several_devices_is_selected_by_its_id() -> None:
    phone = Phone("totp", "recovery_codes", choose_first=True)
    codes = (await phone.pair_totp())["recoveryCodes"]
    await phone.act("recoveryCodes.confirm")
    flow = await phone.sign_on()
    devices = flow["_embedded"]["devices"]
    assert flow["status"] == "DEVICE_SELECTION_REQUIRED"
    assert [each["type"] for each in devices] == ["TOTP", "RECOVERY_CODES"]
    assert actions(flow) == ["device.select"]
    flow = await phone.act("device.select", {"device": {"id": devices[1]["id"]}})
    assert flow["status"] == "OTP_REQUIRED"
    assert flow["_embedded"]["selectedDevice"] == devices[1]
    assert actions(flow) == ["otp.check", "device.select"]
    assert (await phone.act("otp.check", {"otp": codes[0]}))["status"] == "COMPLETED"


async def test_codes_are_sent_so_often_and_no_more() -> None:
    phone = Phone("email")
    await phone.sign_on()
    await phone.act("emailDevice.activate", {"otp": phone.sent()})
    await phone.sign_on()
    refused: dict[str, Any] = {}
    for _ in range(9):
        refused = await phone.act("otp.resend")
    assert refused["details"][0]["code"] == "QUOTA_EXCEEDED"


async def test_a_passkey_is_asked_for_with_the_browser_s_options() -> None:
    phone = Phone("passkey")
    flow = await phone.sign_on()
    options = as_text(json.loads(flow["publicKeyCredentialCreationOptions"]))
    made = {"attestation": phone.passkey.create(options), "origin": BASE}
    assert (await phone.act("fido2Device.activate", made))["status"] == "COMPLETED"
    flow = await phone.sign_on()
    assert flow["status"] == "ASSERTION_REQUIRED"
    assert actions(flow) == ["assertion.check"]
    (device,) = flow["_embedded"]["devices"]
    assert (device["type"], device["rp"]) == ("FIDO2", {"id": "auth.pingone.example"})
    given = phone.passkey.get(as_text(flow["publicKeyCredentialRequestOptions"]))
    used = {"assertion": json.loads(given), "origin": BASE, "compatibility": "FULL"}
    assert (await phone.act("assertion.check", used))["status"] == "COMPLETED"


async def test_a_browser_is_remembered_and_asks_no_second_factor_again() -> None:
    phone = Phone("totp", remember_minutes=60)
    await phone.pair_totp()
    assert (await phone.sign_on())["showRememberDevice"] is True
    done = await phone.act("otp.check", {"otp": phone.code(), "rememberDevice": True})
    assert done["status"] == "COMPLETED"
    name = "__Secure-ostiary-remembered"
    kept = {place: value for place, value in phone.browsing.jar.items() if name in place}
    assert kept

    phone.browsing = PingOneBrowsing(phone.browsing.app, jar=kept)
    flow = await phone.browsing.begin()
    done = (await phone.browsing.check_password(flow["id"])).json()
    assert done["status"] == "COMPLETED"


async def test_a_wish_to_be_remembered_counts_nothing_where_that_is_off() -> None:
    phone = Phone("totp")
    await phone.pair_totp()
    assert "showRememberDevice" not in await phone.sign_on()
    await phone.act("otp.check", {"otp": phone.code(), "rememberDevice": True})
    assert "__Secure-ostiary-remembered" not in phone.browsing.cookies
