"""The page of one's own account in a browser."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.installation import CLOUD_ID
from tests.browser.person import Person

ACCOUNT = "/idp/account"
END, END_OTHERS, WITHDRAW = "End this session", "End all other sessions", "Withdraw access"


def test_who_comes_without_a_session_signs_on_and_is_back(person: Person) -> None:
    person.page.goto(f"{person.base_url}{ACCOUNT}")
    expect(person.page.get_by_role("heading")).to_have_text("Sign on")
    person.sign_on("person-13")

    person.page.wait_for_url(f"{person.base_url}{ACCOUNT}")
    expect(person.page.get_by_text("You are signed on as person-13.")).to_be_visible()


def test_a_session_elsewhere_is_ended_and_this_one_stays(person: Person) -> None:
    elsewhere = sign_on_elsewhere(person, "person-13")
    enter(person, "person-13")
    sessions = person.page.get_by_role("heading", level=3)
    expect(sessions.first).to_have_text("Chrome on Linux")

    person.press(END_OTHERS)

    expect(person.page.get_by_role("status")).to_have_text("All your other sessions have ended.")
    expect(person.page.get_by_role("button", name=END)).to_have_count(0)
    assert is_signed_on(person)
    person.page.context.clear_cookies()
    person.page.context.add_cookies(elsewhere)
    assert not is_signed_on(person)


def test_access_that_was_given_is_withdrawn_and_asked_for_again(person: Person) -> None:
    enter(person, "person-14")
    person.open("web-client")
    person.page.get_by_role("checkbox").check()
    person.press("Allow")
    person.answer()
    person.page.goto(f"{person.base_url}{ACCOUNT}")

    person.press(WITHDRAW)

    expect(person.page.get_by_role("status")).to_have_text(
        "That application has no access any more."
    )
    expect(person.page.get_by_text("No application has access to your account.")).to_be_visible()
    person.open("web-client")
    expect(person.page.get_by_role("button", name="Allow", exact=True)).to_be_visible()


def test_the_current_session_is_signed_off_from_there(person: Person) -> None:
    enter(person, "person-14")
    person.press("Sign off here")
    expect(person.page.get_by_role("heading")).to_have_text("You are signed off")
    assert not is_signed_on(person)


def test_a_page_of_another_site_ends_nothing(person: Person) -> None:
    elsewhere = sign_on_elsewhere(person, "person-14")
    enter(person, "person-14")
    token = person.page.locator("input[name=token]").first.get_attribute("value") or ""

    fields = {"token": token, "action": "end_others"}
    person.send_from_stranger(f"{person.base_url}{ACCOUNT}", fields)

    person.page.context.clear_cookies()
    person.page.context.add_cookies(elsewhere)
    assert is_signed_on(person)


def test_the_other_face_has_the_page_below_its_environment(person: Person) -> None:
    url = f"{person.base_url}/{CLOUD_ID}/account"
    person.page.goto(url)
    person.sign_on()

    person.page.wait_for_url(url)
    expect(person.page.get_by_text("You are signed on as joe.")).to_be_visible()
    person.press("Sign off here")
    expect(person.page.get_by_role("heading")).to_have_text("You are signed off")


def enter(person: Person, username: str) -> None:
    """Sign on at the page, and be there."""
    person.page.goto(f"{person.base_url}{ACCOUNT}")
    person.sign_on(username)
    person.page.wait_for_url(f"{person.base_url}{ACCOUNT}")


def sign_on_elsewhere(person: Person, username: str) -> list[Any]:
    """Sign on, and forget it here: return the cookies that another browser would have."""
    enter(person, username)
    cookies = person.page.context.cookies()
    person.page.context.clear_cookies()
    return cookies


def is_signed_on(person: Person) -> bool:
    """Have an application ask, without showing anything."""
    person.open("quick", prompt="none")
    return "code" in person.answer()
