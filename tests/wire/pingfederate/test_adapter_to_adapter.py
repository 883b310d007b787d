"""`/pf/adapter2adapter.ping`: somebody signs on, and the application of an SP adapter knows who."""

from urllib.parse import urlencode

import pytest

from ostiary.core.model.audit.references import AttributesHandedOver
from ostiary.core.model.authentication_application import AuthenticationApplication
from ostiary.core.model.environment import SubjectKind
from ostiary.core.model.policy import Policy, StepInstance, StepNode
from ostiary.core.model.receivers import receiver_id
from ostiary.core.model.reference_adapter import LogoutMode, Transport
from tests.support.asgi import ADDRESS, FORM
from tests.support.browsing import returned
from tests.support.html import check_page, parse_form, visible_text
from tests.support.receivers import (
    PORTAL,
    PROBLEM,
    START,
    Person,
    make_receiver,
    make_receiving_app,
    reconfigure,
    reference_of,
)
from tests.support.reference_adapters import configure
from tests.support.users import make_user

pytestmark = pytest.mark.anyio
JOE = make_user(1, username="joe")
STRONGER = {
    "steps": {
        "form": StepInstance("form", "username_password"),
        "other": StepInstance("other", "username_password"),
        "unasked": StepInstance("unasked", "username_password"),
    },
    "policies": {
        "default": Policy("default", StepNode("form")),
        "other": Policy("other", StepNode("other"), context="strong"),
        "unasked": Policy("unasked", StepNode("unasked")),
    },
}
"""An environment with three policies, each of one step."""


@pytest.fixture
def joe() -> Person:
    return Person()


async def test_somebody_signs_on_and_the_application_picks_up_who_it_is(joe: Person) -> None:
    page = await joe.start()
    assert "to go on to portal" in visible_text(page.body)
    answer = await joe.sign_on(page)

    assert answer.status == 303
    assert (answer.header("location") or "").startswith(f"{PORTAL}?REF=")
    found = await joe.pick(reference_of(answer))
    assert (
        found.items()
        >= {
            "subject": "joe",
            "given_name": "Joe",
            "email": "joe@example.com",
        }.items()
    )
    assert "department" not in found


async def test_a_reference_is_good_once(joe: Person) -> None:
    reference = await joe.arrive()
    assert await joe.pick(reference)
    assert await joe.pick(reference) == {}


@pytest.mark.parametrize("kind", SubjectKind)
async def test_the_subject_is_the_username_whatever_tokens_say(kind: SubjectKind) -> None:
    joe = Person(make_receiving_app(subject=kind))
    reconfigure(joe.app, attributes=("id", "username"))
    found = await joe.pick(await joe.arrive())
    assert (found["subject"], found["username"], found["id"]) == ("joe", "joe", JOE.id)


async def test_what_a_person_does_not_have_is_null_where_the_application_wants_it(
    joe: Person,
) -> None:
    reconfigure(joe.app, includes_null=True)
    assert (await joe.pick(await joe.arrive()))["department"] is None


async def test_no_attribute_beyond_the_contract_is_handed_over(joe: Person) -> None:
    reconfigure(joe.app, attributes=())
    found = await joe.pick(await joe.arrive())
    assert found["subject"] == "joe"
    assert not {"given_name", "email", "mail"} & found.keys()


async def test_no_contract_gives_the_subject_another_value() -> None:
    joe = Person()
    reconfigure(joe.app, attributes=("subject",))
    assert (await joe.pick(await joe.arrive()))["subject"] == "joe"


async def test_whoever_is_signed_on_goes_through_at_once(joe: Person) -> None:
    await joe.arrive()

    answer = await joe.start()

    assert answer.status == 302
    assert (await joe.pick(reference_of(answer)))["subject"] == "joe"


async def test_a_form_brings_the_reference_where_the_adapter_has_it_so(joe: Person) -> None:
    reconfigure(joe.app, transport=Transport.FORM_POST)
    answer = await joe.sign_on(await joe.start())

    check_page(answer.unique_headers, answer.body)
    form = parse_form(answer.body)
    assert (form.action, list(form.fields)) == (PORTAL, ["REF"])
    assert (await joe.pick(form.fields["REF"]))["subject"] == "joe"


