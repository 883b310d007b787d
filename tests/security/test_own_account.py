"""The page of one's own account under attack: strangers' forms, strangers' ids, and its seam."""

from dataclasses import replace

import pytest

from ostiary.adapters.stores.sign_on_records import to_session
from ostiary.core.base.ids import browser_key
from ostiary.core.model.audit.sign_on import ConsentWithdrawn, OwnSessionEnded
from ostiary.core.model.own_pages import OWN_PAGES
from ostiary.core.model.session import Session
from ostiary.core.oidc.own_account import FRESH_SECONDS
from tests.support.account_page import (
    CHROME_NAME,
    END,
    END_OTHERS,
    FACES,
    WITHDRAW,
    FaceName,
    Visitor,
    find_button,
    find_notice,
    headings,
    visit,
)
from tests.support.asgi import Answer
from tests.support.browsing import WEB, make_sign_on_client, returned
from tests.support.html import check_page
from tests.support.pingone_browsing import PingOneBrowsing

CROSS_SITE = ("sec-fetch-site", "cross-site")
OUT_OF_DATE = "That page was out of date, so nothing was changed. Here it is anew."


@pytest.fixture(params=FACES)
def joe(request: pytest.FixtureRequest) -> Visitor:
    """A browser in which nobody is signed on yet; somebody else's is `joe.another()`."""
    face: FaceName = request.param
    asking = make_sign_on_client("careful", bypasses_approval=False)
    return visit(face, clients=(asking,))


def changes_of(visitor: Visitor) -> list[object]:
    """Return what people have ended."""
    kinds = (OwnSessionEnded, ConsentWithdrawn)
    return [event for event in visitor.app.events.events if isinstance(event, kinds)]


def session_of(visitor: Visitor) -> Session:
    """Return the session that a browser's cookie shows."""
    cookies = visitor.browsing.cookies
    keys = {browser_key(value) for value in cookies.values()}
    (found,) = [
        to_session(row.body) for row in visitor.app.store.sessions.rows.values() if row.key in keys
    ]
    return found


async def with_another(joe: Visitor) -> tuple[Visitor, Answer]:
    """Sign joe on in two browsers, and return the other one, and the page in this one."""
    other = joe.another()
    await other.enter()
    await joe.enter()
    return other, await joe.open()


async def test_a_form_on_another_web_site_changes_nothing(joe: Visitor) -> None:
    other, page = await with_another(joe)
    button = find_button(page, END_OTHERS)

    answer = await joe.post(button.action, button.fields, [CROSS_SITE])

    assert answer.status == 403
    assert await other.is_signed_on()
    assert changes_of(joe) == []


@pytest.mark.parametrize("token", ["", "A" * 43, "ä"], ids=["none", "made up", "no ASCII"])
async def test_a_form_without_the_token_of_the_page_changes_nothing(
    joe: Visitor, token: str
) -> None:
    other, page = await with_another(joe)

    page = await joe.press(find_button(page, END_OTHERS), token=token)

    assert find_notice(page) == OUT_OF_DATE
    assert await other.is_signed_on()
    assert changes_of(joe) == []


async def test_the_token_of_one_session_is_none_in_another(joe: Visitor) -> None:
    other, page = await with_another(joe)
    foreign = find_button(await other.open(), END_OTHERS).fields["token"]

    page = await joe.press(find_button(page, END, CHROME_NAME), token=foreign)

    assert find_notice(page) == OUT_OF_DATE
    assert await other.is_signed_on()


async def test_a_page_from_before_signing_on_again_is_out_of_date(joe: Visitor) -> None:
    other, page = await with_another(joe)
    stale = find_button(page, END, CHROME_NAME)
    joe.app.clock.advance(FRESH_SECONDS * 0.9)
    anew = await joe.follow(await joe.browsing.authorize(WEB, prompt="login"))
    await joe.sign_on(anew)

    assert find_notice(await joe.press(stale)) == OUT_OF_DATE
    assert await other.is_signed_on()


