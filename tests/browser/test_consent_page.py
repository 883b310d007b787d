"""The page that asks whether an application may have what it wants."""

from playwright.sync_api import expect

from tests.browser.person import Person


def test_who_allows_it_sends_the_application_a_code(person: Person) -> None:
    sign_on_to_consent(person, state="please")
    expect(person.page.get_by_role("heading")).to_have_text("Allow access to Web application?")
    expect(person.page.get_by_role("listitem")).to_have_text(
        ["Know who you are", "Read your e-mail address"]
    )

    person.press("Allow")
    answer = person.answer()
    assert answer["state"] == "please"
    assert answer["code"]


def test_who_does_not_allow_it_sends_the_application_a_refusal(person: Person) -> None:
    sign_on_to_consent(person, state="please")
    person.press("Do not allow")

    answer = person.answer()
    assert (answer["error"], answer["state"]) == ("access_denied", "please")
    assert "code" not in answer


def test_an_approval_counts_once(person: Person) -> None:
    sign_on_to_consent(person)
    person.press("Allow")
    person.answer()

    person.open("web-client")
    expect_question(person)


def test_an_approval_that_is_to_be_remembered_is_not_asked_for_again(person: Person) -> None:
    sign_on_to_consent(person, scope="openid profile")
    person.field("Do not ask me again").check()
    person.press("Allow")
    person.answer()

    person.open("web-client", scope="openid profile", state="again")
    assert person.answer()["state"] == "again"


def test_SEC_135_a_page_of_another_site_cannot_approve(person_abroad: Person) -> None:
    # Here the cookie comes along: nothing but the origin of the form tells the two apart.
    person = person_abroad
    sign_on_to_consent(person, "asking")
    flow = person.form_action()
    person.send_from_stranger(flow, {"pf.oauth.authz.consent": "allow"})
    expect(person.page.get_by_role("alert")).to_contain_text("A page on another web site sent this")

    person.page.goto(flow)
    expect_question(person)


def test_SEC_135_an_address_cannot_approve(person: Person) -> None:
    sign_on_to_consent(person)
    person.page.goto(f"{person.form_action()}?pf.oauth.authz.consent=allow")
    expect_question(person)


def sign_on_to_consent(person: Person, client_id: str = "web-client", **asked: str) -> None:
    """Come to the page as somebody who has not decided yet."""
    person.open(client_id, **asked)
    person.sign_on()
    expect_question(person)


def expect_question(person: Person) -> None:
    """Claim that the page asks."""
    expect(person.page.get_by_role("button", name="Allow", exact=True)).to_be_visible()