async def test_the_request_says_where_in_the_application_somebody_arrives(joe: Person) -> None:
    target = "https://portal.example/shop/basket?item=7&colour=red"
    answer = await joe.sign_on(await joe.start(TargetResource=target))
    assert (answer.header("location") or "").startswith(f"{target}&REF=")


async def test_a_request_by_post_is_the_same(joe: Person) -> None:
    body = {"TargetResource": PROBLEM}
    page = await joe.browser.post_form(f"{START}?IdpAdapterId=form", body)
    answer = await joe.sign_on(page)
    assert (answer.header("location") or "").startswith(f"{PROBLEM}?REF=")


async def test_a_post_from_another_site_comes_back_with_its_cookies(joe: Person) -> None:
    body = urlencode({"TargetResource": PROBLEM}).encode()
    crossing = [FORM, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]
    answer = await joe.app.pingfederate.request("POST", START, crossing, body)
    assert answer.status == 303
    assert answer.header("location") == f"{START}?{body.decode()}"


async def test_parameters_of_other_programs_are_passed_over(joe: Person) -> None:
    assert reference_of(await joe.sign_on(await joe.start(sid="1", vsid="2")))


async def test_fresh_proof_is_asked_for_though_somebody_is_signed_on(joe: Person) -> None:
    await joe.arrive()
    page = await joe.start(ForceAuthn="true")
    assert reference_of(await joe.sign_on(page))


async def test_passive_requests_ask_nobody_and_errors_go_where_the_request_says(
    joe: Person,
) -> None:
    answer = await joe.start(IsPassive="true", InErrorResource=PROBLEM)

    assert (answer.header("location") or "").startswith(PROBLEM)
    assert returned(answer)["error"] == "login_required"
    assert "REF" not in returned(answer)


async def test_passive_requests_that_fail_end_at_a_page_where_nothing_else_is_said(
    joe: Person,
) -> None:
    answer = await joe.start(IsPassive="true")
    assert answer.status == 400
    assert "Nobody is signed on here" in visible_text(answer.body)


async def test_passive_requests_of_somebody_signed_on_go_through(joe: Person) -> None:
    await joe.arrive()
    assert reference_of(await joe.start(IsPassive="true"))


async def test_whoever_gives_up_goes_where_the_request_says(joe: Person) -> None:
    page = await joe.start(InErrorResource=PROBLEM)
    answer = await joe.browser.press(page, "pf.cancel")
    assert (answer.header("location") or "").startswith(PROBLEM)
    assert returned(answer)["error"] == "access_denied"


async def test_whoever_gives_up_sees_a_page_where_nothing_else_is_said(joe: Person) -> None:
    answer = await joe.browser.press(await joe.start(), "pf.cancel")
    assert answer.status == 400
    check_page(answer.unique_headers, answer.body)
    assert answer.header("location") is None
    assert "Go back, and try once more." in visible_text(answer.body)


async def test_the_only_adapter_need_not_be_named(joe: Person) -> None:
    configure(joe.app, make_receiver(joe.app), make_receiver(joe.app, key="shop"))

    unnamed = await joe.start()
    assert unnamed.status == 400
    assert "name one of them" in visible_text(unnamed.body)
    reference = await joe.arrive(SpSessionAuthnAdapterId="shop")
    assert (await joe.pick(reference, "shop"))["subject"] == "joe"


async def test_an_adapter_signs_people_on_by_its_own_policy() -> None:
    joe = Person(make_receiving_app(**STRONGER))
    reconfigure(joe.app, policies=("other",))
    assert (await joe.pick(await joe.arrive(IdpAdapterId="other")))["authnCtx"] == "strong"


