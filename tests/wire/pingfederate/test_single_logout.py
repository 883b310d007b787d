"""`startSLO.ping`: somebody signs off, and the browser goes round the applications."""

import pytest

from ostiary.core.base.ids import SessionId
from ostiary.core.model.audit.sign_on import SignedOff
from tests.support.app import run_now
from tests.support.asgi import FORM
from tests.support.html import parse_form, visible_text
from tests.support.receivers import PORTAL
from tests.support.reference_adapters import configure
from tests.support.signing_off import (
    BACK,
    IDP_LOGOUT,
    PORTAL_LOGOUT,
    SHOP,
    SHOP_LOGOUT,
    SP_LOGOUT,
    STAFF_LOGOUT,
    Leaver,
    make_portal,
    make_shop,
    make_staff,
    visit_of,
)

pytestmark = pytest.mark.anyio
CROSSING = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]


@pytest.fixture
def joe() -> Leaver:
    return Leaver()


@pytest.mark.parametrize("path", [IDP_LOGOUT, SP_LOGOUT])
async def test_whoever_comes_by_is_signed_off_at_once(joe: Leaver, path: str) -> None:
    configure(joe.app, make_portal(joe.app, logout_endpoint=None))
    await joe.sign_on()

    answer = await joe.sign_off(path)

    assert answer.status == 200
    assert "You are signed off" in visible_text(answer.body)
    assert "PF" not in joe.browser.cookies
    assert [each.address for each in joe.app.events.events if isinstance(each, SignedOff)]


async def test_the_browser_goes_to_the_application_with_a_reference_and_the_way_back(
    joe: Leaver,
) -> None:
    said = await joe.sign_on()

    visit = visit_of(await joe.sign_off(TargetResource=BACK))

    assert visit.url == PORTAL_LOGOUT
    assert await joe.pick("portal", visit.reference) == {
        "subject": said["subject"],
        "sessionid": said["sessionid"],
        "resumePath": visit.way_back,
        "instanceId": "portal",
        "partnerEntityID": joe.app.environment("default").issuer,
    }


async def test_the_session_is_over_before_any_application_is_visited(joe: Leaver) -> None:
    session_id = (await joe.sign_on())["sessionid"]
    await joe.sign_off()
    env = joe.app.environment("default")
    sessions = joe.app.store.sessions
    now = joe.app.clock.now()
    assert run_now(sessions.find_by_id(env, SessionId(session_id), now=now)) is None
    assert not await joe.is_signed_on()


async def test_the_way_back_needs_no_escaping_anywhere(joe: Leaver) -> None:
    await joe.sign_on()
    visit = visit_of(await joe.sign_off(TargetResource=BACK))
    assert visit.way_back.startswith("/")
    assert set("?#\"' &<>%+").isdisjoint(visit.way_back)


async def test_it_comes_back_with_the_same_reference_and_goes_where_it_was_to(
    joe: Leaver,
) -> None:
    await joe.sign_on()
    visit = visit_of(await joe.sign_off(TargetResource=BACK))
    await joe.pick("portal", visit.reference)

    answer = await joe.come_back(visit)

    assert (answer.status, answer.header("location")) == (302, BACK)


async def test_a_page_may_post_its_way_back_without_cookies(joe: Leaver) -> None:
    await joe.sign_on()
    visit = visit_of(await joe.sign_off(TargetResource=BACK))
    joe.browser.cookies.clear()
    target = f"{visit.way_back}?REF={visit.reference}"
    answer = await joe.browser.post_form(target, {"submit": "OK"}, CROSSING)
    assert (answer.status, answer.header("location")) == (303, BACK)


async def test_without_a_target_it_ends_on_a_page(joe: Leaver) -> None:
    await joe.sign_on()
    answer = await joe.come_back(visit_of(await joe.sign_off()))
    assert answer.status == 200
    assert "You are signed off" in visible_text(answer.body)


async def test_each_application_is_visited_once_and_whoever_vouched_comes_last(
    joe: Leaver,
) -> None:
    await joe.sign_on_by_staff()
    await joe.sign_on("shop", IdpAdapterId="staff")

    answer = await joe.sign_off(TargetResource=SHOP)
    seen = []
    while answer.header("location") != SHOP:
        visit = visit_of(answer)
        seen.append(visit.url)
        answer = await joe.come_back(visit)

    assert seen == [PORTAL_LOGOUT, SHOP_LOGOUT, STAFF_LOGOUT]


async def test_whoever_vouched_is_told_the_subject_that_it_vouched_for(joe: Leaver) -> None:
    configure(joe.app, make_staff(joe.app), make_portal(joe.app, logout_endpoint=None))
    await joe.sign_on_by_staff(subject="ann")
    visit = visit_of(await joe.sign_off(IDP_LOGOUT))
    assert visit.url == STAFF_LOGOUT
    assert (await joe.pick("staff", visit.reference))["subject"] == "ann"


async def test_an_adapter_that_is_told_nothing_is_not_visited(joe: Leaver) -> None:
    configure(joe.app, make_portal(joe.app, logout_endpoint=None), make_shop(joe.app))
    await joe.sign_on("portal")
    await joe.sign_on("shop")
    visit = visit_of(await joe.sign_off(TargetResource=SHOP))
    assert visit.url == SHOP_LOGOUT
    assert (await joe.come_back(visit)).header("location") == SHOP


async def test_an_adapter_that_is_gone_meanwhile_is_passed_over(joe: Leaver) -> None:
    await joe.sign_on("portal")
    await joe.sign_on("shop")
    visit = visit_of(await joe.sign_off(TargetResource=BACK))
    configure(joe.app, make_portal(joe.app))
    assert (await joe.come_back(visit)).header("location") == BACK


async def test_a_logout_endpoint_that_is_another_one_by_now_is_the_one_visited(
    joe: Leaver,
) -> None:
    await joe.sign_on("portal")
    await joe.sign_on("shop")
    visit = visit_of(await joe.sign_off())
    moved = make_shop(joe.app, logout_endpoint="https://shop.example/moved")
    configure(joe.app, make_portal(joe.app), moved)
    assert visit_of(await joe.come_back(visit)).url == "https://shop.example/moved"


async def test_a_stranger_goes_straight_to_the_target(joe: Leaver) -> None:
    answer = await joe.sign_off(TargetResource=PORTAL)
    assert (answer.status, answer.header("location")) == (302, PORTAL)
    assert "set-cookie" not in dict(answer.headers)


async def test_parameters_of_a_form_count_like_those_of_a_link(joe: Leaver) -> None:
    await joe.sign_on()
    answer = await joe.browser.post_form(
        SP_LOGOUT, {"TargetResource": BACK, "slo_button": "Single Logout"}
    )
    assert (await joe.come_back(visit_of(answer))).header("location") == BACK


async def test_a_form_of_another_site_is_sent_on_so_that_the_cookies_come_along(
    joe: Leaver,
) -> None:
    path = f"{SP_LOGOUT}?TargetResource=https%3A%2F%2Fportal.example%2Fapp"
    answer = await joe.app.pingfederate.request(
        "POST", path, [FORM, *CROSSING], b"slo_button=Single+Logout"
    )
    assert (answer.status, answer.header("location")) == (303, f"{path}&slo_button=Single+Logout")


async def test_a_person_who_signs_off_at_a_client_goes_round_as_well(joe: Leaver) -> None:
    await joe.sign_on()
    question = await joe.browser.get("/idp/init_logout.openid")
    visit = visit_of(await joe.browser.press(question, "pf.ok"))
    assert visit.url == PORTAL_LOGOUT
    assert parse_form(question.body).fields["confirmation"]