async def test_looking_at_the_page_changes_nothing(joe: Visitor) -> None:
    other, page = await with_another(joe)
    button = find_button(page, END, CHROME_NAME)
    query = "&".join(f"{name}={value}" for name, value in button.fields.items())

    await joe.open(f"?{query}")

    assert await other.is_signed_on()


async def test_the_session_of_somebody_else_is_not_there(joe: Visitor) -> None:
    ann = joe.another()
    await ann.enter("ann")
    _, page = await with_another(joe)
    button = find_button(page, END, CHROME_NAME)

    foreign = await joe.press(button, session=session_of(ann).id)
    unknown = await joe.press(button, session="no-such-session")

    assert (foreign.status, unknown.status) == (404, 404)
    assert foreign.body == unknown.body
    check_page(foreign.unique_headers, foreign.body)
    assert await ann.is_signed_on()
    assert changes_of(joe) == []


async def test_what_somebody_else_allowed_is_not_there(joe: Visitor) -> None:
    ann = joe.another()
    await ann.enter("ann")
    tokens = await ann.approve("careful")
    await joe.enter()
    await joe.use("web")
    button = find_button(await joe.open(), WITHDRAW, "Web")

    answers = [await joe.press(button, client=client) for client in ("careful", "nobody", "")]

    assert [answer.status for answer in answers] == [404, 404, 404]
    assert await ann.opens(tokens["access_token"])
    assert not await ann.is_asked("careful")
    assert changes_of(joe) == []


async def test_SEC_73_a_code_from_before_access_was_withdrawn_is_worth_nothing_after_it(
    joe: Visitor,
) -> None:
    await joe.enter()
    await joe.approve("careful")
    await joe.use()
    careful, web = [
        returned(await joe.browsing.authorize(WEB, client_id=client))["code"]
        for client in ("careful", "web")
    ]

    await joe.press(find_button(await joe.open(), WITHDRAW, "Careful"))

    assert (await joe.try_exchange(careful, "careful")).error == (400, "invalid_grant")
    assert (await joe.try_exchange(web)).status == 200


async def test_SEC_73_a_code_of_a_session_that_its_user_ended_is_worth_nothing(
    joe: Visitor,
) -> None:
    other, page = await with_another(joe)
    code = returned(await other.browsing.authorize(WEB))["code"]

    await joe.press(find_button(page, END, CHROME_NAME))

    assert (await other.try_exchange(code)).error == (400, "invalid_grant")


async def test_nobody_sees_anything_of_somebody_else(joe: Visitor) -> None:
    ann = joe.another()
    await ann.enter("ann")
    await ann.approve("careful")

    page = await joe.enter()

    assert CHROME_NAME not in headings(page)
    assert "Careful" not in headings(page)
    assert b"ann" not in page.body


async def test_the_session_in_which_it_is_wished_does_not_end_that_way(joe: Visitor) -> None:
    _, page = await with_another(joe)
    own = session_of(joe).id
    answer = await joe.press(find_button(page, END, CHROME_NAME), session=own)
    assert answer.status == 404
    assert await joe.is_signed_on()


async def test_a_form_for_nothing_in_particular_is_not_there(joe: Visitor) -> None:
    _, page = await with_another(joe)
    answer = await joe.press(find_button(page, END_OTHERS), action="delete_account")
    assert answer.status == 404
    assert changes_of(joe) == []


async def test_without_a_session_a_form_leads_to_sign_on(joe: Visitor) -> None:
    other, page = await with_another(joe)
    stranger = joe.another()

    answer = await stranger.press(find_button(page, END_OTHERS))

    assert headings(answer)[0] == "Sign on"
    assert await other.is_signed_on()
    assert changes_of(joe) == []


async def test_a_session_that_was_ended_shows_nothing_and_changes_nothing(joe: Visitor) -> None:
    other, page = await with_another(joe)
    button = find_button(await other.open(), END_OTHERS)
    await joe.press(find_button(page, END, CHROME_NAME))

    assert headings(await other.open())[0] == "Sign on"
    assert headings(await other.press(button))[0] == "Sign on"
    assert await joe.is_signed_on()


