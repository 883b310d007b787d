"""What nobody does to a browser that signs on: its cookies, its way back, its pages."""

import re
from collections.abc import Iterator
from urllib.parse import quote, urlencode, urlsplit

import pytest

from ostiary.core.model.audit.tokens import RequestRefused
from ostiary.core.model.policy import StepInstance
from ostiary.core.model.session import SessionPolicy
from tests.support.app import make_app
from tests.support.asgi import ADDRESS, Answer
from tests.support.browsing import (
    AUTHORIZE,
    CALLBACK,
    FLOWS,
    PASSWORD,
    PI_FLOW,
    WEB,
    XSRF,
    Browsing,
    make_sign_on_app,
    returned,
    set_cookies,
)
from tests.support.html import parse_form

CROSS_SITE = ("sec-fetch-site", "cross-site")
CHECK = "checkUsernamePassword"
RIGHT = {"username": "joe", "password": PASSWORD}


async def begin(browsing: Browsing, **changed: str | None) -> str:
    """Begin a flow without redirects, and return its id."""
    answer = await browsing.authorize(PI_FLOW, **changed)
    flow_id = answer.json()["id"]
    assert isinstance(flow_id, str)
    return flow_id


async def test_SEC_117_nobody_signs_a_browser_on_with_a_flow_of_his_own() -> None:
    app = make_sign_on_app()
    victim, attacker = Browsing(app), Browsing(app)
    form = parse_form((await attacker.authorize(WEB)).body)
    sent = {**form.fields, "pf.username": "joe", "pf.pass": PASSWORD, "pf.ok": "clicked"}
    answer = await victim.post_form(form.action, sent)
    assert answer.status == 404
    assert victim.cookies == {}


async def test_SEC_117_no_other_site_sends_the_form() -> None:
    browsing = Browsing(make_sign_on_app())
    form = parse_form((await browsing.authorize(WEB)).body)
    sent = {**form.fields, "pf.username": "joe", "pf.pass": PASSWORD, "pf.ok": "clicked"}
    answer = await browsing.post_form(form.action, sent, [CROSS_SITE])
    assert (answer.status, answer.header("location")) == (403, None)


@pytest.mark.parametrize(
    "query",
    [
        f"{name}={quote(value, safe='')}"
        for name in ("resumePath", "returnUrl", "redirect_uri", "TargetResource", "resumeUrl")
        for value in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:x")
    ],
)
async def test_SEC_125_the_way_back_is_the_flows_own(query: str) -> None:
    browsing = Browsing(make_sign_on_app())
    form = parse_form((await browsing.authorize(WEB)).body)
    target = f"{form.action}?{query}"
    page = await browsing.get(target)
    assert b"evil" not in page.body
    sent = {**form.fields, "pf.username": "joe", "pf.pass": PASSWORD, "pf.ok": "clicked"}
    answer = await browsing.post_form(target, sent)
    assert (answer.header("location") or "").startswith(f"{CALLBACK}?code=")


@pytest.mark.parametrize(
    "path",
    [
        "/as//evil.example/resume/as/authorization.ping",
        "/as/%2f%2fevil.example/resume/as/authorization.ping",
        "/as/\\evil.example/resume/as/authorization.ping",
        "/as/https:evil.example/resume/as/authorization.ping",
    ],
)
async def test_SEC_125_a_strange_id_leads_nowhere(path: str) -> None:
    answer = await Browsing(make_sign_on_app()).get(path)
    assert (answer.status, answer.header("location")) == (404, None)


async def test_SEC_126_a_planted_cookie_shows_nobody_after_sign_on() -> None:
    app = make_sign_on_app()
    planted = {"PF": "8PgutwFizNS7EoaiB0qVsa"}
    victim = Browsing(app, dict(planted))
    await victim.press(await victim.authorize(WEB), pf_username="joe", pf_pass=PASSWORD)
    assert victim.cookies["PF"] != planted["PF"]
    assert await is_signed_on(victim)
    assert not await is_signed_on(Browsing(app, planted))


@pytest.mark.parametrize(
    ("policy", "same_site"),
    [
        (SessionPolicy(is_persistent=True), ("SameSite=Lax",)),
        (SessionPolicy(is_persistent=True, is_cross_site=True), ("SameSite=None",)),
        (
            SessionPolicy(is_persistent=True, is_cross_site=True, is_partitioned=True),
            ("SameSite=None", "Partitioned"),
        ),
        (SessionPolicy(is_persistent=True, is_partitioned=True), ("SameSite=Lax",)),
    ],
)
async def test_SEC_127_every_cookie_is_for_this_host_over_tls_out_of_reach_of_scripts(
    policy: SessionPolicy, same_site: tuple[str, ...]
) -> None:
    settings = {"remember_my_username": True}
    steps = {"form": StepInstance("form", "username_password", settings)}
    browsing = Browsing(make_sign_on_app(sessions=policy, steps=steps))
    flow_id = await begin(browsing)
    last = await browsing.act(flow_id, CHECK, {**RIGHT, "rememberMyUsername": True})
    cookies = set_cookies(last)
    assert {name.removeprefix("__Host-ostiary-") for name in cookies} == {
        "PF",
        "PF.PERSISTENT",
        "device",
        "username",
    }
    for _, attributes in cookies.values():
        timeless = [each for each in attributes if not each.startswith(("Expires=", "Max-Age="))]
        assert timeless == ["Path=/", "Secure", "HttpOnly", *same_site]


