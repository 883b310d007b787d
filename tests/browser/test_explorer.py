"""The explorer drives flows of both faces as an application does, and shows what was said."""

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import find_violations
from tests.browser.driver import BrowserThread
from tests.browser.installation import CLOUD_ID, CLOUD_PAGE_ID, OPEN_HOST, PASSWORD
from tests.browser.person import Person
from tests.browser.pictures import picture_taker
from tests.browser.watching import Watch

EXPLORER = "/pf-ws/authn/explorer"


@pytest.fixture
def explorer(browser_thread: BrowserThread, person: Person) -> Page:
    """Open the explorer."""
    browser_thread.run(_open, person)
    return person.page


def _open(person: Person) -> None:
    person.page.goto(person.base_url + EXPLORER)
    expect(button(person.page, "Begin a flow")).to_be_enabled()


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def choose(page: Page, environment: str, client_id: str) -> None:
    page.get_by_label("Environment").select_option(label=environment)
    page.get_by_label("Application").select_option(client_id)


def begin(page: Page, status: str = "USERNAME_PASSWORD_REQUIRED") -> None:
    button(page, "Begin a flow").click()
    expect(page.get_by_role("status")).to_have_text(status)


def form(page: Page, action: str) -> Locator:
    heading = page.get_by_role("heading", name=action, exact=True)
    return page.locator("form.action").filter(has=heading)


def send(page: Page, action: str, **inputs: str) -> None:
    chosen = form(page, action)
    for name, value in inputs.items():
        chosen.locator(f"[id='{action}-{name}']").fill(value)
    chosen.get_by_role("button", name="Send", exact=True).click()


def last_answer(page: Page) -> Any:
    return json.loads(page.locator("#exchanges > li").first.locator("pre").last.inner_text())


def last_command(page: Page) -> str:
    request = page.locator("#exchanges > li").first.locator("pre").first
    return str(request.text_content())


def test_somebody_signs_on_step_by_step(explorer: Page) -> None:
    choose(explorer, "default (pingfederate)", "explored")
    begin(explorer)
    send(explorer, "checkUsernamePassword", username="joe", password=PASSWORD)
    expect(explorer.get_by_role("status")).to_have_text("COMPLETED")
    button(explorer, "Exchange the code").click()
    expect(explorer.get_by_role("heading", name="Tokens")).to_be_visible()
    assert last_answer(explorer)["token_type"] == "Bearer"

    button(explorer, "Read userinfo").click()
    expect(explorer.locator("#exchanges > li").first).to_contain_text("Userinfo: 200")
    assert last_answer(explorer)["sub"]


def test_a_wrong_password_is_refused_and_the_flow_goes_on(explorer: Page) -> None:
    choose(explorer, "default (pingfederate)", "explored")
    begin(explorer)
    send(explorer, "checkUsernamePassword", username="joe", password="wrong")
    expect(explorer.get_by_role("status")).to_contain_text("Refused:")
    assert last_answer(explorer)["code"] == "VALIDATION_ERROR"
    send(explorer, "checkUsernamePassword", username="joe", password=PASSWORD)
    expect(explorer.get_by_role("status")).to_have_text("COMPLETED")


def test_a_way_aside_is_gone_and_cancelled(explorer: Page) -> None:
    choose(explorer, "default (pingfederate)", "explored")
    begin(explorer)
    send(explorer, "initiateRegistration")
    expect(explorer.get_by_role("status")).to_have_text("REGISTRATION_REQUIRED")
    send(explorer, "cancel")
    expect(explorer.get_by_role("status")).to_have_text("USERNAME_PASSWORD_REQUIRED")


def test_a_flow_of_the_other_face_is_driven_by_its_own_names(explorer: Page) -> None:
    choose(explorer, "cloud (pingone)", CLOUD_PAGE_ID)
    begin(explorer)
    send(explorer, "usernamePassword.check", username="joe", password="wrong")
    expect(explorer.get_by_role("status")).to_contain_text("Refused:")
    send(explorer, "usernamePassword.check", username="joe", password=PASSWORD)
    expect(explorer.get_by_role("status")).to_have_text("COMPLETED")
    button(explorer, "Exchange the code").click()
    expect(explorer.get_by_role("heading", name="Tokens")).to_be_visible()
    button(explorer, "Read userinfo").click()
    expect(explorer.locator("#exchanges > li").first).to_contain_text("Userinfo: 200")
    assert f"/{CLOUD_ID}/as/userinfo" in last_command(explorer)


