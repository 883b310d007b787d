"""Texts that would like to be markup, at every place where a page shows what others wrote."""

from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.installation import HOSTILE
from tests.browser.person import Person
from tests.browser.watching import Watch

_FOREIGN = "script, iframe, svg, img, object, embed, base, link, [http-equiv], [onfocus], [onload]"
_ALL = " ".join(HOSTILE)
_LEAK = "leak.example"

_PLACES = (
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "prompt",
    "claims",
    "id_token_hint",
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_such_a_text_does_harm_where_nobody_escapes_it(
    person: Person, watched: Watch, text: str
) -> None:
    person.sites.pages["/careless"] = f"<p>{text}<input value='{text}'>".encode()
    harm = "request" if _LEAK in text else "dialog"
    with person.page.expect_event(harm, lambda seen: harm == "dialog" or _LEAK in seen.url):
        person.page.goto(f"{person.sites.stranger}/careless", wait_until="commit")

    watched.dialogs.clear()
    watched.strangers.clear()


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_SEC_137_the_name_of_an_application_and_a_scope_are_text(
    person: Person, number: int
) -> None:
    person.open(f"hostile-{number}", scope="openid hostile")
    person.sign_on()

    expect(person.page.get_by_role("heading", level=1)).to_contain_text(shown(HOSTILE[number]))
    expect(person.page.get_by_role("listitem").last).to_have_text(shown(_ALL))
    expect(person.page.get_by_role("button")).to_have_count(2)
    expect_no_markup(person.page)


def test_SEC_137_what_a_link_fills_in_is_text(person: Person) -> None:
    for text in HOSTILE:
        person.open("quick", login_hint=text, state=text)
        expect_no_markup(person.page)


def test_SEC_137_what_somebody_types_comes_back_as_text(person: Person) -> None:
    for text in HOSTILE:
        person.open("quick")
        person.sign_on(text)
        expect(person.field("Username")).to_have_value(text)
        expect_no_markup(person.page)


def test_SEC_137_the_attributes_of_a_user_are_text(person: Person) -> None:
    person.open("web-client")
    person.sign_on("mallory")
    expect(person.page.get_by_role("button", name="Allow", exact=True)).to_be_visible()
    expect_no_markup(person.page)


def test_SEC_137_a_remembered_name_is_text(person: Person) -> None:
    person.page.context.add_cookies(
        [
            {
                "name": "__Host-ostiary-username",
                "value": quote(HOSTILE[0], safe=""),
                "url": person.base_url,
                "secure": True,
            }
        ]
    )
    person.open("remembering")
    expect(person.field("Username")).to_have_value(HOSTILE[0])
    expect_no_markup(person.page)


def test_SEC_137_no_parameter_becomes_markup_on_an_error_page(person: Person) -> None:
    for place in _PLACES:
        asked = {"client_id": "quick", "redirect_uri": f"{person.sites.stranger}/", place: _ALL}
        person.page.goto(f"{person.base_url}/as/authorization.oauth2?{urlencode(asked)}")
        expect(person.page.get_by_role("alert")).to_be_visible()
        expect_no_markup(person.page)


def test_SEC_137_a_refusal_arrives_at_the_application_as_it_was_meant(person: Person) -> None:
    person.open("quick", scope=f"openid {_ALL}", state=_ALL)
    answer = person.answer()
    assert answer["error"] == "invalid_scope"
    assert answer["state"] == _ALL
    assert "<" not in answer["error_description"]


def shown(text: str) -> str:
    """Return how a browser lays a text out in a line."""
    return " ".join(text.split())


def expect_no_markup(page: Page) -> None:
    """Claim that a page has no element that is not its own, and that no foreign script ran."""
    expect(page.locator("h1")).to_have_count(1)
    assert page.locator(_FOREIGN).count() == 0
    assert page.locator("form").count() <= 1
    assert page.evaluate("typeof ran") == "undefined"
