"""Texts that would like to be markup, at every place where a page shows what others wrote."""

from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hostile import HOSTILE, LEAK
from tests.browser.person import Person
from tests.browser.watching import Watch

_FOREIGN = "script, iframe, svg, img, object, embed, base, link, [http-equiv], [onfocus], [onload]"
_COUNT = """foreign => [
    document.querySelectorAll("h1").length,
    document.querySelectorAll(`${foreign}, form + form, button:not(.buttons *)`).length,
    typeof ran,
]"""
_ALL = " ".join(HOSTILE)

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
    harm = "request" if LEAK in text else "dialog"
    page = person.page.context.new_page()
    with page.expect_event(harm, lambda seen: harm == "dialog" or LEAK in seen.url):
        page.goto(f"{person.sites.stranger}/careless", wait_until="commit")

    page.close()
    watched.dialogs.clear()
    watched.strangers.clear()


def test_SEC_137_the_names_of_an_application_and_of_a_scope_are_text(person: Person) -> None:
    for number, text in enumerate(HOSTILE):
        person.open(f"hostile-{number}", scope="openid hostile")
        if number == 0:
            person.sign_on()
        assert text in person.page.locator("h1").inner_text()
        assert person.page.locator("li").all_inner_texts() == ["Know who you are", _ALL]
        expect_no_markup(person.page)


def test_SEC_137_what_a_link_fills_in_is_text(person: Person) -> None:
    for text in HOSTILE:
        person.open("quick", login_hint=text, state=text)
        expect_no_markup(person.page)


def test_SEC_137_what_somebody_types_comes_back_as_text(person: Person) -> None:
    person.open("quick")
    for text in HOSTILE:
        person.sign_on(text, password=text)
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


def expect_no_markup(page: Page) -> None:
    """Claim that a page has no element that is not its own, and that no foreign script ran."""
    assert page.evaluate(_COUNT, _FOREIGN) == [1, 0, "undefined"]
