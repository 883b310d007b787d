"""A password that must be changed: PingFederate's states, actions and form fields for it."""

from typing import Any

import pytest

from ostiary.core.model.policy import StepInstance
from ostiary.core.model.user import UserPassword
from tests.support.browsing import PASSWORD, Browsing, make_sign_on_app
from tests.support.users import HASH, NOW, make_user
from tests.wire.pingfederate.test_redirectless import begin, members

pytestmark = pytest.mark.anyio
NEW = "a much longer password"


async def _must_change(**settings: Any) -> tuple[Browsing, dict[str, Any]]:
    password = UserPassword(HASH, changed_at=NOW, must_change=True)
    eve = make_user(2, username="eve", password=password)
    form = StepInstance("form", "username_password", settings)
    browsing = Browsing(make_sign_on_app(users=[eve], steps={"form": form}))
    state = await begin(browsing)
    return browsing, members(await browsing.sign_on_by_api(state["id"], "eve"))


async def test_the_state_names_its_user_and_what_may_be_done() -> None:
    _, state = await _must_change()
    assert (state["status"], state["username"]) == ("MUST_CHANGE_PASSWORD", "eve")
    assert list(state["_links"]) == ["self", "checkNewPassword", "cancelPasswordChange"]


async def test_a_new_password_ends_the_flow_with_the_answer() -> None:
    browsing, state = await _must_change()
    sent = {"username": "eve", "existingPassword": PASSWORD, "newPassword": NEW}
    answer = members(await browsing.act(state["id"], "checkNewPassword", sent))
    assert answer["status"] == "COMPLETED"
    assert "access_token" in answer["authorizeResponse"]


async def test_success_is_a_state_of_its_own_where_that_is_configured() -> None:
    browsing, state = await _must_change(confirms_changes=True)
    sent = {"username": "eve", "existingPassword": PASSWORD, "newPassword": NEW}
    done = members(await browsing.act(state["id"], "checkNewPassword", sent))
    assert done["status"] == "SUCCESSFUL_PASSWORD_CHANGE"
    assert list(done["_links"]) == ["self", "continueAuthentication"]
    assert members(await browsing.act(state["id"], "continueAuthentication", {}))["status"] == (
        "COMPLETED"
    )


async def test_what_is_wrong_is_named_as_the_widget_reads_it() -> None:
    browsing, state = await _must_change()
    sent = {"username": "eve", "existingPassword": "guess", "newPassword": NEW}
    wrong = members(await browsing.act(state["id"], "checkNewPassword", sent))
    assert wrong["code"] == "VALIDATION_ERROR"
    assert [(each["code"], each["target"]) for each in wrong["details"]] == [
        ("CREDENTIAL_VALIDATION_FAILED", "existingPassword")
    ]
    weak = {**sent, "existingPassword": PASSWORD, "newPassword": "short"}
    refused = members(await browsing.act(state["id"], "checkNewPassword", weak))
    assert [(each["code"], each["target"], each["userMessage"]) for each in refused["details"]] == [
        ("PASSWORD_CHANGE_ERROR", "newPassword", "Use at least 15 characters.")
    ]
