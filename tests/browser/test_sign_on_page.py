"""The sign-on page, as somebody at a keyboard meets it."""

from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import expect

from tests.browser.installation import PASSWORD, authorize_url
from tests.browser.person import Person


def test_a_user_signs_on_by_keyboard_alone(person: Person) -> None:
    person.open("quick", state="by keyboard")
    keyboard = person.page.keyboard

    expect(person.field("Username")).to_be_focused()  # where typing begins
    keyboard.type("joe")
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")

    answer = person.answer()
    assert answer["state"] == "by keyboard"
    assert answer["code"]
    assert answer["iss"] == person.base_url


def test_a_wrong_password_is_told_on_the_page_and_the_next_one_is_asked_for(person: Person) -> None:
    person.open("quick")
    person.field("Username").fill("joe")
    person.field("Password").fill("wrong")
    person.press("Sign on")

    expect(person.page.get_by_role("alert")).to_have_text(
        "The username or the password is not right."
    )
    expect(person.field("Username")).to_have_value("joe")
    expect(person.field("Password")).to_have_value("")
    expect(person.field("Password")).to_be_focused()

    person.page.keyboard.type(PASSWORD)
    person.page.keyboard.press("Enter")
    assert "code" in person.answer()


def test_a_username_is_remembered_where_that_was_asked_for(person: Person) -> None:
    person.open("remembering")
    person.field("Remember my username").check()
    person.sign_on()
    person.answer()

    person.open("remembering", prompt="login")
    expect(person.field("Username")).to_have_value("joe")
    expect(person.field("Remember my username")).to_be_checked()
    expect(person.field("Password")).to_be_focused()


def test_a_username_is_forgotten_where_the_box_is_cleared(person: Person) -> None:
    person.open("remembering")
    person.field("Remember my username").check()
    person.sign_on()
    person.answer()
    person.open("remembering", prompt="login")
    person.field("Remember my username").uncheck()
    person.sign_on()
    person.answer()

    person.open("remembering", prompt="login")
    expect(person.field("Username")).to_have_value("")


def test_who_is_signed_on_is_not_asked_again(person: Person) -> None:
    person.open("quick", state="first")
    person.sign_on()
    person.answer()

    person.open("quick", state="second")
    assert person.answer()["state"] == "second"


def test_who_cancels_is_sent_back_without_a_code(person: Person) -> None:
    person.open("quick", state="no")
    person.press("Cancel")

    answer = person.answer()
    assert answer["error"] == "access_denied"
    assert answer["state"] == "no"
    assert "code" not in answer


@pytest.mark.parametrize("empty", ["Username", "Password"])
def test_a_form_that_is_not_filled_in_is_not_sent(person: Person, empty: str) -> None:
    person.open("quick")
    person.field({"Username": "Password", "Password": "Username"}[empty]).fill("something")
    person.press("Sign on")

    expect(person.field(empty)).to_be_focused()
    expect(person.page.get_by_role("alert")).to_have_count(0)


def test_the_page_may_look_as_it_is_meant_to(person: Person) -> None:
    person.open("quick")
    expect(person.page.get_by_role("button", name="Sign on", exact=True)).to_have_css(
        "background-color", "rgb(29, 78, 216)"
    )


def test_SEC_127_the_pages_cookies_are_out_of_reach_of_scripts(person: Person) -> None:
    person.open("remembering")
    person.field("Remember my username").check()
    person.sign_on()
    person.answer()
    person.open("remembering", prompt="login")

    kept = person.page.context.cookies(person.base_url)
    assert {"PF", "__Host-ostiary-username"} <= {cookie["name"] for cookie in kept}
    assert all(cookie["httpOnly"] and cookie["secure"] for cookie in kept)
    assert person.page.evaluate("document.cookie") == ""


def test_an_application_may_ask_by_a_form_and_finds_its_user_signed_on(person: Person) -> None:
    person.open("quick")
    person.sign_on()
    person.answer()

    # The cookies are `SameSite=Lax` here, and stay behind when another site posts.
    url = authorize_url(person.base_url, "quick", person.callback, state="by a form")
    endpoint, _, asked = url.partition("?")
    person.page.goto(f"{person.sites.application}/form")
    person.post(endpoint, dict(parse_qsl(asked)))
    assert person.answer()["state"] == "by a form"
