"""Signing off in a browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person, framed, sign_off_framed, sign_on_framed

LOGOUT = "/idp/init_logout.openid"


def test_SEC_133_whoever_is_sent_there_without_a_proof_is_asked_first(person: Person) -> None:
    sign_on(person)
    person.page.goto(f"{person.base_url}{LOGOUT}")
    expect(person.page.get_by_role("heading")).to_have_text("Do you want to sign off?")
    assert is_signed_on(person)

    person.page.goto(f"{person.base_url}{LOGOUT}")
    person.press("Sign off")
    expect(person.page.get_by_role("heading")).to_have_text("You are signed off")
    assert not is_signed_on(person)


def test_who_stays_is_still_signed_on(person: Person) -> None:
    sign_on(person)
    person.page.goto(f"{person.base_url}{LOGOUT}")
    person.press("Stay signed on")

    expect(person.page.get_by_role("heading")).to_have_text("You are still signed on")
    assert is_signed_on(person)


@pytest.mark.parametrize("fields", [{}, {"confirmation": "x" * 43, "pf.ok": "clicked"}])
def test_SEC_133_a_page_of_another_site_signs_nobody_off(
    person_abroad: Person, fields: dict[str, str]
) -> None:
    sign_on(person_abroad, "single-page")
    person_abroad.send_from_stranger(f"{person_abroad.base_url}{LOGOUT}", fields)
    assert is_signed_on(person_abroad, "single-page")


def test_OIDC_66_other_sites_sign_off_in_frames_before_the_browser_goes_on(
    person: Person,
) -> None:
    id_token = sign_on_framed(person)
    sign_off_framed(person, id_token)

    person.page.wait_for_url(f"{person.sites.application}/bye?state=s")
    (arrival,) = framed(person, id_token)
    assert arrival.query["iss"] == person.base_url
    assert not is_signed_on(person)


def sign_on(person: Person, client_id: str = "quick") -> None:
    """Sign on once."""
    person.open(client_id)
    person.sign_on()
    person.answer()


def is_signed_on(person: Person, client_id: str = "quick") -> bool:
    """Have an application ask, without showing anything."""
    person.open(client_id, prompt="none")
    answer = person.answer()
    assert answer.get("error") in {None, "login_required"}
    return "code" in answer
