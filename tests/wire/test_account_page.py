"""The page of one's own account, before both faces: what it shows, and what its buttons do."""

from dataclasses import replace

import msgspec
import pytest

from ostiary.adapters.stores.sign_on_records import to_session
from ostiary.core.base.ids import ClientId, SessionId, browser_key
from ostiary.core.model.audit.sign_on import ConsentWithdrawn, OwnSessionEnded, SignedOff
from ostiary.core.model.authentication_application import AuthenticationApplication
from ostiary.core.model.logout import LogoutURIs
from ostiary.core.model.token import Issuance, SessionChange
from ostiary.core.oidc.own_account import FRESH_SECONDS, MAX_SESSIONS
from tests.support.account_page import (
    CHROME_NAME,
    END,
    END_OTHERS,
    FACES,
    FIREFOX_NAME,
    SIGN_OFF,
    WITHDRAW,
    FaceName,
    Visitor,
    find_button,
    find_notice,
    headings,
    read_page,
    visit,
)
from tests.support.app import make_snapshot
from tests.support.asgi import ADDRESS
from tests.support.browsing import WEB, Browsing, make_sign_on_client
from tests.support.html import check_page, visible_text

SESSIONS, ACCESSES = "Where you are signed on", "Applications with access to your account"


@pytest.fixture(params=FACES)
def joe(request: pytest.FixtureRequest) -> Visitor:
    """A browser in which nobody is signed on yet."""
    face: FaceName = request.param
    asking = make_sign_on_client("careful", bypasses_approval=False)
    told = make_sign_on_client("told", logout=LogoutURIs(backchannel="https://told.example/out"))
    return visit(face, clients=(asking, told), scope_descriptions={"profile": "Read your profile"})


async def test_nobody_signed_on_signs_on_and_comes_back(joe: Visitor) -> None:
    page = await joe.open()
    assert headings(page)[0] == "Sign on"
    assert "to go on to your account" in visible_text(page.body)

    page = await joe.sign_on(page)

    assert headings(page) == ["Your account", SESSIONS, FIREFOX_NAME, ACCESSES]
    assert read_page(page)[0].lines == ["You are signed on as joe."]


async def test_the_page_is_sent_and_made_like_every_page(joe: Visitor) -> None:
    page = await joe.enter()
    check_page(page.unique_headers, page.body)


async def test_the_current_session_comes_first_and_signs_off_by_the_usual_way(joe: Visitor) -> None:
    await joe.another().enter()
    page = await joe.enter()

    assert headings(page) == ["Your account", SESSIONS, FIREFOX_NAME, CHROME_NAME, ACCESSES]
    assert read_page(page)[2].lines == [
        "This is the browser in front of you.",
        "Signed on 2025-06-15 15:06 UTC, last used 2025-06-15 15:06 UTC.",
        f"Signed on from the address {ADDRESS}.",
    ]
    answer = await joe.press(find_button(page, SIGN_OFF))
    assert b"You are signed off" in answer.body
    assert not await joe.is_signed_on()
    assert any(isinstance(each, SignedOff) for each in joe.app.events.events)


async def test_a_browser_that_says_nothing_of_itself_is_named_nothing(joe: Visitor) -> None:
    joe.user_agent = "curl/8"
    assert headings(await joe.enter())[2] == "A browser or an application"


async def test_applications_of_a_session_are_named(joe: Visitor) -> None:
    page = await joe.enter()
    assert not [line for line in read_page(page)[2].lines if line.startswith("Applications")]
    await joe.use("web")
    await joe.use("told")

    page = await joe.open()

    assert "Applications: Told, Web" in read_page(page)[2].lines


async def test_an_application_for_which_somebody_signed_on_is_named_without_tokens(
    joe: Visitor,
) -> None:
    page = await joe.follow(await joe.browsing.authorize(WEB, response_type="none"))
    await joe.sign_on(page)

    assert "Applications: Web" in read_page(await joe.open())[2].lines


async def test_another_session_is_ended(joe: Visitor) -> None:
    other = joe.another()
    await other.enter()
    page = await joe.enter()

    page = await joe.press(find_button(page, END, CHROME_NAME))

    assert find_notice(page) == "That session has ended."
    assert headings(page) == ["Your account", SESSIONS, FIREFOX_NAME, ACCESSES]
    assert not await other.is_signed_on()
    assert await joe.is_signed_on()
    (event,) = [each for each in joe.app.events.events if isinstance(each, OwnSessionEnded)]
    (left,) = await joe.app.store.sessions.select_of_user(
        joe.env, event.user, now=joe.app.clock.now()
    )
    assert (event.environment, event.by, event.address) == (joe.env.id, left.id, ADDRESS)


async def test_applications_of_an_ended_session_are_told(joe: Visitor) -> None:
    other = joe.another()
    await other.enter()
    await other.use("told")
    page = await joe.enter()
    claim, now = joe.app.store.logout_notices.claim, joe.app.clock.now()
    assert not await claim(joe.env, now=now, until=now, limit=9)

    await joe.press(find_button(page, END, CHROME_NAME))

    (due,) = await claim(joe.env, now=now, until=now, limit=9)
    assert due.participation.client_id == ClientId("told")


async def test_all_other_sessions_are_ended(joe: Visitor) -> None:
    others = [joe.another() for _ in range(3)]
    for other in others:
        await other.enter()
    ann = joe.another()
    await ann.enter("ann")
    page = await joe.enter()

    page = await joe.press(find_button(page, END_OTHERS))

    assert find_notice(page) == "All your other sessions have ended."
    assert [await other.is_signed_on() for other in others] == [False] * 3
    assert await joe.is_signed_on()
    assert await ann.is_signed_on()
    assert len([e for e in joe.app.events.events if isinstance(e, OwnSessionEnded)]) == 3


