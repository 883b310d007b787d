"""Registering, changing and recovering a password, as somebody before the pages does it."""

from playwright.sync_api import Browser, expect

from tests.browser.installation import PASSWORD
from tests.browser.mailbox import Mailbox
from tests.browser.person import Person

NEW, NEWER = "a much longer password", "yet another long password"


def test_whoever_registers_proves_the_address_and_is_signed_on(
    person: Person, mailbox: Mailbox
) -> None:
    person.open("accounts", state="new here")
    person.press("Register")
    expect(person.field("Username")).to_be_focused()
    person.field("Username").fill("ann")
    person.field("E-mail address").fill("ann@example.com")
    person.field("First name").fill("Ann")
    person.field("Password").fill(NEW)
    person.press("Register")

    expect(person.page.get_by_role("heading")).to_have_text("Enter the code")
    expect(person.field("Code")).to_be_focused()
    person.field("Code").fill("22222222")
    person.press("Continue")
    expect(person.page.get_by_role("alert")).to_have_text("This is not the code, or it is too old.")
    expect(person.field("Code")).to_be_focused()
    person.field("Code").fill(mailbox.read_code("ann@example.com").lower())
    person.press("Continue")
    assert person.answer()["state"] == "new here"

    person.open("accounts", prompt="login")
    person.sign_on("ann", NEW)
    assert "code" in person.answer()


def test_what_is_wrong_with_a_registration_is_said_beside_its_field(person: Person) -> None:
    person.open("accounts")
    person.press("Register")
    person.field("Username").fill("joe")
    person.field("E-mail address").fill("joe@nowhere")
    person.field("Password").fill("short")
    person.press("Register")

    expect(person.field("Username")).to_have_value("joe")
    expect(person.field("Password")).to_have_attribute("aria-invalid", "true")
    expect(person.field("Password")).to_have_accessible_description("Use at least 15 characters.")
    person.press("Cancel")
    expect(person.page.get_by_role("button", name="Sign on", exact=True)).to_be_visible()


def test_a_password_that_must_be_changed_is_changed_by_keyboard(person: Person) -> None:
    person.open("accounts")
    person.sign_on("new-0")
    expect(person.page.get_by_role("heading")).to_have_text("Change your password")
    expect(person.field("Current password")).to_be_focused()
    keyboard = person.page.keyboard
    keyboard.type(PASSWORD)
    keyboard.press("Tab")
    keyboard.type("short")
    keyboard.press("Enter")
    expect(person.page.get_by_role("alert")).to_have_text("Use at least 15 characters.")

    person.field("Current password").fill(PASSWORD)
    person.field("New password").fill(NEW)
    keyboard.press("Enter")
    person.answer()
    person.open("accounts", prompt="login")
    person.sign_on("new-0", NEW)
    assert "code" in person.answer()


def test_a_password_is_changed_by_whoever_wants_to(person: Person) -> None:
    person.open("accounts")
    person.press("Change password")
    person.field("Username").fill("person-0")
    person.field("Current password").fill(PASSWORD)
    person.field("New password").fill(NEW)
    person.press("Change password")
    assert "code" in person.answer()


def test_a_forgotten_password_is_recovered_by_a_code(person: Person, mailbox: Mailbox) -> None:
    person.open("accounts")
    person.press("Forgotten password?")
    expect(person.field("Username")).to_be_focused()
    person.field("Username").fill("person-1")
    person.press("Send a code")

    expect(person.page.get_by_role("heading")).to_have_text("Enter the code")
    first = mailbox.read_code("person-1@example.com")
    person.press("Send another code")
    second = mailbox.read_code("person-1@example.com", number=2)
    person.field("Code").fill(first)
    person.press("Continue")
    expect(person.page.get_by_role("alert")).to_contain_text("This is not the code")
    person.field("Code").fill(second)
    person.press("Continue")

    expect(person.field("New password")).to_be_focused()
    person.field("New password").fill(NEWER)
    person.press("Change password")
    expect(person.page.get_by_text("Your password is changed.")).to_be_visible()
    expect(person.field("Username")).to_have_value("person-1")
    person.field("Password").fill(NEWER)
    person.press("Sign on")
    assert "code" in person.answer()


def test_SEC_151_the_page_says_the_same_of_a_name_that_nobody_has(person: Person) -> None:
    person.open("accounts")
    person.press("Forgotten password?")
    person.field("Username").fill("nobody-here")
    person.press("Send a code")
    expect(person.page.get_by_text("If there is an account of that name")).to_be_visible()
    person.field("Code").fill("22222222")
    person.press("Continue")
    expect(person.page.get_by_role("alert")).to_contain_text("This is not the code")


def test_a_forgotten_username_is_told_by_mail(person: Person, mailbox: Mailbox) -> None:
    person.open("accounts")
    person.press("Forgotten username?")
    expect(person.field("E-mail address")).to_be_focused()
    person.page.keyboard.type("Person-2@example.com")
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("heading")).to_have_text("Look into your mail")
    username = mailbox.read_usernames("person-2@example.com")
    person.press("Sign on")
    person.sign_on(username)
    assert "code" in person.answer()


def test_a_forgotten_password_is_recovered_by_a_link_in_another_browser(
    person: Person, mailbox: Mailbox, browser: Browser
) -> None:
    person.open("links")
    person.press("Forgotten password?")
    person.field("Username").fill("person-17")
    person.press("Send a link")
    expect(person.page.get_by_role("heading")).to_have_text("Look into your mail")

    link = mailbox.read_link("person-17@example.com")
    elsewhere = browser.new_context(ignore_https_errors=True)
    try:
        other = Person(elsewhere.new_page(), person.base_url, person.sites)
        other.page.goto(link)
        expect(other.field("Username")).to_have_value("person-17")
        expect(other.field("New password")).to_be_focused()
        other.page.keyboard.type(NEWER)
        other.page.keyboard.press("Enter")
        expect(other.page.get_by_role("heading")).to_have_text("Your password is changed")
        other.page.goto(link)
        expect(other.page.get_by_role("heading")).to_have_text("This link is not valid any more")
    finally:
        elsewhere.close()

    person.press("Sign on")
    expect(person.field("Username")).to_have_value("person-17")
    person.field("Password").fill(NEWER)
    person.press("Sign on")
    assert "code" in person.answer()
