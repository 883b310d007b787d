"""What nobody does to a sign-on at PingOne's addresses."""

from urllib.parse import urlsplit

import pytest

from ostiary.core.model.audit.tokens import RequestRefused
from ostiary.core.model.session import SessionPolicy
from tests.support.browsing import returned
from tests.support.pingone_browsing import (
    PI_FLOW,
    RIGHT,
    WEB,
    PingOneBrowsing,
    flow_of,
    make_pingone_sign_on_app,
)

CROSS_SITE = ("sec-fetch-site", "cross-site")


async def test_SEC_229_the_cookies_of_two_environments_are_apart() -> None:
    app = make_pingone_sign_on_app()
    customers = PingOneBrowsing(app, "customers")
    partners = PingOneBrowsing(app, "partners", jar=customers.jar)
    await customers.sign_on()
    assert {path for path, _ in customers.jar} == {f"/{customers.env.id}"}
    assert returned(await partners.authorize(WEB, prompt="none"))["error"] == "login_required"


async def test_SEC_229_a_cookie_of_one_environment_shows_nobody_in_another() -> None:
    app = make_pingone_sign_on_app()
    customers, partners = PingOneBrowsing(app, "customers"), PingOneBrowsing(app, "partners")
    await customers.sign_on()
    for (_, name), value in customers.jar.items():
        partners.jar[f"/{partners.env.id}", name] = value
    assert returned(await partners.authorize(WEB, prompt="none"))["error"] == "login_required"


async def test_SEC_229_a_flow_of_one_environment_is_unknown_in_another() -> None:
    app = make_pingone_sign_on_app()
    customers, partners = PingOneBrowsing(app, "customers"), PingOneBrowsing(app, "partners")
    flow_id = (await customers.begin())["id"]
    for (_, name), value in customers.jar.items():
        partners.jar[f"/{partners.env.id}", name] = value
    assert (await partners.flow(flow_id)).status == 404
    assert (await partners.check_password(flow_id)).status == 404


async def test_SEC_128_a_cookie_that_stands_twice_shows_nobody() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    await browsing.sign_on()
    twice = "; ".join([f"{name}=0123456789abcdefABCDEF" for name in ("ST", "ST-NO-SS")])
    query = "&".join(f"{name}={value}" for name, value in {**WEB, "prompt": "none"}.items())
    answer = await browsing.get(f"{browsing.issuer_path}/authorize?{query}", [("cookie", twice)])
    assert returned(answer)["error"] == "login_required"


async def test_SEC_128_the_twin_does_not_stand_in_for_a_cookie_that_stands_twice() -> None:
    sessions = SessionPolicy(is_cross_site=True)
    browsing = PingOneBrowsing(make_pingone_sign_on_app(sessions=sessions))
    await browsing.sign_on()
    assert browsing.cookies["ST-NO-SS"] == browsing.cookies["ST"]
    browsing.jar["/", "ST"] = "0123456789abcdefABCDEF"
    answer = await browsing.authorize(WEB, prompt="none")
    assert returned(answer)["error"] == "login_required"


async def test_SEC_117_nobody_signs_a_browser_on_with_a_flow_of_his_own() -> None:
    app = make_pingone_sign_on_app()
    victim, attacker = PingOneBrowsing(app), PingOneBrowsing(app)
    location = (await attacker.authorize(WEB)).header("location") or ""
    assert (await victim.get(location)).status == 404
    assert (await victim.post_form(location, {**RIGHT, "_ok": "clicked"})).status == 404
    assert (await victim.check_password(flow_of(location))).status == 404
    assert victim.cookies == {}


async def test_SEC_117_no_other_site_sends_the_form() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    location = (await browsing.authorize(WEB)).header("location") or ""
    answer = await browsing.post_form(location, {**RIGHT, "_ok": "clicked"}, [CROSS_SITE])
    assert (answer.status, answer.header("location")) == (403, None)


async def test_SEC_126_the_cookie_from_before_the_sign_on_shows_nobody() -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    flow_id = flow_of((await browsing.authorize(WEB)).header("location") or "")
    before = PingOneBrowsing(browsing.app, jar=dict(browsing.jar))
    await browsing.check_password(flow_id)
    assert returned(await before.authorize(WEB, prompt="none"))["error"] == "login_required"


@pytest.mark.parametrize(
    "value",
    ["https://evil.example.com/", "//evil.example.com", "/\\evil.example.com", "../../evil"],
)
@pytest.mark.parametrize("name", ["returnUrl", "resumeUrl", "redirect_uri", "loginPageUrl"])
async def test_SEC_125_the_query_of_a_resumption_leads_nowhere(name: str, value: str) -> None:
    browsing = PingOneBrowsing(make_pingone_sign_on_app())
    flow_id = flow_of((await browsing.authorize(WEB)).header("location") or "")
    done = (await browsing.check_password(flow_id)).json()
    answer = await browsing.get(f"{done['resumeUrl']}&{name}={value}")
    assert urlsplit(answer.header("location") or "").netloc == "app.example.com"


async def test_SEC_144_a_refused_page_is_told_of() -> None:
    app = make_pingone_sign_on_app()
    browsing = PingOneBrowsing(app, origin="https://evil.example.com")
    await browsing.authorize(PI_FLOW)
    event = app.events.events[-1]
    assert isinstance(event, RequestRefused)
    assert (event.endpoint, event.claimed) == ("authorize", "app")
