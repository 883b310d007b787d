"""Device authorization with PingFederate's names: codes, pages, states and tokens."""

from typing import Any

import pytest

from ostiary.core.model.policy import Policy, StepInstance, StepNode
from tests.support.app import App
from tests.support.browsing import PASSWORD, Browsing, make_sign_on_app
from tests.support.devices import (
    DEVICE_PAGE,
    Device,
    begun,
    device_clients,
    finish,
    let_in,
    make_device_client,
    sign_on_at,
    type_code,
)
from tests.support.html import parse_form
from tests.support.jose import parts


@pytest.fixture
def app() -> App:
    return make_sign_on_app(clients=device_clients())


async def test_S0_18_codes_come_with_all_six_members(app: App) -> None:
    codes = (await Device(app).ask()).json()
    assert set(codes) == {
        "device_code",
        "user_code",
        "verification_uri",
        "verification_uri_complete",
        "expires_in",
        "interval",
    }
    base = app.environment("default").base_url
    assert (codes["expires_in"], codes["interval"]) == (600, 5)
    assert codes["verification_uri"] == f"{base}/as/user_authz.oauth2"
    assert codes["verification_uri_complete"].endswith(f"?user_code={codes['user_code']}")
    assert len(codes["device_code"]) == 42
    assert [len(part) for part in codes["user_code"].split("-")] == [4, 4]


@pytest.mark.parametrize(
    "path", ["/as/deviceAuthorization.oauth2", "/as/device_authorization.oauth2"]
)
async def test_S0_17_other_spellings_of_the_path_work(app: App, path: str) -> None:
    assert (await Device(app).ask(path)).status == 200


async def test_S0_17_metadata_names_the_documented_path(app: App) -> None:
    document = (await app.pingfederate.get("/.well-known/openid-configuration")).json()
    assert document["device_authorization_endpoint"].endswith("/as/device_authz.oauth2")
    assert "urn:ietf:params:oauth:grant-type:device_code" in document["grant_types_supported"]


async def test_S0_3_a_device_gets_tokens_once_it_was_let_in(app: App) -> None:
    device = await begun(app)
    assert await device.outcome() == "authorization_pending"
    page = await let_in(Browsing(app), device)
    assert "Your device is connected" in page.body.decode()
    app.clock.advance(5)
    tokens = (await device.poll()).json()
    assert tokens["scope"] == "openid profile"
    assert tokens["refresh_token"]


async def test_S0_21_openid_brings_an_ID_token_about_the_user(app: App) -> None:
    device = await begun(app)
    await let_in(Browsing(app), device)
    claims = parts((await device.poll()).json()["id_token"])[1]
    assert claims["aud"] == "tv"
    assert "sid" not in claims


async def test_without_openid_there_is_no_ID_token(app: App) -> None:
    device = await begun(app, scope="read")
    await let_in(Browsing(app), device)
    assert "id_token" not in (await device.poll()).json()


async def test_S0_20_a_refused_device_is_told_so(app: App) -> None:
    device, browsing = await begun(app), Browsing(app)
    question = await type_code(browsing, device.user_code)
    page = await finish(browsing, question, "denyUserCode")
    assert "No device was connected" in page.body.decode()
    refused = await device.poll()
    assert (refused.status, refused.json()["error"]) == (400, "access_denied")


async def test_S0_20_a_device_that_waited_too_long_is_told_so(app: App) -> None:
    device = await begun(app)
    app.clock.advance(600)
    expired = await device.poll()
    assert (expired.status, expired.json()["error"]) == (400, "expired_token")


async def test_the_complete_URI_leads_to_the_question_with_the_code(app: App) -> None:
    device, browsing = await begun(app), Browsing(app)
    question = await sign_on_at(browsing, f"{DEVICE_PAGE}?user_code={device.user_code}")
    assert device.user_code in question.body.decode()
    assert "Let Tv in?" in question.body.decode()


async def test_a_wrong_code_in_the_complete_URI_is_asked_for_anew(app: App) -> None:
    page = await sign_on_at(Browsing(app), f"{DEVICE_PAGE}?user_code=BBBB-BBBB")
    assert "This code is not right" in page.body.decode()
    assert "pf.userCode" in parse_form(page.body).fields


async def test_another_code_may_be_typed_after_the_wrong_device_was_found(app: App) -> None:
    first, second, browsing = await begun(app), await begun(app, "cli"), Browsing(app)
    question = await type_code(browsing, first.user_code)
    form = await browsing.press(question, "clearUserCode")
    question = await browsing.press(form, "pf.ok", pf_userCode=second.user_code)
    assert "Let Cli in?" in question.body.decode()


async def test_somebody_who_does_not_sign_on_lets_no_device_in(app: App) -> None:
    device, browsing = await begun(app), Browsing(app)
    page = await finish(browsing, await browsing.get(DEVICE_PAGE), "pf.cancel")
    assert "No device was connected" in page.body.decode()
    assert await device.outcome() == "authorization_pending"