async def test_SEC_128_a_cookie_that_stands_twice_is_none_and_gets_a_new_value() -> None:
    app = make_sign_on_app()
    browsing = Browsing(app)
    await browsing.sign_on_by_api(await begin(browsing))
    own = browsing.cookies["PF"]
    for doubled in (f"PF={own}; PF=tossed", f"PF=tossed; PF={own}", f"PF={own}; PF={own}"):
        answer = await app.pingfederate.get(_first_target(), [("cookie", doubled)])
        assert answer.json()["status"] == "USERNAME_PASSWORD_REQUIRED"
        assert set_cookies(answer)["PF"][0] not in {own, "tossed", ""}


async def test_SEC_128_a_doubled_cookie_without_a_new_value_is_deleted() -> None:
    app = make_sign_on_app()
    doubled = "__Host-ostiary-device=a; __Host-ostiary-device=b"
    answer = await app.pingfederate.get(_first_target(), [("cookie", doubled)])
    assert "Max-Age=0" in set_cookies(answer)["__Host-ostiary-device"][1]


DOUBLED = {"PF": "x", "PF.PERSISTENT": "y", "__Host-ostiary-device": "z"}


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", f"{AUTHORIZE}?client_id=nobody", 400),
        ("GET", f"{AUTHORIZE}?client_id=nobody&response_mode=pi.flow", 400),
        ("GET", f"{AUTHORIZE}?{urlencode({**WEB, 'prompt': 'none'})}", 302),
        ("GET", f"{AUTHORIZE}?state=1&state=2", 400),
        ("DELETE", AUTHORIZE, 405),
        ("GET", f"/as/{'A' * 22}/resume/as/authorization.ping", 404),
        ("GET", f"{FLOWS}{'A' * 22}", 404),
        ("POST", f"{FLOWS}{'A' * 22}", 415),
        ("GET", "/idp/init_logout.openid?state=1&state=2", 400),
    ],
)
async def test_SEC_128_a_refusal_deletes_doubled_cookies_too(
    method: str, target: str, status: int
) -> None:
    app = make_sign_on_app()
    doubled = "; ".join(f"{name}={value}; {name}={value}2" for name, value in DOUBLED.items())
    answer = await app.pingfederate.request(method, target, [XSRF, ("cookie", doubled)])
    assert answer.status == status
    cookies = set_cookies(answer)
    assert cookies.keys() == DOUBLED.keys()
    assert all("Max-Age=0" in attributes for _, attributes in cookies.values())


async def test_SEC_128_a_refusal_leaves_a_cookie_alone_that_stands_once() -> None:
    browsing = Browsing(make_sign_on_app())
    await browsing.authorize(WEB)
    assert set_cookies(await browsing.authorize(WEB, client_id="nobody")) == {}


async def test_SEC_129_no_cookie_and_no_state_gets_into_urls_or_events() -> None:
    app = make_sign_on_app(sessions=SessionPolicy(is_persistent=True))
    browsing = Browsing(app)
    page = await browsing.authorize(WEB)
    early = dict(browsing.cookies)
    answer = await browsing.press(page, pf_username="joe", pf_pass=PASSWORD)
    kept = [answer.header("location") or "", answer.body.decode(), page.body.decode()]
    written = "\n".join([*kept, *app.events.log])
    for value in {*early.values(), *browsing.cookies.values(), PASSWORD}:
        assert value not in written


async def test_SEC_139_a_page_sends_no_referrer_and_its_form_works_without_an_origin() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(WEB)
    assert page.header("referrer-policy") == "no-referrer"
    form = parse_form(page.body)
    sent = {**form.fields, "pf.username": "joe", "pf.pass": PASSWORD, "pf.ok": "clicked"}
    headers = [("origin", "null"), ("sec-fetch-site", "same-origin")]
    assert "code" in returned(await browsing.post_form(form.action, sent, headers))


async def test_SEC_140_nothing_of_a_sign_on_is_kept_by_a_cache() -> None:
    browsing = Browsing(make_sign_on_app())
    page = await browsing.authorize(WEB, client_id="asking")
    approval = await browsing.press(page, pf_username="joe", pf_pass=PASSWORD)
    redirect = await browsing.press(approval, "allow")
    state = await browsing.authorize(PI_FLOW, prompt="login")
    refused = await browsing.authorize(WEB, client_id="nobody")
    for answer in (page, approval, redirect, state, refused):
        assert answer.header("cache-control") == "no-store"


