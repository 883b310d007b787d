"""Every page is one that everybody can use: axe-core finds nothing wrong with it."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import find_violations
from tests.browser.installation import CHALLENGE, CLOUD_ID, CLOUD_PAGE_ID, THEMED_HOST
from tests.browser.mailbox import Mailbox
from tests.browser.passkeys import virtual_authenticator
from tests.browser.person import Person
from tests.browser.pictures import picture_taker

LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">
<rect width="48" height="48" rx="12" fill="#0f766e"/>
<path d="M14 20h16v8a8 8 0 0 1-16 0Zm16 1a5 5 0 0 1 0 9"
fill="none" stroke="#fff" stroke-width="3"/>
</svg>"""
"""Of the application; pages show it beside what is the environment's."""
Way = Callable[[Person, Mailbox], None]


def sign_on(person: Person, _: Mailbox) -> None:
    person.open("accounts")


def wrong_password(person: Person, _: Mailbox) -> None:
    person.open("remembering")
    person.sign_on(password="wrong")
    expect(person.page.get_by_role("alert")).to_be_visible()


def cloud(person: Person, _: Mailbox) -> None:
    asked = {
        "client_id": CLOUD_PAGE_ID,
        "response_type": "code",
        "redirect_uri": person.callback,
        "scope": "openid",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    person.page.goto(f"{person.base_url}/{CLOUD_ID}/as/authorize?{urlencode(asked)}")
    expect(person.field("Username")).to_be_visible()


def consent(person: Person, _: Mailbox) -> None:
    person.open("web-client")
    person.sign_on()
    expect(person.page.get_by_role("button", name="Allow", exact=True)).to_be_visible()


def registration(person: Person, _: Mailbox) -> None:
    person.open("accounts")
    person.press("Register")
    person.field("Username").fill("x")
    person.field("E-mail address").fill("nobody@nowhere")
    person.field("Password").fill("short")
    person.press("Register")
    expect(person.page.get_by_role("alert").first).to_be_visible()


def verification(person: Person, _: Mailbox) -> None:
    person.open("accounts")
    person.press("Register")
    person.field("Username").fill("kim")
    person.field("E-mail address").fill("kim@example.com")
    person.field("Password").fill("a much longer password")
    person.press("Register")
    person.field("Code").fill("22222222")
    person.press("Continue")
    expect(person.page.get_by_role("alert")).to_be_visible()


def must_change(person: Person, _: Mailbox) -> None:
    person.open("accounts")
    person.sign_on("new-1")
    expect(person.page.get_by_role("heading")).to_have_text("Change your password")


def recovery(person: Person, _: Mailbox) -> None:
    person.open("accounts")
    person.press("Forgotten password?")
    expect(person.page.get_by_role("heading")).to_have_text("Forgotten password")


def recovery_code(person: Person, _: Mailbox) -> None:
    recovery(person, _)
    person.field("Username").fill("nobody")
    person.press("Send a code")
    expect(person.field("Code")).to_be_visible()


def new_password(person: Person, mailbox: Mailbox) -> None:
    recovery(person, mailbox)
    person.field("Username").fill("person-8")
    before = mailbox.count("person-8@example.com")
    person.press("Send a code")
    person.field("Code").fill(mailbox.read_code("person-8@example.com", number=before + 1))
    person.press("Continue")
    expect(person.field("New password")).to_be_visible()


def forgotten_username(person: Person, _: Mailbox) -> None:
    person.open("accounts")
    person.press("Forgotten username?")
    person.field("E-mail address").fill(".nobody@example.com")
    person.press("Send my username")
    expect(person.page.get_by_role("alert")).to_be_visible()


def username_sent(person: Person, mailbox: Mailbox) -> None:
    forgotten_username(person, mailbox)
    person.field("E-mail address").fill("nobody@example.com")
    person.press("Send my username")
    expect(person.page.get_by_role("heading")).to_have_text("Look into your mail")


def recovery_link(person: Person, _: Mailbox) -> None:
    person.open("links")
    person.press("Forgotten password?")
    person.field("Username").fill("person-18")
    person.press("Send a link")
    expect(person.page.get_by_role("heading")).to_have_text("Look into your mail")


def linked_password(person: Person, mailbox: Mailbox) -> None:
    recovery_link(person, mailbox)
    person.page.goto(mailbox.read_link("person-18@example.com"))
    person.field("New password").fill("short")
    person.press("Change password")
    expect(person.page.get_by_role("alert")).to_be_visible()


def spent_link(person: Person, _: Mailbox) -> None:
    person.page.goto(f"{person.base_url}/ext/pwdreset/Reset?link=spent")
    expect(person.page.get_by_role("heading")).to_have_text("This link is not valid any more")


def linked_password_changed(person: Person, mailbox: Mailbox) -> None:
    linked_password(person, mailbox)
    person.field("New password").fill("a much longer password")
    person.press("Change password")
    expect(person.page.get_by_role("heading")).to_have_text("Your password is changed")


def which_factor(person: Person, _: Mailbox) -> None:
    person.open("any")
    person.sign_on("person-9")
    expect(person.page.get_by_role("radio").first).to_be_visible()


def pair_totp(person: Person, _: Mailbox) -> None:
    person.open("totp")
    person.sign_on("person-9")
    expect(person.page.get_by_role("img", name="QR code")).to_be_visible()


def pair_passkey(person: Person, _: Mailbox) -> None:
    person.open("passkey")
    person.sign_on("person-9")
    expect(person.page.get_by_role("button", name="Set up a passkey")).to_be_visible()


def use_passkey(person: Person, _: Mailbox) -> None:
    with virtual_authenticator(person.page):
        person.open("passkey")
        person.sign_on("person-10")
        person.press("Set up a passkey")
        person.answer()
    person.open("passkey", prompt="login")
    person.sign_on("person-10")
    expect(person.page.get_by_role("button", name="Use your passkey")).to_be_visible()


def telephone(person: Person, _: Mailbox) -> None:
    person.open("sms")
    person.sign_on("person-9")
    expect(person.field("Telephone number")).to_be_visible()


def recovery_codes(person: Person, mailbox: Mailbox, username: str = "person-11") -> None:
    address = f"{username}@example.com"
    person.open("any")
    person.sign_on(username)
    person.page.get_by_role("radio", name="Codes by e-mail").check()
    before = mailbox.count(address)
    person.press("Continue")
    person.field("Code").fill(mailbox.read_code(address, number=before + 1))
    person.press("Continue")
    expect(person.page.get_by_role("heading")).to_have_text("Keep your recovery codes")


def wrong_code(person: Person, mailbox: Mailbox) -> None:
    recovery_codes(person, mailbox, "person-9")
    person.press("I have kept them")
    person.answer()
    person.open("any", prompt="login")
    person.sign_on("person-9")
    person.field("Code").fill("wrong")
    person.press("Continue")
    expect(person.page.get_by_role("alert")).to_be_visible()
    expect(person.page.get_by_role("radio").first).to_be_visible()


def remembered_browser(person: Person, mailbox: Mailbox) -> None:
    address = "person-16@example.com"
    person.open("kept")
    person.sign_on("person-16")
    before = mailbox.count(address)
    person.field("Code").fill(mailbox.read_code(address, number=max(before, 1)))
    person.press("Continue")
    person.answer()
    person.open("kept", prompt="login")
    person.sign_on("person-16")
    expect(person.page.get_by_role("checkbox")).to_be_visible()


def error(person: Person, _: Mailbox) -> None:
    person.open("nobody-knows-it")
    expect(person.page.get_by_role("alert")).to_be_visible()


def sign_off(person: Person, _: Mailbox) -> None:
    person.open("quick")
    person.sign_on()
    person.answer()
    person.page.goto(f"{person.base_url}/idp/init_logout.openid")
    expect(person.page.get_by_role("button", name="Sign off")).to_be_visible()


def signed_off(person: Person, mailbox: Mailbox) -> None:
    sign_off(person, mailbox)
    person.press("Sign off")
    expect(person.page.get_by_role("heading")).to_have_text("You are signed off")


def account(person: Person, _: Mailbox, username: str = "person-12") -> None:
    own = f"{person.base_url}/idp/account"
    for _browser in range(2):
        person.page.context.clear_cookies()
        person.page.goto(own)
        person.sign_on(username)
        person.page.wait_for_url(own)
    person.open("web-client", scope="openid email profile")
    person.page.get_by_role("checkbox").check()
    person.press("Allow")
    person.answer()
    person.page.goto(own)
    expect(person.page.get_by_role("button", name="Withdraw access")).to_be_visible()


def account_changed(person: Person, mailbox: Mailbox) -> None:
    account(person, mailbox, "person-15")
    person.press("End all other sessions")
    expect(person.page.get_by_role("status")).to_be_visible()


def account_absent(person: Person, _: Mailbox) -> None:
    own = f"{person.base_url}/idp/account"
    person.page.goto(own)
    person.sign_on("person-12")
    person.page.wait_for_url(own)
    person.post(own, {"action": "nothing"})
    expect(person.page.get_by_role("heading")).to_have_text("This is not there")


def at_bakery(person: Person) -> Person:
    """Return somebody before the environment that has a theme."""
    return replace(person, base_url=person.base_url.replace("localhost", THEMED_HOST))


def themed(person: Person, _: Mailbox) -> None:
    at_bakery(person).open("asking")
    expect(person.page.get_by_role("img", name="Northwind Bakery")).to_be_visible()


def themed_consent(person: Person, _: Mailbox) -> None:
    person.sites.pages["/logo.svg"] = LOGO
    at_bakery(person).open("asking")
    person.sign_on()
    expect(person.page.get_by_role("button", name="Allow", exact=True)).to_be_visible()


def themed_problem(person: Person, _: Mailbox) -> None:
    at_bakery(person).open("asking")
    person.press("Register")
    person.field("Username").fill("ann")
    person.field("E-mail address").fill("ann@nowhere")
    person.field("Password").fill("short")
    person.press("Register")
    expect(person.page.get_by_role("alert").first).to_be_visible()


def themed_factor(person: Person, _: Mailbox) -> None:
    at_bakery(person).open("guarded")
    person.sign_on()
    expect(person.page.get_by_role("radio").first).to_be_visible()


def themed_error(person: Person, _: Mailbox) -> None:
    at_bakery(person).open("nobody-knows-it")
    expect(person.page.get_by_role("alert")).to_be_visible()


PAGES: tuple[Way, ...] = (
    sign_on,
    wrong_password,
    cloud,
    consent,
    registration,
    verification,
    must_change,
    recovery,
    recovery_code,
    new_password,
    forgotten_username,
    username_sent,
    recovery_link,
    linked_password,
    linked_password_changed,
    spent_link,
    which_factor,
    pair_totp,
    pair_passkey,
    use_passkey,
    telephone,
    recovery_codes,
    wrong_code,
    remembered_browser,
    error,
    sign_off,
    signed_off,
    account,
    account_changed,
    account_absent,
    themed,
    themed_consent,
    themed_problem,
    themed_factor,
    themed_error,
)
"""What leads to each page."""


@pytest.mark.parametrize("way", PAGES, ids=lambda way: way.__name__)
def test_axe_finds_nothing_wrong_with_the_page(person: Person, mailbox: Mailbox, way: Way) -> None:
    way(person, mailbox)
    assert find_violations(person.page, picture_taker(person.page, way.__name__)) == []


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        ("document.querySelector('label').remove()", "label: "),
        ("document.querySelector('h1').style.color = '#555'", "dark, 320: color-contrast: "),
        ("document.querySelector('main').style.minWidth = '400px'", "it scrolls sideways"),
    ],
)
def test_what_is_wrong_with_a_page_is_found(person: Person, spoil: str, found: str) -> None:
    person.open("quick")
    # A page's policy keeps styles out that are written into it, and not what a script sets.
    person.page.evaluate(f"() => {{ {spoil}; }}")
    assert any(found in violation for violation in find_violations(person.page))
