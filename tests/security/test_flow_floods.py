"""Sign-ons that nobody means to finish: one caller begins only so many of them."""

import pytest

from ostiary.adapters.limiter import with_flows_per_minute
from ostiary.core.model.audit.tokens import RequestRefused
from tests.support.app import App
from tests.support.asgi import Answer
from tests.support.browsing import (
    AUTHORIZE,
    PASSWORD,
    PI_FLOW,
    WEB,
    Browsing,
    make_sign_on_app,
    parameters,
    returned,
)

PAGE = "text/html; charset=utf-8"
LIMIT = 3
ANOTHER = "198.51.100.7"


def make_limited_app() -> App:
    return make_sign_on_app(allowances=with_flows_per_minute(LIMIT))


async def begin(app: App, address: str | None = None, **changed: str | None) -> Answer:
    """Begin a sign-on as a stranger without cookies."""
    form = parameters(WEB, **changed)
    if address is None:
        return await app.pingfederate.post_form(AUTHORIZE, form)
    return await app.pingfederate.post_form(AUTHORIZE, form, address=address)


async def flood(app: App, address: str | None = None) -> None:
    for _ in range(LIMIT):
        assert (await begin(app, address)).status == 200


async def test_a_flood_of_sign_ons_gets_a_page_and_leaves_no_row() -> None:
    app = make_limited_app()
    await flood(app)
    answer = await begin(app)
    assert (answer.status, answer.header("content-type")) == (429, PAGE)
    assert answer.header("retry-after") == "60"
    assert len(app.store.flows.rows) == LIMIT


async def test_a_flood_without_redirects_gets_json() -> None:
    app = make_limited_app()
    program = Browsing(app)
    for _ in range(LIMIT):
        assert (await program.authorize(PI_FLOW)).status == 200
    answer = await program.authorize(PI_FLOW)
    assert (answer.status, answer.header("retry-after")) == (429, "60")
    assert answer.json()["code"] == "REQUEST_FAILED"
    assert len(app.store.flows.rows) == LIMIT


async def test_a_flood_without_cookies_is_counted_too() -> None:
    app = make_limited_app()
    for _ in range(LIMIT):
        assert (await Browsing(app).authorize(PI_FLOW, client_id="jar-less")).status == 200
    assert (await Browsing(app).authorize(PI_FLOW, client_id="jar-less")).status == 429


async def test_a_flood_hinders_nobody_else_and_is_over_after_a_minute() -> None:
    app = make_limited_app()
    await flood(app)
    assert (await begin(app, ANOTHER)).status == 200
    app.clock.advance(60)
    assert (await begin(app)).status == 200


async def test_a_flood_hinders_no_sign_on_that_has_begun() -> None:
    app = make_limited_app()
    browsing = Browsing(app)
    page = await browsing.authorize(WEB)
    while (await begin(app)).status != 429:
        pass
    answer = await browsing.press(page, pf_username="joe", pf_pass=PASSWORD)
    assert "code" in returned(answer)


async def test_what_stores_no_flow_is_not_counted() -> None:
    app = make_limited_app()
    browsing = Browsing(app)
    await browsing.press(await browsing.authorize(WEB), pf_username="joe", pf_pass=PASSWORD)
    for _ in range(3 * LIMIT):
        assert "code" in returned(await browsing.authorize(WEB))
        assert returned(await begin(app, prompt="none"))["error"] == "login_required"
        assert (await begin(app, client_id="nobody")).status == 400
    assert (await begin(app)).status == 200


async def test_a_flood_is_told_in_the_audit_trail() -> None:
    app = make_limited_app()
    await flood(app)
    await begin(app, ANOTHER)
    await begin(app)
    (event,) = [event for event in app.events.events if isinstance(event, RequestRefused)]
    assert (event.endpoint, event.code) == ("authorize", "temporarily_unavailable")
    assert (event.claimed, event.address) == ("web", "192.0.2.10")


@pytest.mark.parametrize(
    ("other", "is_same_caller"),
    [("2001:db8:0:1::2", True), ("2001:db8:0:2::1", False)],
)
async def test_SEC_256_whoever_has_a_network_of_addresses_is_one_caller(
    other: str, is_same_caller: bool
) -> None:
    app = make_limited_app()
    await flood(app, "2001:db8:0:1::1")
    assert (await begin(app, other)).status == (429 if is_same_caller else 200)
