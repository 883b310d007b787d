"""OpenID Connect Front-Channel Logout 1.0: applications are told by the browser."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from ostiary.core.model.logout import LogoutURIs
from tests.support import jose
from tests.support.app import BASE_URL, NOW
from tests.support.asgi import Answer
from tests.support.browsing import Browsing, make_sign_on_client, set_cookies
from tests.support.html import Element, check_page, parse_elements, parse_form, visible_text
from tests.support.logout import BACK, LOGOUT, Telling, make_telling, sign_off, sign_on
from tests.support.pingone_browsing import PingOneBrowsing, make_pingone_sign_on_app
from tests.support.reference_adapters import configure
from tests.support.signing_off import PORTAL_LOGOUT, Leaver, make_portal, visit_of

SHOP = LogoutURIs(frontchannel="https://shop.example.com/bye")
MAIL = LogoutURIs(frontchannel="https://mail.example.com:8443/x?y=1")
QUIET = LogoutURIs()


async def signed_on(**logout: LogoutURIs) -> tuple[Telling, Browsing, str]:
    """Sign joe on to each application, and return the ID token of the last."""
    telling = make_telling(logout)
    browsing = Browsing(telling.app)
    tokens = [await sign_on(browsing, name) for name in logout]
    return telling, browsing, tokens[-1]


def frames(answer: Answer) -> list[Element]:
    assert answer.status == 200, answer.body
    return [each for each in parse_elements(answer.body) if each.tag == "iframe"]


def sources(answer: Answer) -> list[str]:
    return [frame.attributes["src"] or "" for frame in frames(answer)]


async def test_OIDC_66_each_application_has_a_frame_with_the_issuer_and_the_session() -> None:
    _, browsing, id_token = await signed_on(shop=SHOP, mail=MAIL, quiet=QUIET)

    loaded = sources(await sign_off(browsing, id_token))

    told = {"iss": BASE_URL, "sid": jose.parts(id_token)[1]["sid"]}
    parts = {urlsplit(source)._replace(query="").geturl(): source for source in loaded}
    assert set(parts) == {"https://shop.example.com/bye", "https://mail.example.com:8443/x"}
    queries = [dict(parse_qsl(urlsplit(source).query)) for source in parts.values()]
    assert sorted(queries, key=len) == [told, {"y": "1", **told}]


async def test_OIDC_66_only_applications_of_the_session_have_frames() -> None:
    telling, browsing, id_token = await signed_on(shop=SHOP, mail=MAIL)
    other = Browsing(telling.app)
    id_token = await sign_on(other, "mail")

    assert len(sources(await sign_off(other, id_token))) == 1
    assert browsing.cookies


async def test_OIDC_66_the_browser_goes_on_afterwards_by_itself_or_by_a_link() -> None:
    _, browsing, id_token = await signed_on(shop=SHOP)

    answer = await sign_off(browsing, id_token, post_logout_redirect_uri=BACK, state="a b&c")

    onward = f"{BACK}?state=a%20b%26c"
    assert len(frames(answer)) == 1
    assert answer.header("refresh") == f"5;url={onward}"
    (link,) = [each for each in parse_elements(answer.body) if each.tag == "a"]
    assert link.attributes["href"] == onward
    assert set_cookies(answer)["PF"][0] == ""


async def test_without_anywhere_to_go_the_browser_stays() -> None:
    _, browsing, id_token = await signed_on(shop=SHOP)

    answer = await sign_off(browsing, id_token)

    assert "You are signed off" in visible_text(answer.body)
    assert answer.header("refresh") is None
    assert b"<script" not in answer.body
    assert len(frames(answer)) == 1


async def test_SEC_137_nothing_but_these_origins_is_framed() -> None:
    _, browsing, id_token = await signed_on(shop=SHOP, mail=MAIL)

    answer = await sign_off(browsing, id_token, post_logout_redirect_uri=BACK)

    policy = answer.header("content-security-policy") or ""
    (directive,) = [part for part in policy.split("; ") if part.startswith("frame-src")]
    origins = {"https://mail.example.com:8443", "https://shop.example.com"}
    assert set(directive.split(" ")) == {"frame-src", *origins}
    check_page(answer.unique_headers, answer.body)


async def test_SEC_137_a_framed_site_cannot_lead_the_page_elsewhere() -> None:
    _, browsing, id_token = await signed_on(shop=SHOP)

    (frame,) = frames(await sign_off(browsing, id_token))

    rights = (frame.attributes["sandbox"] or "").split(" ")
    assert not {right for right in rights if "navigation" in right or "popups" in right}
    assert "hidden" in frame.attributes


async def test_a_client_that_wants_no_session_named_gets_its_uri_as_it_is() -> None:
    telling, browsing, id_token = await signed_on(mail=MAIL)
    telling.change_logout("mail", names_session_in_front=False)

    assert sources(await sign_off(browsing, id_token)) == [MAIL.frontchannel]


@pytest.mark.parametrize("change", ["disabled", "no frame any more"])
async def test_a_client_that_is_not_to_be_told_any_more_has_no_frame(change: str) -> None:
    telling, browsing, id_token = await signed_on(shop=SHOP, mail=MAIL)
    if change == "disabled":
        telling.app.change_client("shop", enabled=False)
    else:
        telling.change_logout("shop", frontchannel=None)

    (source,) = sources(await sign_off(browsing, id_token))
    assert source.startswith("https://mail.example.com")


async def test_SEC_133_the_question_shows_no_frames_and_the_answer_does() -> None:
    _, browsing, _ = await signed_on(shop=SHOP)
    question = await browsing.get(LOGOUT)
    assert frames(question) == []

    form = parse_form(question.body)
    answer = await browsing.post_form(LOGOUT, {**form.fields, "pf.ok": "clicked"})

    assert len(frames(answer)) == 1


async def test_a_session_that_is_over_shows_no_frames() -> None:
    _, browsing, id_token = await signed_on(shop=SHOP)
    await sign_off(browsing, id_token)

    assert frames(await sign_off(browsing, id_token)) == []


async def test_a_browser_is_taken_back_to_an_application_with_a_scheme_of_its_own() -> None:
    telling, browsing, id_token = await signed_on(shop=SHOP)
    telling.app.change_client("shop", post_logout_redirect_uris=("com.example.app:/bye",))

    answer = await sign_off(browsing, id_token, post_logout_redirect_uri="com.example.app:/bye")

    assert answer.header("refresh") == "5;url=com.example.app:/bye"
    assert b"<a " not in answer.body
    assert b"<script" not in answer.body


async def test_OIDC_66_pingones_sign_off_shows_the_same_page() -> None:
    uris = replace(SHOP, backchannel="https://shop.example.com/back")
    client = make_sign_on_client("shop", post_logout_redirect_uris=(BACK,), logout=uris)
    browsing = PingOneBrowsing(make_pingone_sign_on_app(clients=[client]))
    response = await browsing.sign_on(client_id="shop")
    id_token = (await browsing.tokens(response, "shop"))["id_token"]

    asked = urlencode({"id_token_hint": id_token, "post_logout_redirect_uri": BACK})
    answer = await browsing.get(f"{browsing.issuer_path}/signoff?{asked}")

    (source,) = sources(answer)
    session_id = jose.parts(id_token)[1]["sid"]
    told = {"iss": browsing.env.issuer, "sid": session_id}
    assert dict(parse_qsl(urlsplit(source).query)) == told
    assert answer.header("refresh") == f"5;url={BACK}"
    notices = browsing.app.store.logout_notices
    (due,) = await notices.claim(browsing.env, now=NOW, until=NOW + 60, limit=9)
    assert due.participation.session_id == session_id


async def test_the_browser_goes_round_applications_of_adapters_after_the_frames() -> None:
    telling, browsing, id_token = await signed_on(shop=SHOP)
    configure(telling.app, make_portal(telling.app))
    joe = Leaver(telling.app)
    joe.browser = browsing
    await joe.sign_on("portal")

    answer = await sign_off(browsing, id_token, post_logout_redirect_uri=BACK)

    assert len(frames(answer)) == 1
    (link,) = [each for each in parse_elements(answer.body) if each.tag == "a"]
    assert answer.header("refresh") == f"5;url={link.attributes['href']}"
    visit = visit_of(await browsing.get(link.attributes["href"]))
    assert visit.url == PORTAL_LOGOUT
    assert (await joe.pick("portal", visit.reference))["resumePath"] == visit.way_back
    assert (await joe.come_back(visit)).header("location") == BACK
