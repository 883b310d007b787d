"""The page on which people let a device in: links with a code in them, and forms of strangers."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from ostiary.core.model.device_request import DEVICE_GRANT
from tests.browser.installation import CLOUD_ID, DEVICE_ID
from tests.browser.person import Person
from tests.support.devices import DEVICE_AUTHORIZATION, DEVICE_PAGE, TOKEN
from tests.support.server import Server

_CLOUD = f"/{CLOUD_ID}"
_FORM = {"content-type": "application/x-www-form-urlencoded"}
FACES = ["pingfederate", "pingone"]


@dataclass
class Waiting:
    """A device that waits, and the person who could let it in."""

    server: Server
    person: Person
    is_cloud: bool
    codes: dict[str, Any]

    @property
    def page(self) -> str:
        """Where people let devices in."""
        path = f"{_CLOUD}/device" if self.is_cloud else DEVICE_PAGE
        return f"{self.person.base_url}{path}"

    @property
    def link(self) -> str:
        return f"{self.page}?user_code={self.codes['user_code']}"

    def outcome(self) -> str:
        """Ask once whether it was let in, as a device that keeps to its interval."""
        path = f"{_CLOUD}/as/token" if self.is_cloud else TOKEN
        form = {"grant_type": DEVICE_GRANT, "device_code": self.codes["device_code"]}
        answer = post(self, path, form)
        return "tokens" if "access_token" in answer else str(answer["error"])

    def sign_on(self) -> None:
        """Sign the person on, who then has a session and no code."""
        self.person.page.goto(self.page)
        self.person.sign_on()
        expect(self.person.page.get_by_text("Type the code")).to_be_visible()


def post(waiting: Waiting, path: str, form: dict[str, str]) -> dict[str, Any]:
    """Speak to the server as the device."""
    host = waiting.person.base_url.removeprefix("https://")
    body = urlencode({"client_id": DEVICE_ID, **form})
    headers = {**_FORM, "host": host}
    answer = waiting.server.ask(path, listener="tls", method="POST", body=body, headers=headers)
    said: dict[str, Any] = answer.json()
    return said


@pytest.fixture(params=FACES)
def waiting(
    request: pytest.FixtureRequest, server: Server, person: Person, person_abroad: Person
) -> Waiting:
    """Have a device wait, in an environment of each face."""
    is_cloud = request.param == "pingone"
    device = Waiting(server, person if is_cloud else person_abroad, is_cloud, {})
    path = f"{_CLOUD}/as/device_authorization" if is_cloud else DEVICE_AUTHORIZATION
    device.codes = post(device, path, {"scope": "openid email"})
    return device


def test_SEC_111_whoever_is_signed_on_and_follows_a_link_is_asked_and_lets_it_in_by_a_click(
    waiting: Waiting,
) -> None:
    waiting.sign_on()
    person = waiting.person
    person.page.goto(waiting.link)

    expect_question(waiting)
    expect(person.page.get_by_text("127.0.0.1")).to_be_visible()
    expect(person.page.get_by_role("listitem")).to_have_text(
        ["Know who you are", "Read your e-mail address"]
    )
    assert waiting.outcome() == "authorization_pending"

    person.press("Allow")
    expect(person.page.get_by_text("Your device is connected")).to_be_visible()
    assert waiting.outcome() == "tokens"


def test_SEC_111_looking_once_more_and_reloading_lets_no_device_in(waiting: Waiting) -> None:
    waiting.sign_on()
    page = waiting.person.page
    page.goto(waiting.link)
    page.reload()
    page.goto(waiting.link)

    expect_question(waiting)
    assert waiting.outcome() == "authorization_pending"


def test_SEC_111_whoever_did_not_begin_it_refuses_it(waiting: Waiting) -> None:
    waiting.sign_on()
    waiting.person.page.goto(waiting.link)
    waiting.person.press("Do not allow")

    expect(waiting.person.page.get_by_text("No device was connected")).to_be_visible()
    assert waiting.outcome() == "access_denied"


def test_SEC_111_no_form_of_a_stranger_does_more_than_ask(waiting: Waiting) -> None:
    waiting.sign_on()
    sent = {"user_code": waiting.codes["user_code"], "pf.ok": "clicked", "_ok": "clicked"}
    waiting.person.send_from_stranger(waiting.page, sent)

    expect_question(waiting)
    assert waiting.outcome() == "authorization_pending"


def test_SEC_112_a_stranger_s_form_with_a_stolen_address_lets_no_device_in(
    waiting: Waiting,
) -> None:
    # In both environments the cookie comes along: only where the form is tells the two apart.
    waiting.sign_on()
    person = waiting.person
    person.page.goto(waiting.link)
    flow = person.form_action()
    sent = {"pf.adapterId": "user_code", "pf.ok": "clicked", "_step": "user_code", "_ok": "clicked"}
    person.send_from_stranger(flow, sent)

    expect(person.page.get_by_role("alert")).to_contain_text("A page on another web site sent this")
    assert waiting.outcome() == "authorization_pending"


def expect_question(waiting: Waiting) -> None:
    """Claim that the page asks about the device, and names it."""
    page = waiting.person.page
    expect(page.get_by_role("heading")).to_have_text("Let Television in?")
    expect(page.get_by_text(waiting.codes["user_code"])).to_be_visible()
