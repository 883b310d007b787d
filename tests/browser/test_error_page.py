"""The page for requests that nobody can be sent back from."""

import re

from playwright.sync_api import expect

from tests.browser.installation import authorize_url
from tests.browser.person import Person


def test_an_unknown_application_ends_on_a_page_that_says_so(person: Person) -> None:
    person.open("nobody-knows-it")

    expect(person.page.get_by_role("heading")).to_have_text("This sign-on cannot go on")
    expect(person.page.get_by_role("alert")).to_contain_text("invalid_")
    assert person.page.url.startswith(person.base_url)


def test_a_redirect_to_a_stranger_ends_on_a_page_of_ours(person: Person) -> None:
    url = authorize_url(
        person.base_url, "quick", f"{person.sites.stranger}/callback", state="leaked"
    )
    person.page.goto(url)

    expect(person.page.get_by_role("alert")).to_contain_text(re.compile("redirect_uri"))
    assert not [each for each in person.sites.arrivals if each.query.get("state") == "leaked"]


def test_a_flow_of_another_browser_is_not_found(person: Person) -> None:
    person.open("quick")
    flow = person.form_action()
    person.page.context.clear_cookies()
    answer = person.page.goto(flow)

    assert answer is not None
    assert answer.status == 404
    expect(person.page.get_by_role("alert")).to_be_visible()
    expect(person.page.locator("form")).to_have_count(0)


def test_a_sign_on_that_is_over_does_not_come_back(person: Person) -> None:
    person.open("quick")
    flow = person.form_action()
    person.sign_on()
    person.answer()
    person.page.goto(flow)

    expect(person.page.get_by_role("heading", name="You are signed on")).to_be_visible()
    expect(person.page.locator("form")).to_have_count(0)


def test_SEC_140_the_back_button_asks_anew_instead_of_showing_the_form(person: Person) -> None:
    person.open("quick")
    person.sign_on()
    first = person.answer()["code"]

    person.page.go_back()
    assert person.answer()["code"] != first
