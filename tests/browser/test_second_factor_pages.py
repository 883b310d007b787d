"""Second factors, as somebody before the pages sets them up and uses them."""

from playwright.sync_api import expect

from tests.browser.authenticator_app import code, read_picture
from tests.browser.mailbox import Mailbox
from tests.browser.passkeys import virtual_authenticator
from tests.browser.person import Person

_TITLE, _SET_UP = "Confirm it is you", "Set up a second factor"


def test_an_application_reads_the_picture_and_its_codes_sign_on(person: Person) -> None:
    seed = pair_totp(person, "person-2", "totp")
    wrong = "000000" if code(seed) != "000000" else "000001"

    person.open("totp", prompt="login", state="again")
    person.sign_on("person-2")
    expect_heading(person, _TITLE)
    expect(person.field("Code")).to_be_focused()
    expect(person.field("Code")).to_have_attribute("inputmode", "numeric")
    expect(person.field("Code")).to_have_attribute("autocomplete", "one-time-code")
    person.page.keyboard.type(wrong)
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("alert")).to_have_text("This is not right. Try again.")
    expect(person.field("Code")).to_be_focused()
    person.page.keyboard.type(code(seed, steps=1))  # that of pairing is spent
    person.page.keyboard.press("Enter")
    assert person.answer()["state"] == "again"


def test_a_passkey_is_made_and_signs_on(person: Person) -> None:
    with virtual_authenticator(person.page):
        person.open("passkey")
        person.sign_on("person-3")
        expect_heading(person, _SET_UP)
        person.press("Set up a passkey")
        assert "code" in person.answer()

        person.open("passkey", prompt="login", state="with it")
        person.sign_on("person-3")
        expect_heading(person, _TITLE)
        expect(person.page.get_by_role("button", name="Use your passkey")).to_be_focused()
        person.page.keyboard.press("Enter")
        assert person.answer()["state"] == "with it"


def test_a_passkey_that_is_not_there_is_told_on_the_page(person: Person) -> None:
    with virtual_authenticator(person.page):
        person.open("passkey")
        person.sign_on("person-4")
        person.press("Set up a passkey")
        person.answer()
    with virtual_authenticator(person.page):
        person.open("passkey", prompt="login")
        person.sign_on("person-4")
        person.press("Use your passkey")
        expect(person.page.get_by_role("alert")).to_contain_text("That did not work.")
        person.press("Cancel")
        assert person.answer()["error"] == "access_denied"


def test_a_code_is_mailed_and_sent_again(person: Person, mailbox: Mailbox) -> None:
    address = "person-5@example.com"
    person.open("email")
    person.sign_on("person-5")
    expect_heading(person, _SET_UP)
    person.field("Code").fill(mailbox.read_code(address))
    person.press("Continue")
    person.answer()

    person.open("email", prompt="login")
    person.sign_on("person-5")
    expect(person.page.get_by_text("p***@example.com")).to_be_visible()
    person.press("Send another code")
    person.field("Code").fill(mailbox.read_code(address, number=3))
    person.press("Continue")
    assert "code" in person.answer()


def test_a_telephone_number_is_asked_for_and_gets_a_code(person: Person, mailbox: Mailbox) -> None:
    person.open("sms")
    person.sign_on("person-6")
    expect(person.field("Telephone number")).to_be_focused()
    person.page.keyboard.type("a number")
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_role("alert")).to_contain_text("Enter the number with its country")
    person.field("Telephone number").fill("+49 151 12345678")
    person.press("Send a code")
    person.field("Code").fill(mailbox.read_code("+4915112345678"))
    person.press("Continue")
    assert "code" in person.answer()


def test_the_keyboard_alone_sets_one_up_and_uses_another_way(
    person: Person, mailbox: Mailbox
) -> None:
    address = "person-7@example.com"
    keyboard = person.page.keyboard
    person.open("any")
    person.sign_on("person-7")
    expect(person.page.get_by_role("radio").first).to_be_focused()
    walk_to(person, "Codes by e-mail")
    keyboard.press("Enter")
    expect(person.field("Code")).to_be_focused()
    keyboard.type(mailbox.read_code(address))
    keyboard.press("Enter")

    expect_heading(person, "Keep your recovery codes")
    codes = person.page.get_by_role("listitem").all_inner_texts()
    assert len(set(codes)) == 10
    press_by_keyboard(person, "I have kept them")
    person.answer()

    person.open("any", prompt="login")
    person.sign_on("person-7")
    expect(person.field("Code")).to_be_focused()
    keyboard.press("Tab")
    expect(person.page.get_by_role("radio", name="Recovery code")).to_be_focused()
    press_by_keyboard(person, "Use another way")
    expect(person.page.get_by_text("Enter one of your recovery codes")).to_be_visible()
    expect(person.field("Code")).not_to_have_attribute("inputmode", "numeric")
    keyboard.type(codes[0])
    keyboard.press("Enter")
    assert "code" in person.answer()


def pair_totp(person: Person, username: str, client_id: str) -> bytes:
    """Set up an application that shows codes, and return its key."""
    person.open(client_id)
    person.sign_on(username)
    expect_heading(person, _SET_UP)
    seed = read_picture(person)
    person.field("Code").fill(code(seed))
    person.press("Continue")
    assert "code" in person.answer()
    return seed


def walk_to(person: Person, label: str) -> None:
    """Go from the radio button that has the focus to another one, by the arrow keys."""
    radio = person.page.get_by_role("radio", name=label)
    for _ in range(8):
        if radio.is_checked():
            return
        person.page.keyboard.press("ArrowDown")
    expect(radio).to_be_checked()


def press_by_keyboard(person: Person, label: str) -> None:
    """Go on to a button by the key Tab, and press it."""
    for _ in range(8):
        person.page.keyboard.press("Tab")
        if focused_text(person) == label:
            person.page.keyboard.press("Enter")
            return
    raise AssertionError(label)


def focused_text(person: Person) -> str:
    """Return what stands on what has the focus."""
    return str(person.page.evaluate("() => document.activeElement.textContent.trim()"))


def expect_heading(person: Person, text: str) -> None:
    """Claim which page it is."""
    expect(person.page.get_by_role("heading")).to_have_text(text)
