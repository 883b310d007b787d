"""Pages in a browser that runs no scripts."""

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person, framed, sign_off_framed, sign_on_framed


@pytest.fixture(scope="module")
def has_scripts() -> bool:
    return False


def test_a_user_signs_on_and_approves(person: Person) -> None:
    person.open("web-client", state="plain")
    person.sign_on(password="wrong")
    expect(person.page.get_by_role("alert")).to_be_visible()
    person.sign_on()
    person.press("Allow")

    assert person.answer()["state"] == "plain"


def test_an_answer_is_posted_by_a_button(person: Person) -> None:
    person.open("quick", response_mode="form_post", state="posted by hand")
    person.sign_on()
    assert person.sites.posted("posted by hand") == []
    person.press("Continue")
    person.page.wait_for_url(person.callback)

    (arrival,) = person.sites.posted("posted by hand")
    assert arrival.form["code"]


def test_a_user_signs_off(person: Person) -> None:
    person.open("quick")
    person.sign_on()
    person.answer()
    person.page.goto(f"{person.base_url}/idp/init_logout.openid")
    person.press("Sign off")
    expect(person.page.get_by_role("heading")).to_have_text("You are signed off")

    person.open("quick")
    expect(person.field("Username")).to_be_visible()


def test_OIDC_66_the_browser_goes_on_by_itself_after_the_frames(person: Person) -> None:
    id_token = sign_on_framed(person)
    sign_off_framed(person, id_token)
    expect(person.page.get_by_role("link")).to_have_text("Continue")

    person.page.wait_for_url(f"{person.sites.application}/bye?state=s")
    assert len(framed(person, id_token)) == 1


def test_a_page_for_a_passkey_says_that_it_needs_a_script(person: Person) -> None:
    person.open("passkey")
    person.sign_on("person-8")
    expect(person.page.get_by_text("This needs JavaScript")).to_be_visible()
    person.press("Cancel")
    assert person.answer()["error"] == "access_denied"
