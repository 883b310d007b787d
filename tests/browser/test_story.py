"""The whole story of one person: from registering to ending a session, at each face's addresses."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import expect

from ostiary.core.admin.bodies import client_uuid
from tests.browser.authenticator_app import code, read_picture
from tests.browser.installation import CLOUD_AUTHORIZATION_PATH, CLOUD_ID
from tests.browser.mailbox import Mailbox
from tests.browser.passkeys import virtual_authenticator
from tests.browser.person import Person
from tests.support.server import OSTIARY

FIRST, SECOND, THIRD = "a first long password", "the second long one", "and a third, long too"
ENVIRONMENTS = {"pingfederate": "default", "pingone": "cloud"}
ACCOUNT_PATHS = {"pingfederate": "/idp/account", "pingone": f"/{CLOUD_ID}/account"}


@pytest.fixture(params=["pingfederate", "pingone"])
def face(request: pytest.FixtureRequest) -> str:
    """Return at whose addresses the story takes place."""
    return str(request.param)


@pytest.fixture
def mia(face: str, person: Person, mailbox: Mailbox) -> "Mia":
    """Return somebody who has no account yet."""
    there = person if face == "pingfederate" else replace(person, path=CLOUD_AUTHORIZATION_PATH)
    return Mia(there, mailbox, face, f"mia-{face}")


@dataclass(frozen=True, slots=True)
class Mia:
    """What she does, each time as somebody who is to sign on anew."""

    person: Person
    mailbox: Mailbox
    face: str
    username: str

    @property
    def address(self) -> str:
        return f"{self.username}@example.com"

    def open(self, client_id: str) -> None:
        """Come from an application that wants to know who she is now."""
        self.come_from(client_id, prompt="login")

    def come_from(self, client_id: str, **asked: str) -> None:
        """Come from an application."""
        is_named = self.face == "pingfederate"
        id = client_id if is_named else client_uuid("cloud", client_id)
        self.person.open(id, state=client_id, **asked)

    def register(self, password: str) -> None:
        """Get an account, and prove her address by the code that comes there."""
        person = self.person
        self.open("accounts")
        person.press("Register")
        person.field("Username").fill(self.username)
        person.field("E-mail address").fill(self.address)
        person.field("Password").fill(password)
        person.press("Register")
        person.field("Code").fill(self.mailbox.read_code(self.address))
        person.press("Continue")
        self.arrive("accounts")

    def enrol_totp(self, password: str) -> bytes:
        """Set up an application that shows codes, and return its key."""
        self.open("totp")
        self.person.sign_on(self.username, password)
        seed = read_picture(self.person)
        self.person.field("Code").fill(code(seed))
        self.person.press("Continue")
        self.arrive("totp")
        return seed

    def use_totp(self, password: str, seed: bytes) -> None:
        """Sign on with a code of it; that of setting it up is spent."""
        self.open("totp")
        self.person.sign_on(self.username, password)
        self.person.field("Code").fill(code(seed, steps=1))
        self.person.press("Continue")
        self.arrive("totp")

    def lose_telephone(self) -> None:
        """Tell whoever runs the server, who takes the application off her account."""
        server, environment = self.mailbox.server, ENVIRONMENTS[self.face]
        config = ["--config", str(server.configuration_path), "--environment", environment]
        subprocess.run(
            [*OSTIARY, "user", "factors", self.username, "--remove-all", *config],
            cwd=server.directory,
            check=True,
            capture_output=True,
        )

    def enrol_and_use_passkey(self, password: str) -> None:
        """Set up a passkey, and sign on with it."""
        with virtual_authenticator(self.person.page):
            for button in ("Set up a passkey", "Use your passkey"):
                self.open("passkey")
                self.person.sign_on(self.username, password)
                self.person.press(button)
                self.arrive("passkey")

    def change_password(self, old: str, new: str) -> None:
        """Choose another password where she signs on."""
        person = self.person
        self.open("accounts")
        person.press("Change password")
        person.field("Username").fill(self.username)
        person.field("Current password").fill(old)
        person.field("New password").fill(new)
        person.press("Change password")
        self.arrive("accounts")

    def recover_password(self, new: str) -> None:
        """Have forgotten it, and choose another one with a code from her mail."""
        person, before = self.person, self.mailbox.count(self.address)
        self.open("accounts")
        person.press("Forgotten password?")
        person.field("Username").fill(self.username)
        person.press("Send a code")
        person.field("Code").fill(self.mailbox.read_code(self.address, number=before + 1))
        person.press("Continue")
        person.field("New password").fill(new)
        person.press("Change password")
        person.field("Password").fill(new)
        person.press("Sign on")
        self.arrive("accounts")

    def sign_on(self, password: str, client_id: str = "accounts") -> None:
        """Sign on by password."""
        self.open(client_id)
        self.person.sign_on(self.username, password)

    def is_asked_to_allow(self) -> bool:
        """Come from an application that asks for approval; tell whether she is asked."""
        self.come_from("asking")
        page = self.person.page
        allow = page.get_by_role("button", name="Allow", exact=True)
        page.wait_for_function(
            "(callback) => location.href.startsWith(callback) || document.forms.length > 0",
            arg=self.person.callback,
        )
        return allow.is_visible()

    def arrive(self, client_id: str) -> None:
        """Claim that the application has its code."""
        answer = self.person.answer()
        assert answer["state"] == client_id
        assert "code" in answer

    def open_account(self) -> None:
        """See her own sessions and approvals."""
        self.person.page.goto(f"{self.person.base_url}{ACCOUNT_PATHS[self.face]}")
        expect(self.person.page.get_by_role("heading", level=1)).to_have_text("Your account")


def test_a_person_registers_and_lives_with_the_account(mia: Mia) -> None:
    mia.register(FIRST)

    seed = mia.enrol_totp(FIRST)
    mia.use_totp(FIRST, seed)
    mia.lose_telephone()
    mia.enrol_and_use_passkey(FIRST)

    mia.change_password(FIRST, SECOND)
    mia.sign_on(FIRST)
    expect(mia.person.page.get_by_role("alert")).to_be_visible()
    mia.sign_on(SECOND)
    mia.arrive("accounts")

    mia.recover_password(THIRD)
    mia.sign_on(THIRD)
    mia.arrive("accounts")

    give_and_withdraw_approval(mia)
    end_the_other_session(mia)


def give_and_withdraw_approval(mia: Mia) -> None:
    """Allow an application something for good, and think better of it."""
    mia.sign_on(THIRD, "asking")
    expect(mia.person.page.get_by_role("heading")).to_have_text("Allow access to Web application?")
    mia.person.field("Do not ask me again").check()
    mia.person.press("Allow")
    mia.arrive("asking")
    assert not mia.is_asked_to_allow()
    mia.arrive("asking")

    mia.open_account()
    page = mia.person.page
    application = page.get_by_role("heading", level=3, name="Web application")
    expect(application).to_be_visible()
    page.get_by_role("button", name="Withdraw access").and_(
        page.get_by_role("button", description="Web application")
    ).click()
    expect(page.get_by_role("status")).to_have_text("That application has no access any more.")
    expect(application).to_have_count(0)
    assert mia.is_asked_to_allow()


def end_the_other_session(mia: Mia) -> None:
    """End a session that another browser has."""
    with another_browser(mia) as there:
        there.sign_on(THIRD)
        there.arrive("accounts")
        there.come_from("accounts")
        there.arrive("accounts")  # without a word

        mia.open_account()
        page = mia.person.page
        page.get_by_role("button", name="End this session").click()
        expect(page.get_by_role("status")).to_have_text("That session has ended.")
        expect(page.get_by_role("button", name="End this session")).to_have_count(0)

        there.come_from("accounts")
        expect(there.person.field("Password")).to_be_visible()
    mia.come_from("accounts")
    mia.arrive("accounts")


@contextmanager
def another_browser(mia: Mia) -> Iterator[Mia]:
    """Give her a browser of which the first one knows nothing."""
    browser = mia.person.page.context.browser
    assert browser is not None
    context = browser.new_context()
    try:
        yield replace(mia, person=replace(mia.person, page=context.new_page()))
    finally:
        context.close()