async def test_with_one_session_there_are_no_others_to_end(joe: Visitor) -> None:
    page = await joe.enter()
    labels = [button.label for shown in read_page(page) for button in shown.buttons]
    assert labels == [SIGN_OFF]


async def test_more_sessions_than_a_page_shows_are_counted_and_ended(joe: Visitor) -> None:
    await joe.enter()
    now, store = joe.app.clock.now(), joe.app.store
    (row,) = store.sessions.rows.values()
    for number in range(MAX_SESSIONS + 2):
        another = msgspec.structs.replace(
            to_session(row.body),
            id=SessionId(f"session-{number}"),
            key=browser_key(f"cookie-{number}"),
        )
        change = SessionChange(another, joe.env.sessions.expires_at(another))
        await store.commit(joe.env, Issuance(session=change), now=now)
    page = await joe.open()

    sessions = next(each for each in read_page(page) if each.heading == SESSIONS)
    assert sessions.lines == ["There are 3 more sessions than these."]
    page = await joe.press(find_button(page, END_OTHERS))
    assert len(headings(page)) == 4


async def test_what_an_application_may_do_is_shown_in_words(joe: Visitor) -> None:
    page = await joe.enter()
    assert read_page(page)[-1].lines == ["No application has access to your account."]
    await joe.use(scope="openid profile read")

    shown = read_page(await joe.open())[-1]

    assert shown.heading == "Web"
    assert shown.lines == [
        "It has had access since 2025-06-15 15:06 UTC:",
        "openid",
        "Read your profile",
        "read",
    ]


async def test_access_is_withdrawn_with_its_tokens_and_the_remembered_approval(
    joe: Visitor,
) -> None:
    await joe.enter()
    tokens, others = await joe.approve("careful"), await joe.use("web")
    page = await joe.open()
    assert headings(page)[-2:] == ["Careful", "Web"]
    assert not await joe.is_asked("careful")

    page = await joe.press(find_button(page, WITHDRAW, "Careful"))

    assert find_notice(page) == "That application has no access any more."
    assert headings(page)[-2:] == [ACCESSES, "Web"]
    refused = await joe.refresh(tokens["refresh_token"], "careful")
    assert (refused.status, refused.json()["error"]) == (400, "invalid_grant")
    assert not await joe.opens(tokens["access_token"])
    assert await joe.opens(others["access_token"])
    assert await joe.is_asked("careful")
    (event,) = [each for each in joe.app.events.events if isinstance(each, ConsentWithdrawn)]
    assert (event.client, event.grants, event.address) == ("careful", 1, ADDRESS)


async def test_a_remembered_approval_without_tokens_is_withdrawn(joe: Visitor) -> None:
    await joe.enter()
    await joe.approve("careful")
    joe.app.clock.advance(FRESH_SECONDS / 2)
    consents, grants = joe.app.store.consents, joe.app.store.user_grants
    (user_id,) = {row.user_id for row in grants.rows.values()}
    for _, grant_id in list(grants.rows):
        await grants.revoke(joe.env, grant_id)
    assert await consents.select_of_user(joe.env, user_id)

    page = await joe.press(find_button(await joe.open(), WITHDRAW, "Careful"))

    assert find_notice(page) == "That application has no access any more."
    assert await consents.select_of_user(joe.env, user_id) == ()


async def test_an_old_sign_on_still_sees_but_signs_on_again_to_change(joe: Visitor) -> None:
    other = joe.another()
    await joe.enter()
    for _ in range(3):
        joe.app.clock.advance(FRESH_SECONDS / 2)
        page = await joe.open()
    await other.enter()
    page = await joe.open()
    assert CHROME_NAME in headings(page)

    page = await joe.press(find_button(page, END, CHROME_NAME))
    assert headings(page)[0] == "Sign on"
    assert await other.is_signed_on()
    page = await joe.sign_on(page)

    assert find_notice(page) == "You have signed on again. Choose now what to change."
    assert await other.is_signed_on()
    await joe.press(find_button(page, END, CHROME_NAME))
    assert not await other.is_signed_on()


async def test_whoever_would_rather_not_sign_on_is_not_asked_again(joe: Visitor) -> None:
    page = await joe.open("?error=access_denied")
    assert headings(page) == ["You are not signed on"]


async def test_whoever_gives_up_signing_on_again_is_still_shown_the_page(joe: Visitor) -> None:
    await joe.enter()
    page = await joe.open("?error=access_denied&error_description=Lies")
    assert headings(page)[0] == "Your account"
    assert b"Lies" not in page.body


async def test_an_environment_that_signs_nobody_on_has_no_such_page(joe: Visitor) -> None:
    closed = {
        client_id: replace(client, response_types=frozenset())
        for client_id, client in joe.env.clients.items()
    }
    joe.app.snapshots.current = make_snapshot([replace(joe.env, clients=closed)])

    assert (await joe.browsing.get(joe.path)).status == 404
    assert (await joe.browsing.post_form(joe.path, {})).status == 404


async def test_an_application_that_shows_sign_on_leads_back_to_the_page() -> None:
    shown = AuthenticationApplication("page", "https://page.example/sign-on", ())
    joe = visit("pingfederate", applications=(shown,), default_application=shown)
    browsing = joe.browsing
    assert isinstance(browsing, Browsing)
    location = (await browsing.get(joe.path)).header("location") or ""
    flow_id = location.removeprefix("https://page.example/sign-on?flowId=")

    done = (await browsing.sign_on_by_api(flow_id)).json()

    assert done["status"] == "RESUME"
    page = await joe.get(done["resumeUrl"])
    assert headings(page)[0] == "Your account"
