"""Registrations, forgotten passwords and such as must change: PingOne's statuses and errors."""

from typing import Any

import pytest

from ostiary.core.model.policy import Policy, StepInstance, StepNode
from ostiary.core.model.user import User, UserPassword
from tests.support.browsing import PASSWORD
from tests.support.pingone_browsing import PingOneBrowsing, make_pingone_sign_on_app
from tests.support.users import HASH, NOW, make_user

pytestmark = pytest.mark.anyio
NEW = "a much longer password"
KEY = "Single_Factor"
EVE = {"username": "eve", "password": PASSWORD}
EVE_AS_IS = make_user(2, username="eve", attributes={"mail": "eve@example.com"})
EVE_WHO_MUST = make_user(
    2, username="eve", password=UserPassword(HASH, changed_at=NOW, must_change=True)
)


class Visit:
    """An application that begins a flow, with a user beside joe."""

    def __init__(self, eve: User = EVE_AS_IS, **settings: Any) -> None:
        policy = Policy(KEY, StepNode("form"), KEY)
        steps = {"form": StepInstance("form", "username_password", settings)}
        self.browsing = PingOneBrowsing(
            make_pingone_sign_on_app(users=[eve], steps=steps, policies={KEY: policy})
        )
        self.flow_id = ""

    async def begin(self) -> dict[str, Any]:
        flow: dict[str, Any] = await self.browsing.begin()
        self.flow_id = flow["id"]
        return flow

    async def act(self, action: str, **inputs: object) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.browsing.act(self.flow_id, action, inputs)).json()
        return answer

    def sent(self) -> str:
        return self.browsing.app.outbox.code()


def actions(flow: dict[str, Any]) -> list[str]:
    """Return what a flow offers."""
    return [name for name in flow["_links"] if name != "self"]


def found(refused: dict[str, Any]) -> list[tuple[str, str]]:
    """Return codes and targets of the details of a refusal."""
    assert refused["code"] == "INVALID_DATA"
    return [(detail["code"], detail["target"]) for detail in refused["details"]]


async def test_a_flow_offers_what_its_step_is_configured_for() -> None:
    flow = await Visit(recovery=True, registration=True).begin()
    assert actions(flow) == [
        "usernamePassword.check",
        "password.forgot",
        "username.recover",
        "user.register",
        "session.reset",
    ]
    assert flow["_embedded"]["passwordPolicy"]["length"]["min"] > 0
    assert actions(await Visit().begin()) == ["usernamePassword.check", "session.reset"]


async def test_whoever_registers_proves_the_address_and_is_signed_on() -> None:
    visit = Visit(registration=True)
    await visit.begin()
    ann = {"username": "ann", "email": "ann@example.com", "password": NEW}
    flow = await visit.act("user.register", **ann)
    assert flow["status"] == "VERIFICATION_CODE_REQUIRED"
    assert actions(flow) == ["user.verify", "user.sendVerificationCode"]
    wrong = await visit.act("user.verify", verificationCode="22222222")
    assert found(wrong) == [("INVALID_VALUE", "verificationCode")]
    assert (await visit.act("user.sendVerificationCode"))["status"] == "VERIFICATION_CODE_REQUIRED"
    done = await visit.act("user.verify", verificationCode=visit.sent())
    assert done["status"] == "COMPLETED"
    assert done["authorizeResponse"]["code"]


async def test_a_name_that_is_taken_is_a_violation_of_uniqueness() -> None:
    visit = Visit(registration=True)
    await visit.begin()
    eve = {"username": "eve", "email": "other@example.com", "password": NEW}
    assert found(await visit.act("user.register", **eve)) == [("UNIQUENESS_VIOLATION", "username")]


async def test_what_is_wrong_with_a_registration_is_said_by_input() -> None:
    visit = Visit(registration=True)
    await visit.begin()
    refused = await visit.act("user.register", username="ann", email="x", password="short")
    assert found(refused) == [("INVALID_VALUE", "email"), ("INVALID_VALUE", "password")]
    assert refused["details"][1]["innerError"] == {"unsatisfiedRequirements": ["length"]}


