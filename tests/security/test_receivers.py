"""Signing on for an application that is handed attributes: nobody else gets them, or a browser."""

from asyncio import gather
from dataclasses import replace

import pytest

from ostiary.core.model.audit.tokens import RequestRefused
from ostiary.core.model.reference_adapter import Direction, ReferenceAdapter, Transport
from tests.support.asgi import Answer
from tests.support.browsing import WEB, Browsing, returned
from tests.support.html import check_page, parse_form, visible_text
from tests.support.receivers import (
    PORTAL,
    PROBLEM,
    START,
    Person,
    make_receiver,
    reconfigure,
    reference_of,
)
from tests.support.reference_adapters import BASIC, at, configure, pair_rules, pick
from tests.support.users import make_user

pytestmark = pytest.mark.anyio
JOE = make_user(1, username="joe")
EVIL = (
    "https://evil.example/",
    "//evil.example/",
    "/evil",
    "javascript:alert(1)",
    "https://portal.example.evil.example/app",
    "https://portal.example@evil.example/app",
    "https://portal.example/app/../..//evil.example",
    "https://portal.example/shop/../app",
    "https://portal.example/shop/%2e%2e/app",
    "https://portal.example/shop/7#REF=1",
    "https://portal.example/shop/7\r\nLocation: https://evil.example/",
    "http://portal.example/app",
    "https://portal.example/app?next=https://evil.example/",
)


@pytest.fixture
def joe() -> Person:
    return Person()


def check_page_alone(answer: Answer) -> None:
    """Make sure that a browser is told, and sent nowhere."""
    assert answer.status == 400, answer.body
    assert answer.header("location") is None
    assert answer.header("refresh") is None
    assert b"evil" not in answer.body


@pytest.mark.parametrize("url", EVIL)
@pytest.mark.parametrize("name", ["TargetResource", "InErrorResource"])
async def test_SEC_14_no_request_has_a_browser_sent_where_no_adapter_has_it(
    joe: Person, name: str, url: str
) -> None:
    await joe.arrive()
    for passive in ("true", "false"):
        answer = await joe.start(**{name: url, "IsPassive": passive})
        check_page_alone(answer)
        assert "neither the endpoint nor among the targets" in visible_text(answer.body)


async def test_a_target_of_another_adapter_is_none(joe: Person) -> None:
    other = make_receiver(joe.app, key="shop", endpoint="https://shop.example/", targets=())
    configure(joe.app, make_receiver(joe.app), other)
    for target in (PORTAL, PROBLEM):
        answer = await joe.start(SpSessionAuthnAdapterId="shop", TargetResource=target)
        check_page_alone(answer)


@pytest.mark.parametrize("query", ["REF=A1", "ref=A1", "%52EF=A1", "x=1&REF=A1", "resumePath=/"])
async def test_nobody_brings_a_reference_of_ones_own_along_to_the_application(
    joe: Person, query: str
) -> None:
    """An application that reads the first of two would know somebody by an attacker's reference."""
    check_page_alone(await joe.start(TargetResource=f"https://portal.example/shop/?{query}"))


async def test_SEC_12_a_parameter_that_stands_twice_is_refused(joe: Person) -> None:
    query = f"TargetResource={PORTAL}&TargetResource={PROBLEM}"
    check_page_alone(await joe.browser.get(f"{START}?{query}"))
    check_page_alone(
        await joe.browser.post_form(f"{START}?TargetResource={PORTAL}", {"TargetResource": PROBLEM})
    )


async def test_SEC_1_a_refusal_is_told_with_what_was_asked_cut_short(joe: Person) -> None:
    await joe.start(SpSessionAuthnAdapterId="portal", TargetResource="https://evil.example/" * 99)
    (event,) = [each for each in joe.app.events.events if isinstance(each, RequestRefused)]
    assert event.reason.startswith("no target of portal: https://evil.example/")
    assert len(event.reason) < 300
    assert event.claimed == "portal"


@pytest.mark.parametrize("name", ["nobody", "receiver portal", "own pages", "web", ""])
async def test_nothing_but_an_adapter_that_hands_attributes_out_is_a_receiver(
    joe: Person, name: str
) -> None:
    source = ReferenceAdapter("source", Direction.IDP, pair_rules(joe.app), endpoint=PORTAL)
    configure(joe.app, source, make_receiver(joe.app), make_receiver(joe.app, key="shop"))
    for asked in (name, "source"):
        check_page_alone(await joe.start(SpSessionAuthnAdapterId=asked))


async def test_without_any_adapter_nobody_signs_on(joe: Person) -> None:
    configure(joe.app)
    check_page_alone(await joe.start())


async def test_an_adapter_that_says_nowhere_to_go_is_closed(joe: Person) -> None:
    reconfigure(joe.app, endpoint=None, targets=())
    check_page_alone(await joe.start())
    reconfigure(joe.app, endpoint=None)
    check_page_alone(await joe.start())
    assert reference_of(await joe.sign_on(await joe.start(TargetResource=PROBLEM)))


@pytest.mark.parametrize("client_id", ["receiver portal", "portal"])
async def test_no_authorization_request_is_a_receivers(joe: Person, client_id: str) -> None:
    await joe.arrive()
    answer = await joe.browser.authorize(
        WEB, client_id=client_id, response_type="none", redirect_uri=PORTAL
    )
    check_page_alone(answer)