WRITES = re.compile(
    r"commit|delete|revoke|replace|prune|start|end|end_of_user|revoke_of_user|create|save|begin"
    r"|clear|unlock"
)
MAY_WRITE = {
    AUTHORIZE,
    "/as/{id}/resume/as/authorization.ping",
    "/idp/init_logout.openid",
    "/idp/startSLO.ping",
    "/idp/{state}/resume/idp/startSLO.ping",
    "/pf/adapter2adapter.ping",
    "/sp/startSLO.ping",
}
"""GET routes that are there to move something on."""
BACK_CHANNEL = ("/ext/ref/dropoff", "/ext/ref/pickup")
"""Routes for applications, which prove who they are: to whoever has a browser they are 401."""


def get_routes() -> Iterator[str]:
    """Yield every path of this face that is read by GET."""
    for route in make_app().routes:
        module = next(iter(route.handlers.values())).__module__
        if "GET" in route.handlers and "pingfederate" in module and route.path not in MAY_WRITE:
            yield route.path


@pytest.mark.parametrize("path", sorted(get_routes()))
async def test_SEC_141_a_get_changes_nothing(path: str) -> None:
    reached: list[str] = []
    app = make_sign_on_app(reach=reached.append)
    browsing = Browsing(app)
    page = await browsing.authorize(WEB, response_type="token")
    token = returned(await browsing.press(page, pf_username="joe", pf_pass=PASSWORD))
    flow_id = await begin(browsing, prompt="login")
    headers = [XSRF, ("authorization", f"Bearer {token['access_token']}")]
    target = path.replace("{flowId}", flow_id).replace("*", "oauth/jwks")
    reached.clear()
    answer = await browsing.get(f"{target}?action={CHECK}", headers)
    assert answer.status == (401 if path in BACK_CHANNEL else 200)
    assert [name for name in reached if WRITES.fullmatch(name.rpartition(".")[2])] == []


async def test_SEC_141_the_resume_path_of_an_open_flow_changes_nothing() -> None:
    reached: list[str] = []
    browsing = Browsing(make_sign_on_app(reach=reached.append))
    form = parse_form((await browsing.authorize(WEB)).body)
    reached.clear()
    query = f"pf.username=joe&pf.pass={PASSWORD}&pf.ok=clicked"
    assert (await browsing.get(f"{form.action}?{query}")).status == 200
    assert [name for name in reached if WRITES.fullmatch(name.rpartition(".")[2])] == []


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state", "response_mode", "unknown"])
@pytest.mark.parametrize("place", ["query", "body", "both"])
async def test_SEC_12_a_parameter_that_stands_twice_is_told_nobody_but_the_person(
    name: str, place: str
) -> None:
    browsing = Browsing(make_sign_on_app())
    asked = {**WEB, "response_mode": "query", "unknown": "x"}
    query = "&".join(f"{key}={quote(value, safe='')}" for key, value in asked.items())
    twice = f"{name}={quote(asked[name], safe='')}"
    answer = await _send_twice(browsing, query, twice, place)
    assert (answer.status, answer.header("location")) == (400, None)
    assert answer.header("content-type") == "text/html; charset=utf-8"


async def _send_twice(browsing: Browsing, query: str, twice: str, place: str) -> Answer:
    form = [("content-type", "application/x-www-form-urlencoded")]
    match place:
        case "query":
            return await browsing.get(f"{AUTHORIZE}?{query}&{twice}")
        case "body":
            return await browsing.request("POST", AUTHORIZE, form, f"{query}&{twice}".encode())
        case _:
            return await browsing.request("POST", f"{AUTHORIZE}?{twice}", form, query.encode())


@pytest.mark.parametrize("query", ["state=1&state=2", "state=%ff", "state=%00", "state=%zz"])
async def test_SEC_12_a_request_that_cannot_be_read_is_told_in_the_audit_trail(query: str) -> None:
    app = make_sign_on_app()
    answer = await Browsing(app).get(f"{AUTHORIZE}?{query}")
    assert answer.status == 400
    (event,) = [event for event in app.events.events if isinstance(event, RequestRefused)]
    assert (event.endpoint, event.code) == ("authorize", "invalid_request")
    assert (event.client, event.claimed, event.address) == (None, "", ADDRESS)


async def test_SEC_12_without_redirects_the_refusal_is_json() -> None:
    answer = await Browsing(make_sign_on_app()).get(f"{_first_target()}&client_id=im_client")
    assert (answer.status, answer.json()["code"]) == (400, "INVALID_REQUEST")


async def is_signed_on(browsing: Browsing) -> bool:
    """Tell whether the browser is known."""
    answer = await browsing.authorize(WEB, prompt="none")
    return "code" in returned(answer)


def _first_target() -> str:
    pairs = "&".join(f"{name}={value}" for name, value in PI_FLOW.items())
    return urlsplit(f"{AUTHORIZE}?{pairs}").geturl()