async def test_a_forgotten_password_is_recovered_in_one_action() -> None:
    visit = Visit(recovery=True)
    await visit.begin()
    flow = await visit.act("password.forgot", username="eve")
    assert flow["status"] == "RECOVERY_CODE_REQUIRED"
    assert actions(flow) == ["password.recover", "password.sendRecoveryCode"]
    assert "passwordPolicy" in flow["_embedded"]
    wrong = await visit.act("password.recover", recoveryCode="22222222", newPassword=NEW)
    assert found(wrong) == [("INVALID_VALUE", "recoveryCode")]
    assert (await visit.act("password.sendRecoveryCode"))["status"] == "RECOVERY_CODE_REQUIRED"
    flow = await visit.act("password.recover", recoveryCode=visit.sent(), newPassword=NEW)
    assert flow["status"] == "USERNAME_PASSWORD_REQUIRED"
    done = await visit.act("usernamePassword.check", username="eve", password=NEW)
    assert done["status"] == "COMPLETED"


async def test_a_new_password_that_breaks_rules_leaves_the_code_good() -> None:
    visit = Visit(recovery=True)
    await visit.begin()
    await visit.act("password.forgot", username="eve")
    code = visit.sent()
    refused = await visit.act("password.recover", recoveryCode=code, newPassword="short")
    assert found(refused) == [("INVALID_VALUE", "newPassword")]
    assert refused["details"][0]["innerError"] == {"unsatisfiedRequirements": ["length"]}
    flow = await visit.act("password.recover", recoveryCode=code, newPassword=NEW)
    assert flow["status"] == "USERNAME_PASSWORD_REQUIRED"


async def test_SEC_151_nobody_learns_by_a_forgotten_password_who_exists() -> None:
    visit = Visit(recovery=True)
    await visit.begin()
    known = await visit.act("password.forgot", username="eve")
    await visit.begin()
    unknown = await visit.act("password.forgot", username="nobody")
    assert known["status"] == unknown["status"]
    assert "user" not in known["_embedded"]
    assert "user" not in unknown["_embedded"]


async def test_a_password_that_must_be_changed_is_reset_on_the_way() -> None:
    visit = Visit(EVE_WHO_MUST)
    await visit.begin()
    flow = await visit.act("usernamePassword.check", **EVE)
    assert flow["status"] == "MUST_CHANGE_PASSWORD"
    assert actions(flow) == ["password.reset"]
    wrong = await visit.act("password.reset", currentPassword="guess", newPassword=NEW)
    assert found(wrong) == [("INVALID_VALUE", "currentPassword")]
    weak = await visit.act("password.reset", currentPassword=PASSWORD, newPassword="short")
    assert found(weak) == [("INVALID_VALUE", "newPassword")]
    done = await visit.act("password.reset", currentPassword=PASSWORD, newPassword=NEW)
    assert done["status"] == "COMPLETED"


async def test_a_forgotten_username_and_a_link_have_names_of_our_own() -> None:
    visit = Visit(recovery=True, recovery_by="link")
    await visit.begin()
    flow = await visit.act("username.recover")
    assert flow["status"] == "USERNAME_RECOVERY_EMAIL_REQUIRED"
    assert actions(flow) == ["usernameRecoveryEmail.check"]
    flow = await visit.act("usernameRecoveryEmail.check", email="eve@example.com")
    assert flow["status"] == "USERNAME_RECOVERY_EMAIL_SENT"
    assert actions(flow) == ["authentication.continue"]
    await visit.act("authentication.continue")
    flow = await visit.act("password.forgot", username="eve")
    assert flow["status"] == "ACCOUNT_RECOVERY_OTL_VERIFICATION_REQUIRED"
    assert actions(flow) == ["authentication.continue", "recoveryLink.resend"]
