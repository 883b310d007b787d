"""An application signs people on: the browser goes there, and comes back with a reference."""

import re
from dataclasses import replace
from typing import Any

import pytest

from ostiary.core.model.audit.accounts import UserAdded, UserChanged
from ostiary.core.model.audit.references import ReferenceRefused
from ostiary.core.model.audit.sign_on import SignedOn
from ostiary.core.model.policy import StepNode
from ostiary.core.model.reference_adapter import Transport, UserSource
from tests.support.asgi import ADDRESS
from tests.support.browsing import CALLBACK, PASSWORD, PI_FLOW, returned
from tests.support.html import parse_form
from tests.support.users import make_user
from tests.support.vouching import (
    FAILURE,
    PERSON,
    PORTAL,
    Visitor,
    change_policy,
    find_user,
    make_vouching_app,
)

pytestmark = pytest.mark.anyio
FRESH = ({"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "0"}, {"max_age": "60"})
WAY_BACK = re.compile(r"/as/[A-Za-z0-9]{22}/resume/as/authorization\.ping")


@pytest.fixture
def joe() -> Visitor:
    return Visitor()


async def test_the_browser_goes_to_the_application_with_a_reference_and_the_way_back(
    joe: Visitor,
) -> None:
    answer = await joe.begin()

    assert answer.status == 302
    assert (answer.header("location") or "").startswith(f"{PORTAL}&REF=")
    left = returned(answer)
    assert list(left) == ["theme", "REF", "resumePath"]
    assert re.fullmatch("[0-9A-F]{60}", left["REF"])
    assert WAY_BACK.fullmatch(left["resumePath"])


async def test_by_form_it_gets_a_page_that_posts_the_two() -> None:
    joe = Visitor(make_vouching_app(transport=Transport.FORM_POST))
    page = await joe.begin()

    form = parse_form(page.body)
    assert (page.status, form.action) == (200, PORTAL)
    assert list(form.fields) == ["REF", "resumePath"]
    assert WAY_BACK.fullmatch(form.fields["resumePath"])


async def test_the_application_picks_up_on_which_occasion_somebody_comes(joe: Visitor) -> None:
    left = await joe.leave()

    assert await joe.pick(left["REF"]) == {
        "instanceId": "portal",
        "forceAuthn": "false",
        "TargetResource": CALLBACK,
        "resumePath": left["resumePath"],
    }


@pytest.mark.parametrize("asked", FRESH)
async def test_it_is_told_that_somebody_has_to_prove_it_once_more(
    joe: Visitor, asked: dict[str, str]
) -> None:
    left = await joe.leave(**asked)

    assert (await joe.pick(left["REF"]))["forceAuthn"] == "true"


async def test_whoever_comes_back_with_a_reference_is_signed_on(joe: Visitor) -> None:
    answer = await joe.sign_on()

    assert (answer.header("location") or "").startswith(f"{CALLBACK}?code=")
    assert [type(each) for each in joe.app.events.events if isinstance(each, SignedOn)]
    assert "location" in dict((await joe.begin()).headers)
    assert "code" in returned(await joe.begin())


@pytest.mark.parametrize("in_query", [True, False])
async def test_a_form_may_bring_it_too(joe: Visitor, *, in_query: bool) -> None:
    left, reference = await joe.leave(), await joe.drop()
    target = left["resumePath"] + (f"?REF={reference}" if in_query else "")
    form = {"submit": "OK"} if in_query else {"REF": reference}
    elsewhere = [("sec-fetch-site", "cross-site"), ("origin", "https://portal.example")]
    answer = await joe.browser.post_form(target, form, elsewhere)

    assert "code" in returned(answer)


async def test_a_form_on_another_site_that_comes_without_cookies_brings_them_by_a_redirect(
    joe: Visitor,
) -> None:
    left, reference = await joe.leave(), await joe.drop()
    kept, joe.browser.cookies = joe.browser.cookies, {}
    elsewhere = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]
    answer = await joe.browser.post_form(left["resumePath"], {"REF": reference}, elsewhere)
    assert (answer.status, returned(answer)) == (303, {"REF": reference})

    joe.browser.cookies = kept
    answer = await joe.browser.get(answer.header("location") or "")
    assert "code" in returned(answer)


async def test_a_form_on_another_site_without_a_reference_is_refused(joe: Visitor) -> None:
    left = await joe.leave()
    elsewhere = [("sec-fetch-site", "cross-site")]

    answer = await joe.browser.post_form(left["resumePath"], {"submit": "OK"}, elsewhere)

    assert answer.status == 403


async def test_a_form_on_another_site_does_nothing_in_a_step_that_waits_for_no_reference() -> None:
    app = make_vouching_app()
    change_policy(app, StepNode("form"))
    joe = Visitor(app)
    page = parse_form((await joe.begin()).body)
    sent = {**page.fields, "pf.username": "joe", "pf.pass": "Password1", "pf.ok": "clicked"}
    elsewhere = [("sec-fetch-site", "cross-site")]

    answer = await joe.browser.post_form(page.action, {**sent, "REF": "00"}, elsewhere)

    assert (answer.status, parse_form(answer.body).fields["pf.username"]) == (200, "")


async def test_a_reload_gives_another_reference_and_the_flow_is_as_it_was(joe: Visitor) -> None:
    left = await joe.leave()
    again = returned(await joe.browser.get(left["resumePath"]))

    assert again["resumePath"] == left["resumePath"]
    assert again["REF"] != left["REF"]
    answer = await joe.come_back(left["resumePath"], await joe.drop())
    assert "code" in returned(answer)


async def test_a_way_back_that_is_used_twice_does_no_harm(joe: Visitor) -> None:
    left, reference = await joe.leave(), await joe.drop()
    await joe.come_back(left["resumePath"], reference)

    answer = await joe.come_back(left["resumePath"], reference)

    assert (answer.status, b"You are signed on" in answer.body) == (404, True)


async def test_a_user_is_made_with_the_attributes_of_the_contract(joe: Visitor) -> None:
    await joe.sign_on(groups=["staff", {"de": "Ärzte"}])

    user = await find_user(joe.app, "jsmith")
    assert user.attributes == {
        "email": "joe@portal.example",
        "groups": ["staff", {"de": "Ärzte"}],
    }
    assert (
        UserAdded(joe.app.environment("default").id, user.id, "reference adapter")
        in joe.app.events.events
    )


async def test_a_second_arrival_is_the_same_user_brought_up_to_date(joe: Visitor) -> None:
    await joe.sign_on(groups=["staff"])
    joe.browser.cookies.clear()
    await joe.sign_on({"subject": "jsmith", "email": "new@portal.example", "groups": None})

    users = await joe.app.store.users.select(joe.app.environment("default"))
    made = [each for each in users if each.username == "jsmith"]
    assert [dict(each.attributes) for each in made] == [{"email": "new@portal.example"}]


async def test_a_change_by_the_application_leaves_an_event(joe: Visitor) -> None:
    for email in ("joe@portal.example", "joe@portal.example", "new@portal.example"):
        await joe.sign_on(email=email)
        joe.browser.cookies.clear()

    user = await find_user(joe.app, "jsmith")
    told = [each for each in joe.app.events.events if isinstance(each, UserChanged)]
    env_id = joe.app.environment("default").id
    assert told == [UserChanged(env_id, user.id, enabled=True, source="reference adapter")]


async def test_a_known_user_is_found_by_name_and_left_alone() -> None:
    joe = Visitor(make_vouching_app(users=UserSource.KNOWN))
    answer = await joe.sign_on({"subject": "JOE", "email": "other@portal.example"})

    assert "code" in returned(answer)
    user = await find_user(joe.app, "joe")
    assert user.attributes["mail"] == "joe@example.com"
    assert "email" not in user.attributes


async def refusal_of(joe: Visitor, attributes: dict[str, object]) -> tuple[str, str]:
    """Come back with attributes that sign nobody on; return the answer's error and the reason."""
    members = returned(await joe.sign_on(attributes))
    told = [each for each in joe.app.events.events if isinstance(each, ReferenceRefused)]
    assert [each.adapter for each in told] == ["portal"]
    assert told[0].address == ADDRESS
    return members["error"], told[0].reason


@pytest.mark.parametrize(
    "attributes",
    [{"email": "a@b.example"}, {"subject": " "}, {"subject": ["a"]}, {"subject": True}],
)
async def test_without_a_subject_nobody_is_signed_on(
    joe: Visitor, attributes: dict[str, object]
) -> None:
    assert await refusal_of(joe, attributes) == ("access_denied", "nameless")


@pytest.mark.parametrize("users", list(UserSource))
async def test_where_a_step_has_proved_a_user_nobody_else_is_signed_on_nor_made(
    users: UserSource,
) -> None:
    app = make_vouching_app(users=users)
    env = app.environment("default")
    await app.store.users.create(env, [make_user(2, username="ann")])
    change_policy(app, StepNode("form", StepNode("portal")))
    joe, count = Visitor(app), await app.store.users.count(env)
    page = await joe.begin()
    answer = await joe.browser.press(page, "pf.ok", pf_username="joe", pf_pass=PASSWORD)
    somebody = {"subject": "jsmith" if users is UserSource.CREATED else "ann"}
    answer = await joe.come_back(returned(answer)["resumePath"], await joe.drop(somebody))

    assert returned(answer)["error"] == "access_denied"
    told = [each.reason for each in app.events.events if isinstance(each, ReferenceRefused)]
    assert told == ["other"]
    assert await app.store.users.count(env) == count


async def test_a_name_that_nobody_can_have_signs_nobody_on(joe: Visitor) -> None:
    assert await refusal_of(joe, {"subject": "a\u200bdmin"}) == ("access_denied", "unfit")


async def test_a_name_that_somebody_else_has_signs_nobody_on(joe: Visitor) -> None:
    assert await refusal_of(joe, {"subject": "joe"}) == ("access_denied", "taken")


async def test_a_user_who_is_not_known_is_not_made() -> None:
    joe = Visitor(make_vouching_app(users=UserSource.KNOWN))
    assert await refusal_of(joe, PERSON) == ("access_denied", "absent")


async def test_a_number_may_be_a_subject(joe: Visitor) -> None:
    assert "code" in returned(await joe.sign_on({"subject": 4711}))


@pytest.mark.parametrize("closed", [{"enabled": False}, {"locked_at": 1.0}])
async def test_a_user_who_is_disabled_or_locked_is_not_signed_on(
    joe: Visitor, closed: dict[str, Any]
) -> None:
    await joe.sign_on()
    user = await find_user(joe.app, "jsmith")
    env, changed = joe.app.environment("default"), replace(user, **closed)
    await joe.app.store.users.save(env, changed, expected_version=user.version)
    joe.browser.cookies.clear()

    assert await refusal_of(joe, PERSON) == ("access_denied", "closed")


async def test_an_application_that_declines_says_why(joe: Visitor) -> None:
    message = 'Your "account"\nis\\ blocked: <b>ask</b> Jörg'
    answer = await joe.sign_on({FAILURE: message})

    members = returned(answer)
    assert members["error"] == "access_denied"
    assert members["error_description"] == "Your account is blocked: <b>ask</b> J rg"


async def test_the_failure_leads_where_the_policy_says() -> None:
    app = make_vouching_app()
    change_policy(app, StepNode("portal", failure=StepNode("form")))
    joe = Visitor(app)

    page = await joe.sign_on({FAILURE: "Nobody is there."})

    assert parse_form(page.body).fields["pf.adapterId"] == "form"


async def test_REFERENCE_ID_REQUIRED_has_a_reference_for_the_application(joe: Visitor) -> None:
    state = (await joe.browser.authorize(PI_FLOW)).json()

    assert state["status"] == "REFERENCE_ID_REQUIRED"
    assert set(state["_links"]) == {"self", "checkReferenceId"}
    picked = await joe.pick(state["pickupReferenceId"])
    assert WAY_BACK.fullmatch(picked["resumePath"])


async def test_a_look_at_the_state_gives_a_fresh_reference(joe: Visitor) -> None:
    state = (await joe.browser.authorize(PI_FLOW)).json()
    again = (await joe.browser.state(state["id"])).json()

    assert again["pickupReferenceId"] != state["pickupReferenceId"]
    assert {**again, "pickupReferenceId": ""} == {**state, "pickupReferenceId": ""}


async def test_checkReferenceId_signs_on_without_a_redirect(joe: Visitor) -> None:
    state = (await joe.browser.authorize(PI_FLOW)).json()
    inputs = {"referenceId": await joe.drop()}
    done = (await joe.browser.act(state["id"], "checkReferenceId", inputs)).json()

    assert done["status"] == "COMPLETED"
    assert "access_token" in done["authorizeResponse"]


async def test_checkReferenceId_signs_on_without_cookies(joe: Visitor) -> None:
    asked = {**PI_FLOW, "client_id": "jar-less"}
    state = (await joe.browser.authorize(asked)).json()
    joe.browser.cookies.clear()
    joe.browser.api_state = state["_pf_authn_api_state"]
    way_back = (await joe.pick(state["pickupReferenceId"]))["resumePath"]
    inputs = {"referenceId": await joe.drop(resumePath=way_back)}
    done = (await joe.browser.act(state["id"], "checkReferenceId", inputs)).json()

    assert (done["status"], "access_token" in done["authorizeResponse"]) == ("COMPLETED", True)


async def test_checkReferenceId_needs_a_reference(joe: Visitor) -> None:
    state = (await joe.browser.authorize(PI_FLOW)).json()
    answer = await joe.browser.act(state["id"], "checkReferenceId", {})

    assert answer.json()["details"][0]["code"] == "FIELD_REQUIRED"
    assert (await joe.browser.state(state["id"])).json()["status"] == "REFERENCE_ID_REQUIRED"


async def test_a_bad_reference_ends_a_sign_on_without_redirects(joe: Visitor) -> None:
    state = (await joe.browser.authorize(PI_FLOW)).json()
    done = (await joe.browser.act(state["id"], "checkReferenceId", {"referenceId": "00"})).json()

    assert (done["status"], done["code"]) == ("FAILED", "ACCESS_DENIED")


async def test_a_reference_that_nobody_asked_for_is_passed_over(joe: Visitor) -> None:
    answer = await joe.begin(REF=await joe.drop())

    assert (answer.header("location") or "").startswith(PORTAL)


async def test_where_no_adapter_takes_it_unasked_a_session_does_as_ever(joe: Visitor) -> None:
    await joe.sign_on()

    assert "code" in returned(await joe.begin(REF="00"))


async def test_a_reference_may_begin_where_the_adapter_takes_it_unasked() -> None:
    joe = Visitor(make_vouching_app(takes_unasked=True))
    answer = await joe.begin(REF=await joe.drop())

    assert "code" in returned(answer)


async def test_what_is_no_good_unasked_sends_the_browser_to_the_application() -> None:
    joe = Visitor(make_vouching_app(takes_unasked=True))
    answer = await joe.begin(REF="00")

    assert (answer.header("location") or "").startswith(PORTAL)


@pytest.mark.parametrize("asked", FRESH)
async def test_a_reference_that_begins_is_no_fresh_proof_and_is_not_spent(
    asked: dict[str, str],
) -> None:
    joe = Visitor(make_vouching_app(takes_unasked=True))
    reference = await joe.drop()
    answer = await joe.begin(REF=reference, **asked)

    assert (answer.header("location") or "").startswith(PORTAL)
    assert (await joe.pick(reference))["subject"] == "jsmith"


async def test_a_reference_that_begins_asks_nobody_and_so_signs_nobody_on_passively() -> None:
    joe = Visitor(make_vouching_app(takes_unasked=True))
    answer = await joe.begin(REF=await joe.drop(), prompt="none")

    assert returned(answer)["error"] == "login_required"


async def test_a_reference_that_begins_says_who_is_meant_whoever_was_signed_on_before() -> None:
    joe = Visitor(make_vouching_app(takes_unasked=True))
    await joe.sign_on()
    await joe.begin(REF=await joe.drop({"subject": "ann"}))

    signed_on = [each.user for each in joe.app.events.events if isinstance(each, SignedOn)]
    assert len(set(signed_on)) == 2


async def test_a_reference_that_begins_is_for_the_first_step_alone() -> None:
    app = make_vouching_app(takes_unasked=True)
    change_policy(app, StepNode("form", StepNode("portal")))
    joe = Visitor(app)

    page = await joe.begin(REF=await joe.drop())

    assert parse_form(page.body).fields["pf.adapterId"] == "form"