async def test_a_code_that_ran_out_at_the_question_is_asked_for_anew(app: App) -> None:
    device, browsing = await begun(app), Browsing(app)
    question = await type_code(browsing, device.user_code)
    app.clock.advance(601)
    page = await browsing.press(question, "pf.ok")
    assert "This code is over" in page.body.decode()


async def test_a_device_let_in_at_the_last_moment_still_gets_its_tokens(app: App) -> None:
    device, browsing = await begun(app), Browsing(app)
    question = await type_code(browsing, device.user_code)
    app.clock.advance(599)
    await finish(browsing, question, "pf.ok")
    app.clock.advance(5)
    assert await device.outcome() == "tokens"


async def test_a_device_that_comes_late_for_its_tokens_begins_once_more(app: App) -> None:
    device = await begun(app)
    await let_in(Browsing(app), device)
    app.clock.advance(600)
    assert await device.outcome() == "expired_token"


async def test_states_lead_a_program_through_it(app: App) -> None:
    device, program = await begun(app), Browsing(app)
    state = (await program.get(f"{DEVICE_PAGE}?response_mode=pi.flow")).json()
    assert state["status"] == "USERNAME_PASSWORD_REQUIRED"
    state = (await program.sign_on_by_api(state["id"])).json()
    assert state["status"] == "OAUTH_DEVICE_USER_CODE_REQUIRED"
    assert "submitUserCode" in state["_links"]
    answer = await program.act(state["id"], "submitUserCode", {"userCode": device.user_code})
    state = answer.json()
    assert state["status"] == "OAUTH_DEVICE_USER_CODE_CONFIRMATION_REQUIRED"
    assert state["userCode"] == device.user_code
    answer = await program.act(state["id"], "confirmUserCode", {"userCode": device.user_code})
    assert answer.json()["status"] == "OAUTH_DEVICE_COMPLETED"
    assert "authorizeResponse" not in answer.json()
    assert await device.outcome() == "tokens"


async def test_a_program_is_told_of_a_wrong_code(app: App) -> None:
    program = Browsing(app)
    state = (await program.get(f"{DEVICE_PAGE}?response_mode=pi.flow")).json()
    await program.sign_on_by_api(state["id"])
    answer = await program.act(state["id"], "submitUserCode", {"userCode": "BBBB-BBBB"})
    (detail,) = answer.json()["details"]
    assert (answer.status, detail["code"]) == (400, "INVALID_USER_CODE")
    assert detail["userMessage"]


async def test_a_wrong_code_at_the_start_is_told_in_the_state(app: App) -> None:
    program = Browsing(app)
    started = await program.get(f"{DEVICE_PAGE}?user_code=BBBB-BBBB&response_mode=pi.flow")
    state = (await program.sign_on_by_api(started.json()["id"])).json()
    assert state["status"] == "OAUTH_DEVICE_USER_CODE_REQUIRED"
    assert state["authnError"]["details"][0]["userMessage"]


async def test_another_code_is_not_confirmed(app: App) -> None:
    device, other, program = await begun(app), await begun(app), Browsing(app)
    started = await program.get(f"{DEVICE_PAGE}?user_code={device.user_code}&response_mode=pi.flow")
    state = (await program.sign_on_by_api(started.json()["id"])).json()
    answer = await program.act(state["id"], "confirmUserCode", {"userCode": other.user_code})
    assert answer.status == 400
    assert await device.outcome() == "authorization_pending"


STRONG: dict[str, Any] = {
    "steps": {
        "form": StepInstance("form", "username_password"),
        "again": StepInstance("again", "username_password"),
    },
    "policies": {
        "default": Policy("default", StepNode("form")),
        "strong": Policy("strong", StepNode("again"), "urn:strong"),
    },
}


async def test_the_policy_of_the_client_is_asked_for_after_the_code() -> None:
    app = make_sign_on_app(clients=[make_device_client("cli", policy="strong")], **STRONG)
    device, browsing = await begun(app, "cli"), Browsing(app)
    form = await type_code(browsing, device.user_code)
    assert "pf.pass" in parse_form(form.body).fields
    question = await browsing.press(form, "pf.ok", pf_username="joe", pf_pass=PASSWORD)
    assert "Let Cli in?" in question.body.decode()
    await finish(browsing, question, "pf.ok")
    assert parts((await device.poll()).json()["id_token"])[1]["acr"] == "urn:strong"


async def test_the_policy_of_the_client_is_not_asked_for_twice() -> None:
    app = make_sign_on_app(clients=[make_device_client("cli", policy="strong")], **STRONG)
    first, second, browsing = await begun(app, "cli"), await begun(app, "cli"), Browsing(app)
    form = await type_code(browsing, first.user_code)
    await browsing.press(form, "pf.ok", pf_username="joe", pf_pass=PASSWORD)
    question = await type_code(browsing, second.user_code)
    assert "Let Cli in?" in question.body.decode()