def test_a_flow_is_looked_at_again(explorer: Page) -> None:
    choose(explorer, "default (pingfederate)", "explored")
    begin(explorer)
    begun = last_answer(explorer)
    button(explorer, "Look again").click()
    expect(explorer.locator("#exchanges > li")).to_have_count(2)
    assert last_answer(explorer) == begun


def test_a_request_that_is_refused_at_once_says_why(explorer: Page) -> None:
    choose(explorer, "default (pingfederate)", "explored")
    explorer.get_by_label("Further parameters").fill("scope=nonsense")
    button(explorer, "Begin a flow").click()
    expect(explorer.get_by_role("status")).to_contain_text("Refused:")
    assert "invalid_scope" in json.dumps(last_answer(explorer)).lower()


def test_other_json_can_be_sent_than_the_form_makes(explorer: Page) -> None:
    choose(explorer, "default (pingfederate)", "explored")
    begin(explorer)
    chosen = form(explorer, "checkUsernamePassword")
    chosen.get_by_text("Send other JSON instead").click()
    chosen.locator("textarea").fill('{"shoe": 44}')
    chosen.get_by_role("button", name="Send", exact=True).click()
    expect(explorer.get_by_role("status")).to_contain_text("Refused:")
    assert "shoe" in last_command(explorer)


def test_commands_can_be_run_in_a_shell_and_show_no_password(explorer: Page) -> None:
    choose(explorer, "default (pingfederate)", "explored")
    begin(explorer)
    send(explorer, "checkUsernamePassword", username="o'neill", password=PASSWORD)
    expect(explorer.get_by_role("status")).to_contain_text("Refused:")
    command = last_command(explorer)
    assert PASSWORD not in command
    assert """"username":"o'\\''neill","password":"'"$PASSWORD"'"}'""" in command
    assert "-H 'Content-Type: application/vnd.pingidentity.checkUsernamePassword+json'" in command
    assert PASSWORD not in explorer.locator("#log").inner_text()


def test_the_flow_log_is_named(explorer: Page) -> None:
    choose(explorer, "default (pingfederate)", "explored")
    begin(explorer)
    expect(explorer.get_by_text("ostiary flows")).to_be_visible()


def test_what_can_be_asked_is_listed(explorer: Page) -> None:
    choose(explorer, "default (pingfederate)", "explored")
    step = explorer.locator("#steps > details").filter(has_text="any (second_factor)")
    step.locator("summary").click()
    expect(step.get_by_text("OTP_REQUIRED", exact=True)).to_be_visible()
    expect(step.get_by_text("checkOtp", exact=True)).to_be_visible()


def test_an_environment_of_another_host_has_its_own_explorer(explorer: Page, open_url: str) -> None:
    explorer.get_by_label("Environment").select_option(label="open (pingfederate)")
    expect(button(explorer, "Begin a flow")).to_be_disabled()
    explorer.get_by_role("link", name="its own explorer").click()
    assert OPEN_HOST in explorer.url
    choose(explorer, "open (pingfederate)", "redirectless")
    begin(explorer)
    send(explorer, "checkUsernamePassword", username="joe", password=PASSWORD)
    expect(explorer.get_by_role("status")).to_have_text("COMPLETED")
    assert explorer.url.startswith(open_url)


def test_markup_in_names_stays_text(explorer: Page, watched: Watch) -> None:
    choose(explorer, "default (pingfederate)", "explored")
    explorer.get_by_label("Further parameters").fill("state=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E")
    begin(explorer)
    send(explorer, "checkUsernamePassword", username="<img src=x onerror=alert(1)>", password="x")
    expect(explorer.get_by_role("status")).to_contain_text("Refused:")
    assert explorer.locator("img").count() == 0
    assert not watched.dialogs


def test_it_can_be_used_by_everybody(explorer: Page) -> None:
    choose(explorer, "default (pingfederate)", "explored")
    begin(explorer)
    send(explorer, "checkUsernamePassword", username="joe", password="wrong")
    expect(explorer.get_by_role("status")).to_contain_text("Refused:")
    assert find_violations(explorer, picture_taker(explorer, "explorer")) == []