async def test_an_old_session_changes_nothing_by_a_form_that_is_right(joe: Visitor) -> None:
    other, _ = await with_another(joe)
    for _ in range(3):
        joe.app.clock.advance(FRESH_SECONDS / 2)
        await other.open()
        await joe.open()
    page = await joe.open()

    answer = await joe.press(find_button(page, END_OTHERS))

    assert headings(answer)[0] == "Sign on"
    assert await other.is_signed_on()
    assert changes_of(joe) == []


async def test_signing_on_again_as_somebody_else_ends_nothing_of_the_first(joe: Visitor) -> None:
    other, _ = await with_another(joe)
    for _ in range(3):
        joe.app.clock.advance(FRESH_SECONDS / 2)
        await other.open()
        await joe.open()
    page = await joe.open()
    asked = await joe.press(find_button(page, END_OTHERS))

    page = await joe.sign_on(asked, "ann")

    assert CHROME_NAME not in headings(page)
    assert await other.is_signed_on()
    assert changes_of(joe) == []


async def test_a_link_cannot_say_that_something_has_been_done(joe: Visitor) -> None:
    other, page = await with_another(joe)
    answer = await joe.browsing.post_form(joe.path, find_button(page, END, CHROME_NAME).fields)
    location = answer.header("location") or ""
    assert find_notice(await joe.get(location)) == "That session has ended."
    assert not await other.is_signed_on()
    ann = joe.another()
    await ann.enter("ann")

    for query in (location.removeprefix(joe.path), "?said=ended", "?said=ended_others.x"):
        assert find_notice(await ann.open(query)) is None
    tampered = location.replace("said=ended", "said=withdrawn")
    assert find_notice(await joe.get(tampered)) is None


async def test_SEC_27_no_answer_of_the_page_can_be_framed(joe: Visitor) -> None:
    asked = await joe.open()
    page = await joe.sign_on(asked)
    for answer in (asked, page, await joe.press(find_button(page, "Sign off here"))):
        check_page(answer.unique_headers, answer.body)


async def test_a_disabled_user_sees_and_changes_nothing(joe: Visitor) -> None:
    other, page = await with_another(joe)
    button, user_id = find_button(page, END_OTHERS), session_of(joe).authentication.user_id
    users = joe.app.store.users
    user = await users.find(joe.env, user_id)
    assert user is not None
    await users.save(joe.env, replace(user, enabled=False), expected_version=user.version)

    assert headings(await joe.open())[0] == "Sign on"
    assert headings(await joe.press(button))[0] == "Sign on"
    assert other.app.store.sessions.rows
    assert changes_of(joe) == []


async def test_the_page_of_another_environment_knows_nobody_of_this_one() -> None:
    joe = visit("pingone")
    await joe.enter()
    assert isinstance(joe.browsing, PingOneBrowsing)
    browsing = replace(joe.browsing, environment="partners")
    # A browser would not send them there: their path is the environment's.
    browsing.jar = {
        (f"/{browsing.env.id}", name): value for (_, name), value in browsing.jar.items()
    }

    assert headings(await Visitor(browsing).open())[0] == "Sign on"


@pytest.mark.parametrize("client_id", [OWN_PAGES, ""])
async def test_no_request_names_our_own_pages_as_its_client(joe: Visitor, client_id: str) -> None:
    answer = await joe.browsing.authorize(
        {"client_id": client_id, "response_type": "none", "redirect_uri": joe.path}
    )
    assert answer.status == 400
    assert answer.header("location") is None


@pytest.mark.parametrize("secret", ["", "secret"])
async def test_our_own_pages_get_no_tokens(joe: Visitor, secret: str) -> None:
    form = {"grant_type": "client_credentials", "client_id": OWN_PAGES, "client_secret": secret}
    path = "/as/token.oauth2"
    caller = joe.app.pingfederate
    if isinstance(joe.browsing, PingOneBrowsing):
        path, caller = f"{joe.browsing.issuer_path}/token", joe.app.pingone

    answer = await caller.post_form(path, form)

    assert answer.error[1] in {"invalid_client", "invalid_request"}


def test_our_own_pages_are_no_client_of_an_environment(joe: Visitor) -> None:
    assert OWN_PAGES not in joe.env.clients
    assert joe.env.own_pages not in joe.env.clients.values()
