"""Which pages in a browser get at the authentication API."""

import asyncio
import json
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ostiary.core.base.ids import ClientId
from ostiary.core.model.audit.tokens import RequestRefused
from ostiary.core.model.authentication_application import AuthenticationApplication
from tests.support.app import BASE_URL
from tests.support.browsing import (
    FLOWS,
    PASSWORD,
    PI_FLOW,
    WEB,
    XSRF,
    Browsing,
    make_sign_on_app,
    make_sign_on_client,
    returned,
    set_cookies,
)

CHECK = "checkUsernamePassword"
RIGHT = {"username": "joe", "password": PASSWORD}
APPLICATION = AuthenticationApplication(
    "app", "https://app.example.com/sign-on", (), ClientId("im_client")
)


async def begin(browsing: Browsing, **changed: str | None) -> str:
    """Begin a flow without redirects, and return its id."""
    answer = await browsing.authorize(PI_FLOW, **changed)
    flow_id = answer.json()["id"]
    assert isinstance(flow_id, str)
    return flow_id


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_SEC_142_a_form_of_another_site_performs_no_action(media_type: str) -> None:
    browsing = Browsing(make_sign_on_app())
    target = f"{FLOWS}{await begin(browsing)}?action={CHECK}"
    sent = [XSRF, *([("content-type", media_type)] if media_type else [])]
    answer = await browsing.request("POST", target, sent, json.dumps(RIGHT).encode())
    assert (answer.status, answer.json()["code"]) == (415, "INVALID_REQUEST")


@settings(max_examples=60)
@given(
    st.tuples(
        st.sampled_from(["https://", "http://", "HTTPS://", ""]),
        st.sampled_from(["", "evil", "app.example.com", "x.", "."]),
        st.sampled_from(["app.example.com", "ports.example:", "ports.example"]),
        st.sampled_from(["", ".evil.example", ":443", "8443", ":*", "/", "@evil.example", " "]),
    ).map("".join)
)
@example("https://app.example.com")
@example("https://ports.example:8443")
def test_SEC_143_only_the_configured_origins_are_let_in(origin: str) -> None:
    application = replace(APPLICATION, origins=("https://ports.example:*",))
    app = make_sign_on_app(applications=(application,))
    answer = asyncio.run(Browsing(app, origin=origin).state("PyH5g"))
    is_allowed = origin in {"https://app.example.com", "https://ports.example:8443"}
    assert answer.header("access-control-allow-origin") == (origin if is_allowed else None)
    assert answer.header("vary") == "Origin"


@pytest.mark.parametrize(
    ("origin", "client_id"),
    [
        ("https://evil.example", "im_client"),
        ("null", "im_client"),
        ("https://app.example.com", "jar-less"),
    ],
)
async def test_SEC_144_a_page_starts_flows_only_for_its_own_client(
    origin: str, client_id: str
) -> None:
    app = make_sign_on_app(applications=(APPLICATION,))
    answer = await Browsing(app, origin=origin).authorize(PI_FLOW, client_id=client_id)
    assert (answer.status, answer.json()["code"]) == (403, "INVALID_REQUEST")
    assert set_cookies(answer) == {}


async def test_SEC_144_a_page_that_is_turned_away_is_told_in_the_audit_trail() -> None:
    app = make_sign_on_app(applications=(APPLICATION,))
    own = Browsing(app, origin="https://app.example.com")
    flow_id = await begin(own)
    stranger = Browsing(app, own.cookies, "https://evil.example")
    for answer in (
        await stranger.authorize(PI_FLOW),
        await stranger.state(flow_id),
        await stranger.sign_on_by_api(flow_id),
    ):
        assert answer.status == 403
    events = [event for event in app.events.events if isinstance(event, RequestRefused)]
    assert [event.claimed for event in events] == ["im_client", "", ""]
    assert {(event.endpoint, event.code) for event in events} == {("authorize", "access_denied")}


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_SEC_144_another_page_goes_no_further_in_a_flow(origin: str) -> None:
    app = make_sign_on_app(applications=(APPLICATION,))
    own = Browsing(app, origin="https://app.example.com")
    flow_id = await begin(own)
    for other in (Browsing(app, own.cookies, origin), Browsing(app, own.cookies, origin)):
        assert (await other.sign_on_by_api(flow_id)).status == 403
        assert (await other.state(flow_id)).status == 403
    assert (await own.sign_on_by_api(flow_id)).status == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://evil.example", 403),
        ("null", 403),
        ("https://localhost", 403),
        (BASE_URL.replace("https:", "http:"), 403),
        (BASE_URL, 200),
        ("https://app.example.com", 200),
    ],
)
async def test_SEC_144_only_our_own_page_and_applications_act_in_flows_with_redirects(
    origin: str, status: int
) -> None:
    app = make_sign_on_app(applications=(APPLICATION,), default_application=APPLICATION)
    browsing = Browsing(app)
    flow_id = returned(await browsing.authorize(WEB))["flowId"]
    browsing.origin = origin
    assert (await browsing.state(flow_id)).status == status
    assert (await browsing.sign_on_by_api(flow_id)).status == status


async def test_SEC_144_the_page_of_another_client_goes_no_further_in_a_flow() -> None:
    other = AuthenticationApplication(
        "other", "https://other.example.com", (), ClientId("jar-less")
    )
    app = make_sign_on_app(applications=(APPLICATION, other))
    own = Browsing(app, origin="https://app.example.com")
    flow_id = await begin(own)
    stranger = Browsing(app, own.cookies, "https://other.example.com")
    assert (await stranger.state(flow_id)).status == 403
    assert (await stranger.sign_on_by_api(flow_id)).status == 403


async def test_SEC_144_a_client_needs_the_switch_also_from_a_program() -> None:
    app = make_sign_on_app(clients=[make_sign_on_client("plain")])
    answer = await Browsing(app).authorize(PI_FLOW, client_id="plain", response_type="code")
    assert answer.status == 400
    assert answer.json()["authorizeResponse"]["error"] == "unauthorized_client"
