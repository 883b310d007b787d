"""Which pages may sign people on at PingOne's addresses: CORS with credentials."""

import pytest

from ostiary.core.model.authentication_application import AuthenticationApplication
from ostiary.core.model.client import PKCE, AuthMethod
from tests.support.app import PINGONE_HOST, App
from tests.support.browsing import make_sign_on_client
from tests.support.pingone_browsing import (
    PAGE_ORIGIN,
    PI_FLOW,
    PingOneBrowsing,
    make_pingone_sign_on_app,
)

OTHER_ORIGIN = "https://other.example.com"
STRANGER = "https://evil.example.com"
PATHS = ("as/authorize", "as/resume", "as/token", "as/revoke", "as/userinfo", "as/idpSignoff")
ASKED = "content-type, interactionId, x-requested-with, x-requested-platform"


async def preflight(browsing: PingOneBrowsing, path: str, method: str) -> dict[str, str]:
    """Ask as a browser does before it sends what no form could."""
    headers = [
        ("access-control-request-method", method),
        ("access-control-request-headers", ASKED),
    ]
    answer = await browsing.request("OPTIONS", f"/{browsing.env.id}/{path}", headers)
    assert answer.status == 204
    return dict(answer.headers)


@pytest.mark.parametrize("path", [*PATHS, "flows/9b1f1a3e-0000-4000-8000-000000000000"])
async def test_SEC_143_a_page_may_ask_with_its_cookies(path: str) -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app(), origin=PAGE_ORIGIN)
    found = await preflight(browsing, path, "GET")
    assert found["access-control-allow-origin"] == PAGE_ORIGIN
    assert found["access-control-allow-credentials"] == "true"
    assert found["access-control-allow-headers"] == ASKED


@pytest.mark.parametrize("path", [*PATHS, "flows/9b1f1a3e-0000-4000-8000-000000000000"])
async def test_SEC_143_a_strange_page_may_not(path: str) -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app(), origin=STRANGER)
    assert "access-control-allow-origin" not in await preflight(browsing, path, "GET")


@pytest.mark.parametrize("origin", [STRANGER, "null", f"{PAGE_ORIGIN}.evil.example"])
async def test_SEC_143_a_strange_page_starts_no_flow(origin: str) -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app(), origin=origin)
    assert (await browsing.authorize(PI_FLOW)).status == 403


async def test_a_strange_page_does_not_act_in_a_flow() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app(), origin=PAGE_ORIGIN)
    flow_id = (await browsing.begin())["id"]
    browsing.origin = STRANGER
    assert (await browsing.check_password(flow_id)).status == 403
    assert (await browsing.flow(flow_id)).status == 403


async def test_our_own_pages_may() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app(), origin=f"https://{PINGONE_HOST}")
    flow_id = (await browsing.begin())["id"]
    assert (await browsing.check_password(flow_id)).status == 200


async def test_SEC_144_a_page_of_this_host_without_TLS_is_none_of_ours() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app(), origin=f"http://{PINGONE_HOST}")
    assert (await browsing.authorize(PI_FLOW)).status == 403


async def test_SEC_144_the_page_of_one_application_starts_no_flow_for_another() -> None:
    one = make_sign_on_client("one", AuthMethod.NONE, is_redirectless=True, pkce=PKCE.OPTIONAL)
    page = AuthenticationApplication("own", "https://one.example", (STRANGER,), one.client_id)
    app = make_pingone_sign_on_app(clients=[one], applications=(page,))
    browsing = PingOneBrowsing(app, origin=STRANGER)
    asked = {"response_type": "code", "response_mode": "pi.flow", "scope": "openid"}
    flow = await browsing.begin({**asked, "client_id": "one"})
    assert (await browsing.check_password(flow["id"])).status == 200
    assert (await browsing.authorize({**asked, "client_id": "spa"})).status == 403


async def test_SEC_144_a_page_of_one_client_starts_no_flow_for_another() -> None:
    browsing = PingOneBrowsing(_make_app_of_two(), origin=PAGE_ORIGIN)
    assert (await browsing.authorize(PI_FLOW)).status == 200
    assert (await browsing.authorize({**PI_FLOW, "client_id": "other"})).status == 403


async def test_SEC_144_a_page_of_one_client_does_not_act_in_the_flow_of_another() -> None:
    browsing = PingOneBrowsing(_make_app_of_two(), origin=OTHER_ORIGIN)
    asked = {**PI_FLOW, "client_id": "other", "redirect_uri": f"{OTHER_ORIGIN}/callback"}
    flow_id = (await browsing.begin(asked))["id"]
    browsing.origin = PAGE_ORIGIN
    assert (await browsing.flow(flow_id)).status == 403
    assert (await browsing.check_password(flow_id)).status == 403
    browsing.origin = OTHER_ORIGIN
    assert (await browsing.check_password(flow_id)).status == 200


async def test_SEC_144_a_page_signs_nobody_on_for_a_client_without_pages() -> None:
    bare = make_sign_on_client(
        "bare", AuthMethod.NONE, is_redirectless=True, pkce=PKCE.OPTIONAL, redirect_uris=()
    )
    browsing = PingOneBrowsing(make_pingone_sign_on_app(clients=[bare]), origin=PAGE_ORIGIN)
    asked = {"response_type": "code", "response_mode": "pi.flow", "scope": "openid"}
    assert (await browsing.authorize({**asked, "client_id": "bare"})).status == 403


def _make_app_of_two() -> App:
    """Start a server whose two clients have pages on an allowed origin each."""
    other = make_sign_on_client(
        "other",
        AuthMethod.NONE,
        is_redirectless=True,
        pkce=PKCE.OPTIONAL,
        redirect_uris=(f"{OTHER_ORIGIN}/callback",),
    )
    allowed = frozenset({PAGE_ORIGIN, OTHER_ORIGIN})
    return make_pingone_sign_on_app(clients=[other], allowed_origins=allowed)
