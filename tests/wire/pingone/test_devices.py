"""Device authorization with PingOne's names: codes, pages, flow resources and tokens."""

import re
from typing import Any

import pytest

from ostiary.core.model.audit.devices import UserCodeRefused
from ostiary.core.model.client import AuthMethod, DevicePolicy
from ostiary.core.model.device_request import DEVICE_GRANT
from tests.support.app import App
from tests.support.asgi import Answer
from tests.support.devices import make_device_client
from tests.support.html import parse_form
from tests.support.pingone_browsing import PingOneBrowsing, make_pingone_sign_on_app


@pytest.fixture
def app() -> App:
    clients = [
        make_device_client("tv", AuthMethod.NONE),
        make_device_client("other", AuthMethod.NONE),
        make_device_client("closed", AuthMethod.NONE, enabled=False),
        make_device_client("a/b?c", AuthMethod.NONE),
        make_device_client("fresh", AuthMethod.NONE, device=DevicePolicy(needs_fresh_sign_on=True)),
    ]
    return make_pingone_sign_on_app(clients=clients)


async def begin(browsing: PingOneBrowsing, client_id: str = "tv") -> dict[str, Any]:
    form = {"client_id": client_id, "scope": "openid profile"}
    answer = await browsing.post_form(f"{browsing.issuer_path}/device_authorization", form)
    assert answer.status == 200, answer.body
    codes: dict[str, Any] = answer.json()
    return codes


async def poll(browsing: PingOneBrowsing, codes: dict[str, Any]) -> Answer:
    form = {"grant_type": DEVICE_GRANT, "device_code": codes["device_code"], "client_id": "tv"}
    return await browsing.post_form(f"{browsing.issuer_path}/token", form)


async def follow(browsing: PingOneBrowsing, answer: Answer) -> Answer:
    while answer.status in {302, 303}:
        answer = await browsing.get(answer.header("location") or "")
    return answer


async def test_codes_lead_to_the_page_of_the_environment(app: App) -> None:
    browsing = PingOneBrowsing(app)
    codes = await begin(browsing)
    page = f"{browsing.env.base_url}/{browsing.env.id}/device"
    assert codes["verification_uri"] == page
    assert codes["verification_uri_complete"] == f"{page}?user_code={codes['user_code']}"


async def test_metadata_names_the_endpoint(app: App) -> None:
    browsing = PingOneBrowsing(app)
    url = f"{browsing.issuer_path}/.well-known/openid-configuration"
    document = (await browsing.get(url)).json()
    assert document["device_authorization_endpoint"].endswith("/as/device_authorization")


async def test_a_device_is_let_in_by_our_pages(app: App) -> None:
    browsing = PingOneBrowsing(app)
    codes = await begin(browsing)
    assert (await poll(browsing, codes)).json()["error"] == "authorization_pending"
    target = f"/{browsing.env.id}/device?user_code={codes['user_code']}"
    form = await follow(browsing, await browsing.get(target))
    answer = await browsing.press(form, username="joe", password="Password1")
    question = await follow(browsing, answer)
    assert codes["user_code"] in question.body.decode()
    end = await follow(browsing, await browsing.press(question))
    assert "Your device is connected" in end.body.decode()
    app.clock.advance(5)
    assert "id_token" in (await poll(browsing, codes)).json()


@pytest.mark.parametrize(
    ("accept", "status", "outcome"),
    [(True, "COMPLETED", "tokens"), (False, "FAILED", "access_denied")],
)
async def test_a_program_answers_for_the_user(
    app: App, accept: bool, status: str, outcome: str
) -> None:
    browsing = PingOneBrowsing(app)
    codes = await begin(browsing)
    page = f"/{browsing.env.id}/device"
    flow = (await browsing.get(f"{page}?response_mode=pi.flow")).json()
    flow = (await browsing.check_password(flow["id"])).json()
    assert flow["status"] == "DAG_USER_CODE_REQUIRED"
    typed = {"userCode": codes["user_code"].lower()}
    flow = (await browsing.act(flow["id"], "deviceAuthGrant.userCode.verify", typed)).json()
    assert flow["status"] == "DAG_CONSENT_REQUIRED"
    assert "deviceAuthGrant.consent" in flow["_links"]
    answer = await browsing.act(flow["id"], "deviceAuthGrant.consent", {"accept": accept})
    assert answer.json()["status"] == status
    polled = (await poll(browsing, codes)).json()
    assert polled.get("error", "tokens") == outcome


async def test_consent_says_yes_or_no(app: App) -> None:
    browsing = PingOneBrowsing(app)
    codes = await begin(browsing)
    target = f"/{browsing.env.id}/device?response_mode=pi.flow&user_code={codes['user_code']}"
    flow = (await browsing.get(target)).json()
    flow = (await browsing.check_password(flow["id"])).json()
    answer = await browsing.act(flow["id"], "deviceAuthGrant.consent", {})
    assert answer.status == 400
    assert (await poll(browsing, codes)).json()["error"] == "authorization_pending"


