"""Answers that a page of the server posts to the application."""

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.websites import APPLICATION


def test_an_answer_is_posted_to_the_application_by_itself(person: Person) -> None:
    person.open("quick", response_mode="form_post", state="posted by a script")
    person.sign_on()
    person.page.wait_for_url(person.callback)

    (arrival,) = person.sites.posted("posted by a script")
    assert (arrival.method, arrival.host, arrival.path) == ("POST", APPLICATION, "/callback")
    assert arrival.form["code"]
    assert arrival.form["iss"] == person.base_url
    assert arrival.query == {}


def test_a_refusal_is_posted_to_the_application_too(person: Person) -> None:
    person.open("quick", response_mode="form_post", state="posted refusal")
    person.press("Cancel")
    person.page.wait_for_url(person.callback)

    (arrival,) = person.sites.posted("posted refusal")
    assert arrival.form["error"] == "access_denied"


def test_SEC_18_a_state_arrives_as_it_was_whatever_stands_in_it(person: Person) -> None:
    state = '"><script>document.title = "ran"; alert(1)</script><img src=https://leak.example>&amp;'
    person.open("quick", response_mode="form_post", state=state)
    person.sign_on()
    person.page.wait_for_url(person.callback)

    (arrival,) = person.sites.posted(state)
    assert arrival.form["code"]
    expect(person.page).to_have_title("/callback")
