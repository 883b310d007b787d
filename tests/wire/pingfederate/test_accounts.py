"""Forgotten passwords and registrations: PingFederate's states, actions and bodies for them."""

from typing import Any

import pytest

from ostiary.core.model.policy import Policy, StepInstance, StepNode
from tests.support.app import BASE_URL
from tests.support.browsing import Browsing, make_sign_on_app
from tests.support.users import make_user
from tests.wire.pingfederate.test_redirectless import begin, members

pytestmark = pytest.mark.anyio
NEW = "a much longer password"


async def _begun(**settings: Any) -> tuple[Browsing, dict[str, Any]]:
    form = StepInstance("form", "username_password", settings)
    eve = make_user(2, username="eve", attributes={"mail": "eve@example.com"})
    browsing = Browsing(make_sign_on_app(users=[eve], steps={"form": form}))
    return browsing, await begin(browsing)


async def _act(browsing: Browsing, state: dict[str, Any], action: str, **sent: Any) -> Any:
    return members(await browsing.act(state["id"], action, sent))


async def test_the_sign_on_form_offers_what_is_configured_and_nothing_else() -> None:
    settings = {"recovery": True, "registration": True, "password_change": True}
    _, state = await _begun(**settings)
    assert list(state["_links"]) == [
        "self",
        "checkUsernamePassword",
        "initiateAccountRecovery",
        "recoverUsername",
        "initiatePasswordChange",
        "initiateRegistration",
    ]


async def test_a_forgotten_password_goes_through_the_states_that_the_widget_knows() -> None:
    browsing, state = await _begun(recovery=True, confirms_changes=True)
    asked = await _act(browsing, state, "initiateAccountRecovery", usernameHint="eve")
    assert (asked["status"], asked["username"]) == ("ACCOUNT_RECOVERY_USERNAME_REQUIRED", "eve")
    coded = await _act(browsing, state, "checkAccountRecoveryUsername", username="eve")
    assert coded["status"] == "RECOVERY_CODE_REQUIRED"
    assert list(coded["_links"]) == [
        "self",
        "checkRecoveryCode",
        "resendRecoveryCode",
        "cancelAccountRecovery",
    ]
    wrong = await _act(browsing, state, "checkRecoveryCode", recoveryCode="22222222")
    assert [(each["code"], each["target"]) for each in wrong["details"]] == [
        ("INVALID_OTP", "recoveryCode")
    ]
    code = browsing.app.outbox.code()
    reset = await _act(browsing, state, "checkRecoveryCode", recoveryCode=code)
    assert reset["status"] == "PASSWORD_RESET_REQUIRED"
    done = await _act(browsing, state, "checkPasswordReset", newPassword=NEW)
    assert done["status"] == "SUCCESSFUL_PASSWORD_RESET"
    again = await _act(browsing, state, "continueAuthentication")
    assert again["status"] == "USERNAME_PASSWORD_REQUIRED"
    assert members(await browsing.sign_on_by_api(state["id"], "eve", NEW))["status"] == "COMPLETED"


async def test_a_registration_is_taken_as_the_widget_sends_it() -> None:
    browsing, state = await _begun(registration=True)
    form = await _act(browsing, state, "initiateRegistration")
    assert form["status"] == "REGISTRATION_REQUIRED"
    assert [(field["id"], field["type"], field["required"]) for field in form["fields"]] == [
        ("username", "TEXT", True),
        ("email", "EMAIL", True),
        ("givenName", "TEXT", False),
        ("familyName", "TEXT", False),
    ]
    values = {"username": "ann", "email": "ann@example.com", "newpassword": NEW}
    coded = await _act(browsing, state, "registerUser", password=NEW, fieldValues=values)
    assert (coded["status"], coded["email"]) == (
        "EMAIL_VERIFICATION_OTP_REQUIRED",
        "ann@example.com",
    )
    done = await _act(browsing, state, "checkOtp", otp=browsing.app.outbox.code())
    assert done["status"] == "COMPLETED"


async def test_what_is_wrong_with_a_registration_is_said_by_field() -> None:
    browsing, state = await _begun(registration=True)
    await _act(browsing, state, "initiateRegistration")
    values = {"username": "eve", "email": "no address"}
    refused = await _act(browsing, state, "registerUser", password="short", fieldValues=values)
    assert {each["target"] for each in refused["details"]} == {"email", "password"}


async def test_a_forgotten_username_goes_through_the_states_that_the_widget_knows() -> None:
    browsing, state = await _begun(recovery=True)
    asked = await _act(browsing, state, "recoverUsername")
    assert asked["status"] == "USERNAME_RECOVERY_EMAIL_REQUIRED"
    assert list(asked["_links"]) == ["self", "checkUsernameRecoveryEmail", "cancelUsernameRecovery"]
    wrong = await _act(browsing, state, "checkUsernameRecoveryEmail", email="eve")
    assert [(each["code"], each["target"]) for each in wrong["details"]] == [
        ("INVALID_FIELD_VALUE", "email")
    ]
    sent = await _act(browsing, state, "checkUsernameRecoveryEmail", email="eve@example.com")
    assert sent["status"] == "USERNAME_RECOVERY_EMAIL_SENT"
    assert list(sent["_links"]) == ["self", "continueAuthentication"]
    assert browsing.app.outbox.messages[-1].values == {"usernames": "eve"}
    back = await _act(browsing, state, "continueAuthentication")
    assert back["status"] == "USERNAME_PASSWORD_REQUIRED"
    asked = await _act(browsing, state, "initiateAccountRecovery")
    assert "recoverUsername" in asked["_links"]


async def test_identifier_first_offers_the_forgotten_username_too() -> None:
    steps = {
        "who": StepInstance("who", "identifier_first", {"recovery": True}),
        "form": StepInstance("form", "username_password"),
    }
    policy = Policy("default", StepNode("who", StepNode("form")))
    browsing = Browsing(make_sign_on_app(steps=steps, policies={"default": policy}))
    state = await begin(browsing)
    assert "recoverUsername" in state["_links"]
    asked = await _act(browsing, state, "recoverUsername")
    assert asked["status"] == "USERNAME_RECOVERY_EMAIL_REQUIRED"
    back = await _act(browsing, state, "cancelUsernameRecovery")
    assert back["status"] == "IDENTIFIER_REQUIRED"


async def test_recovery_by_link_waits_in_the_state_that_the_widget_knows() -> None:
    browsing, state = await _begun(recovery=True, recovery_by="link")
    await _act(browsing, state, "initiateAccountRecovery")
    waiting = await _act(browsing, state, "checkAccountRecoveryUsername", username="eve")
    assert waiting["status"] == "ACCOUNT_RECOVERY_OTL_VERIFICATION_REQUIRED"
    assert list(waiting["_links"]) == ["self", "continueAuthentication", "resendRecoveryLink"]
    await _act(browsing, state, "resendRecoveryLink")
    links = [message.values["link"] for message in browsing.app.outbox.messages]
    assert [each.partition("?")[0] for each in links] == [f"{BASE_URL}/ext/pwdreset/Reset"] * 2