async def test_a_wrong_code_is_told_by_its_input(app: App) -> None:
    browsing = PingOneBrowsing(app)
    flow = (await browsing.get(f"/{browsing.env.id}/device?response_mode=pi.flow")).json()
    flow = (await browsing.check_password(flow["id"])).json()
    typed = {"userCode": "BBBB-BBBB"}
    answer = await browsing.act(flow["id"], "deviceAuthGrant.userCode.verify", typed)
    (detail,) = answer.json()["details"]
    assert (answer.status, detail["target"]) == (400, "userCode")


async def test_the_page_asks_who_is_there_first(app: App) -> None:
    browsing = PingOneBrowsing(app)
    page = await follow(browsing, await browsing.get(f"/{browsing.env.id}/device"))
    assert "password" in parse_form(page.body).fields


async def test_the_page_of_an_application_lets_its_devices_in(app: App) -> None:
    browsing = PingOneBrowsing(app)
    codes = await begin(browsing)
    page = await come(browsing, "tv", codes["user_code"])
    assert "Let Tv in?" in page.body.decode()
    end = await browsing.press(page)
    assert (end.header("location") or "").endswith(f"/{browsing.env.id}/device/tv?state=connected")
    assert "Your device is connected" in (await follow(browsing, end)).body.decode()
    assert "id_token" in (await poll(browsing, codes)).json()


async def test_another_application_s_code_is_as_wrong_as_any_at_the_page_of_one(app: App) -> None:
    codes, pages = await begin(PingOneBrowsing(app)), []
    for code in (codes["user_code"], "BBBB-BBBB"):
        browsing = PingOneBrowsing(app)
        by_link = await come(browsing, "other", code)
        pages += [by_link, await browsing.press(by_link, userCode=code)]
    told = [without_flow(page) for page in pages]
    assert "This code is not right" in told[0]
    assert told[:2] == told[2:]
    assert sum(isinstance(each, UserCodeRefused) for each in app.events.events) == 4
    assert (await poll(PingOneBrowsing(app), codes)).json()["error"] == "authorization_pending"


async def test_a_program_at_the_page_of_an_application_lets_no_other_in(app: App) -> None:
    browsing = PingOneBrowsing(app)
    codes, others = await begin(browsing), await begin(browsing, "other")
    flow = (await browsing.get(f"/{browsing.env.id}/device/other?response_mode=pi.flow")).json()
    flow = (await browsing.check_password(flow["id"])).json()
    action = "deviceAuthGrant.userCode.verify"
    refused = await browsing.act(flow["id"], action, {"userCode": codes["user_code"]})
    assert refused.status == 400
    answer = await browsing.act(flow["id"], action, {"userCode": others["user_code"]})
    assert answer.json()["status"] == "DAG_CONSENT_REQUIRED"


@pytest.mark.parametrize("application", ["other", "fresh"])
async def test_another_code_typed_later_is_of_the_same_application_too(
    app: App, application: str
) -> None:
    browsing = PingOneBrowsing(app)
    codes, others = await begin(browsing), await begin(browsing, application)
    if application == "fresh":
        await come(browsing, "tv", codes["user_code"])
        app.clock.advance(1)
    question = await come(browsing, application, others["user_code"])
    typing = await follow(browsing, await browsing.press(question, "userCode.clear"))
    answer = await browsing.press(typing, userCode=codes["user_code"])
    assert "This code is not right" in answer.body.decode()


@pytest.mark.parametrize(
    "application", ["nobody", "web", "closed", "TV", "tv%20", "tv%", "%ff", "tv/x", "a/b"]
)
async def test_what_has_no_devices_has_no_page_for_them(app: App, application: str) -> None:
    browsing = PingOneBrowsing(app)
    for query in ("", "?user_code=BBBB-BBBB", "?response_mode=pi.flow", "?state=connected"):
        answer = await browsing.get(f"/{browsing.env.id}/device/{application}{query}")
        assert answer.status == 404


async def test_an_application_s_page_is_found_whatever_its_id_is_made_of(app: App) -> None:
    browsing = PingOneBrowsing(app)
    codes = await begin(browsing, "a/b?c")
    page = await come(browsing, "a%2Fb%3Fc", codes["user_code"])
    end = await browsing.press(page)
    assert (end.header("location") or "").endswith("/device/a%2Fb%3Fc?state=connected")
    assert "Your device is connected" in (await follow(browsing, end)).body.decode()


async def come(browsing: PingOneBrowsing, application: str, code: str) -> Answer:
    """Come to the page of an application with a code, and sign joe on, which is asked for."""
    target = f"/{browsing.env.id}/device/{application}?user_code={code}"
    form = await follow(browsing, await browsing.get(target))
    answer = await browsing.press(form, username="joe", password="Password1")
    return await follow(browsing, answer)


def without_flow(page: Answer) -> str:
    """Return the text of a page without what no two flows have in common."""
    return re.sub(r'(flowId=|value=")[\w-]+|nonce[^>]*', "", page.body.decode())