async def test_a_request_chooses_among_the_policies_of_the_adapter() -> None:
    joe = Person(make_receiving_app(**STRONGER))
    reconfigure(joe.app, policies=("default", "other"))
    assert "authnCtx" not in await joe.pick(await joe.arrive())
    assert (await joe.pick(await joe.arrive(IdpAdapterId="other")))["authnCtx"] == "strong"


async def test_a_request_leads_past_no_policy_of_the_adapter() -> None:
    joe = Person(make_receiving_app(**STRONGER))
    reconfigure(joe.app, policies=("other",))
    for source in ("form", "unasked"):
        answer = await joe.start(IdpAdapterId=source, InErrorResource=PROBLEM)
        assert returned(answer)["error"] == "invalid_request"


async def test_an_unknown_source_is_refused(joe: Person) -> None:
    answer = await joe.start(IdpAdapterId="nobody")
    assert answer.status == 400
    assert "no such adapter that signs anybody on" in visible_text(answer.body)


async def test_the_application_learns_the_session_and_when_it_began(joe: Person) -> None:
    found = await joe.pick(await joe.arrive())
    env, now = joe.app.environment("default"), joe.app.clock.now()
    (session,) = await joe.app.store.sessions.select_of_user(env, JOE.id, now=now)
    assert found["sessionid"] == session.id
    assert found["authnInst"] == "2025-06-15 15:06:40+0000"
    assert found["instanceId"] == "portal"


async def test_an_event_tells_of_it(joe: Person) -> None:
    await joe.arrive()
    (event,) = [each for each in joe.app.events.events if isinstance(each, AttributesHandedOver)]
    assert (event.adapter, event.user, event.address) == ("portal", JOE.id, ADDRESS)
    assert event.session is not None


async def test_the_account_page_names_the_application(joe: Person) -> None:
    await joe.arrive()
    page = await joe.browser.get("/idp/account")
    assert "Applications: portal" in visible_text(page.body)


@pytest.mark.parametrize("mode", LogoutMode)
async def test_an_application_that_is_told_of_logout_takes_part_in_the_session(
    joe: Person, mode: LogoutMode
) -> None:
    endpoint = "https://portal.example/signed-off"
    reconfigure(joe.app, logout_mode=mode, logout_endpoint=endpoint)
    await joe.arrive()
    await joe.start()
    env, now = joe.app.environment("default"), joe.app.clock.now()
    (session,) = await joe.app.store.sessions.select_of_user(env, JOE.id, now=now)
    found = await joe.app.store.logout_notices.find_participants(env, session.id, now=now)
    expected = [] if mode is LogoutMode.NONE else [(receiver_id("portal"), "joe")]
    assert [(each.client_id, each.subject) for each in found] == expected


async def test_an_authentication_application_signs_people_on_for_receivers_too() -> None:
    application = AuthenticationApplication("signon", "https://signon.example/", ())
    joe = Person(make_receiving_app(default_application=application))
    sent = await joe.start(InErrorResource=PROBLEM)
    assert (sent.header("location") or "").startswith("https://signon.example/?flowId=")
    flow_id = returned(sent)["flowId"]

    state = (await joe.browser.sign_on_by_api(flow_id)).json()

    assert state["status"] == "RESUME"
    assert "REF" not in str(state)
    arriving = await joe.browser.get(state["resumeUrl"])
    assert (await joe.pick(reference_of(arriving)))["subject"] == "joe"
    assert (await joe.browser.get(state["resumeUrl"])).status == 404


async def test_a_sign_on_that_fails_in_an_authentication_application_ends_where_it_was_to() -> None:
    application = AuthenticationApplication("signon", "https://signon.example/", ())
    joe = Person(make_receiving_app(default_application=application))
    for asked, there in (({"InErrorResource": PROBLEM}, True), ({}, False)):
        flow_id = returned(await joe.start(**asked))["flowId"]
        state = (await joe.browser.act(flow_id, "cancel")).json()
        answer = await joe.browser.get(state["resumeUrl"])
        assert (answer.header("location") or "").startswith(PROBLEM) is there
        assert (answer.status == 400) is not there