async def test_no_receiver_authenticates(joe: Person) -> None:
    for secret in ("", "x"):
        answer = await joe.app.pingfederate.post_form(
            "/as/token.oauth2",
            {"grant_type": "client_credentials"},
            basic=("receiver%20portal", secret),
        )
        assert (answer.status, answer.json()["error"]) == (401, "invalid_client")


async def test_SEC_16_a_target_that_was_taken_away_meanwhile_gets_nothing(joe: Person) -> None:
    page = await joe.start(TargetResource=PROBLEM, InErrorResource=PROBLEM)
    reconfigure(joe.app, targets=())

    answer = await joe.sign_on(page)

    check_page_alone(answer)
    assert joe.app.store.references.rows == {}


async def test_SEC_16_a_place_for_errors_that_was_taken_away_meanwhile_is_told_nothing(
    joe: Person,
) -> None:
    page = await joe.start(InErrorResource=PROBLEM)
    reconfigure(joe.app, targets=())
    check_page_alone(await joe.browser.press(page, "pf.cancel"))


@pytest.mark.parametrize("direction", [None, Direction.IDP])
async def test_SEC_16_an_adapter_that_was_taken_away_meanwhile_gets_nothing(
    joe: Person, direction: Direction | None
) -> None:
    page = await joe.start(InErrorResource=PROBLEM)
    if direction is None:
        configure(joe.app)
    else:
        reconfigure(joe.app, direction=direction)

    answer = await joe.sign_on(page)

    assert answer.status == 404
    assert joe.app.store.references.rows == {}


async def test_the_adapter_as_it_is_now_says_what_is_handed_over(joe: Person) -> None:
    page = await joe.start()
    reconfigure(joe.app, attributes=())
    found = await joe.pick(reference_of(await joe.sign_on(page)))
    assert "given_name" not in found


async def test_SEC_166_another_adapter_picks_nothing_up_and_spends_nothing(joe: Person) -> None:
    source = ReferenceAdapter("source", Direction.IDP, pair_rules(joe.app))
    configure(joe.app, make_receiver(joe.app), make_receiver(joe.app, key="shop"), source)
    reference = await joe.arrive(SpSessionAuthnAdapterId="portal")

    for other in ("shop", "source"):
        assert await joe.pick(reference, other) == {}
    assert (await joe.pick(reference))["subject"] == "joe"


async def test_SEC_169_what_nobody_fetches_in_time_is_gone(joe: Person) -> None:
    reference = await joe.arrive()
    joe.app.clock.advance(3)
    assert await joe.pick(reference) == {}


async def test_no_other_browser_finishes_a_flow_of_a_receiver(joe: Person) -> None:
    page = await joe.start()
    thief = Browsing(joe.app)
    answer = await thief.press(page, "pf.ok", pf_username="joe", pf_pass="Password1")
    assert answer.status == 404
    assert joe.app.store.references.rows == {}


async def test_a_form_that_is_sent_twice_hands_attributes_over_once(joe: Person) -> None:
    page = await joe.start()
    first, second = await joe.sign_on(page), await joe.sign_on(page)
    assert reference_of(first)
    assert second.status == 404
    assert len(joe.app.store.references.rows) == 1


async def test_of_two_forms_at_once_one_arrives(joe: Person) -> None:
    page = await joe.start()
    answers = await gather(*(joe.sign_on(page) for _ in range(4)))
    arrived = [each for each in answers if "REF=" in (each.header("location") or "")]
    assert len(arrived) == 1
    assert (await joe.pick(reference_of(arrived[0])))["subject"] == "joe"


async def test_whoever_was_disabled_meanwhile_is_not_handed_over(joe: Person) -> None:
    await joe.arrive()
    env, users = joe.app.environment("default"), joe.app.store.users
    user = await users.find(env, JOE.id)
    assert user is not None
    await users.save(env, replace(user, enabled=False), expected_version=user.version)

    answer = await joe.sign_on(await joe.start())

    assert answer.status == 200
    assert "REF" not in parse_form(answer.body).fields


async def test_SEC_18_a_target_stays_a_value_in_the_page_that_posts(joe: Person) -> None:
    target = "https://portal.example/shop/?a='x'&b=(1)"
    reconfigure(joe.app, transport=Transport.FORM_POST)
    answer = await joe.sign_on(await joe.start(TargetResource=target))
    check_page(answer.unique_headers, answer.body)
    assert parse_form(answer.body).action == target


async def test_picking_up_takes_credentials(joe: Person) -> None:
    reference = await joe.arrive()
    answer = await pick(joe.app, reference, at("portal"))
    assert answer.status == 401
    assert (await pick(joe.app, reference, BASIC)).json()["subject"] == "joe"


async def test_silent_requests_of_strangers_hand_nothing_over(joe: Person) -> None:
    answer = await joe.start(IsPassive="true", ForceAuthn="true", InErrorResource=PROBLEM)
    assert returned(answer)["error"] == "login_required"
    await joe.arrive()
    answer = await joe.start(IsPassive="true", ForceAuthn="true", InErrorResource=PROBLEM)
    assert returned(answer)["error"] == "login_required"
