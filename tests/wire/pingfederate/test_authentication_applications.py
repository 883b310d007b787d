"""Sign-on at a page of somebody else: authentication applications, with redirects."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from ostiary.core.base.ids import ClientId
from ostiary.core.model.authentication_application import AuthenticationApplication
from tests.support.app import BASE_URL, App
from tests.support.asgi import Answer
from tests.support.browsing import (
    CALLBACK,
    FLOWS,
    PI_FLOW,
    WEB,
    XSRF,
    Browsing,
    make_sign_on_app,
    returned,
)

WIDGET = "https://widget.example.com"
SIGN_ON = AuthenticationApplication("widget", f"{WIDGET}/sign-on", ("https://other.example:*",))
PREFLIGHT = [
    ("access-control-request-method", "POST"),
    ("access-control-request-headers", "content-type,x-pf-authn-api-state,x-xsrf-header"),
]


def make_widget_app(application: AuthenticationApplication = SIGN_ON, **fields: Any) -> App:
    """Start a server whose sign-on is shown by an application on another site."""
    return make_sign_on_app(applications=(application,), default_application=application, **fields)


async def begin(browsing: Browsing, **changed: str | None) -> str:
    """Begin a sign-on, and return the flow that the browser is sent to the application with."""
    return returned(await browsing.authorize(WEB, **changed))["flowId"]


async def test_the_browser_is_sent_to_the_application() -> None:
    answer = await Browsing(make_widget_app()).authorize(WEB)
    assert answer.status == 302
    location = urlsplit(answer.header("location") or "")
    assert f"{location.scheme}://{location.netloc}{location.path}" == SIGN_ON.url
    assert returned(answer).keys() == {"flowId"}


async def test_a_query_of_the_application_is_kept() -> None:
    application = replace(SIGN_ON, url=f"{WIDGET}/?theme=dark")
    answer = await Browsing(make_widget_app(application)).authorize(WEB)
    assert list(returned(answer)) == ["theme", "flowId"]


async def test_the_flow_ends_in_resume_and_the_resume_path_at_the_client() -> None:
    browsing = Browsing(make_widget_app(), origin=WIDGET)
    flow_id = await begin(browsing)
    state = (await browsing.sign_on_by_api(flow_id)).json()
    resume = f"/as/{flow_id}/resume/as/authorization.ping"
    assert state == {
        "id": flow_id,
        "pluginTypeId": "7RmQNDWaOnBoudTufx2sEw",
        "status": "RESUME",
        "resumeUrl": BASE_URL + resume,
        "_links": {"self": {"href": f"{BASE_URL}{FLOWS}{flow_id}"}},
    }
    assert (await browsing.state(flow_id)).json() == state
    answer = await browsing.get(state["resumeUrl"])
    assert answer.status == 302
    assert (answer.header("location") or "").startswith(f"{CALLBACK}?code=")
    assert (await browsing.state(flow_id)).status == 404


async def test_cancel_is_offered_and_ends_at_the_client() -> None:
    browsing = Browsing(make_widget_app(), origin=WIDGET)
    flow_id = await begin(browsing)
    state = (await browsing.state(flow_id)).json()
    assert set(state["_links"]) == {"self", "checkUsernamePassword", "cancel"}
    last = (await browsing.act(flow_id, "cancel")).json()
    assert last["status"] == "RESUME"
    assert returned(await browsing.get(last["resumeUrl"]))["error"] == "access_denied"


async def test_approval_is_asked_for_on_our_page() -> None:
    browsing = Browsing(make_widget_app(), origin=WIDGET)
    flow_id = await begin(browsing, client_id="asking")
    state = (await browsing.sign_on_by_api(flow_id)).json()
    assert state["status"] == "RESUME"
    assert (await browsing.act(flow_id, "approveConsent")).json()["code"] == "INVALID_ACTION_ID"
    page = await browsing.get(state["resumeUrl"])
    assert "code" in returned(await browsing.press(page, "allow"))


async def test_the_resume_path_of_an_open_flow_leads_to_the_application() -> None:
    browsing = Browsing(make_widget_app())
    flow_id = await begin(browsing)
    answer = await browsing.get(f"/as/{flow_id}/resume/as/authorization.ping")
    assert returned(answer)["flowId"] == flow_id


@pytest.mark.parametrize(
    "origin", [WIDGET, "https://other.example:8443", "https://other.example:1"]
)
async def test_S3_3_an_application_may_call_with_cookies(origin: str) -> None:
    browsing = Browsing(make_widget_app(), origin=origin)
    for path in (f"{FLOWS}PyH5g", "/as/authorization.oauth2"):
        answer = await browsing.request("OPTIONS", path, PREFLIGHT)
        assert answer.status == 204
        assert_let_in(answer, origin)
        asked = dict(PREFLIGHT)["access-control-request-headers"].replace(",", ", ")
        assert answer.header("access-control-allow-headers") == asked
        assert "POST" in (answer.header("access-control-allow-methods") or "")


async def test_S3_3_an_error_can_be_read_by_an_application_too() -> None:
    browsing = Browsing(make_widget_app(), origin=WIDGET)
    for answer in (
        await browsing.state("PyH5g"),
        await browsing.get(f"{FLOWS}PyH5g"),
        await browsing.request("DELETE", f"{FLOWS}PyH5g"),
        await browsing.request("POST", f"{FLOWS}PyH5g", [XSRF, ("content-type", "text/plain")]),
        await browsing.authorize(PI_FLOW, client_id="nobody"),
    ):
        assert answer.status >= 400
        assert_let_in(answer, WIDGET)


@pytest.mark.parametrize(
    "origin",
    [
        "https://other.example",
        "https://widget.example.com.evil.example",
        "https://evil-widget.example.com",
        "http://widget.example.com",
        "https://WIDGET.example.com",
        "https://widget.example.com/",
        "https://other.example:*",
        "https://other.example:8443/",
        "https://other.example:8443@evil.example",
        "https://x.other.example:8443",
        "null",
        "*",
    ],
)
async def test_S3_3_SEC_143_no_other_page_may_call(origin: str) -> None:
    browsing = Browsing(make_widget_app(), origin=origin)
    for answer in (
        await browsing.request("OPTIONS", f"{FLOWS}PyH5g", PREFLIGHT),
        await browsing.state("PyH5g"),
        await browsing.authorize(PI_FLOW),
    ):
        assert answer.header("access-control-allow-origin") is None
        assert answer.header("access-control-allow-credentials") is None
        assert answer.header("vary") == "Origin"


async def test_S3_3_an_application_starts_flows_for_its_own_client_alone() -> None:
    own = replace(SIGN_ON, client_id=ClientId("im_client"))
    browsing = Browsing(make_widget_app(own), origin=WIDGET)
    assert (await browsing.authorize(PI_FLOW)).status == 200
    refused = await browsing.authorize(PI_FLOW, client_id="jar-less")
    assert (refused.status, refused.json()["code"]) == (403, "INVALID_REQUEST")
    assert_let_in(refused, WIDGET)


def assert_let_in(answer: Answer, origin: str) -> None:
    """Claim that a browser shows the answer to the page of that origin."""
    assert answer.header("access-control-allow-origin") == origin
    assert answer.header("access-control-allow-credentials") == "true"
    assert answer.header("vary") == "Origin"
