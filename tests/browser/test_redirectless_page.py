"""A page that signs its user on by itself, without redirects (`response_mode=pi.flow`)."""

from typing import Any

import pytest
from playwright.sync_api import Error, Page

from tests.browser.installation import PASSWORD
from tests.browser.person import Person

_ASKED = {
    "client_id": "im_client",
    "response_type": "token",
    "response_mode": "pi.flow",
    "scope": "openid",
}
_BEGIN = """async ([base, asked]) => {
    const url = `${base}/as/authorization.oauth2?${new URLSearchParams(asked)}`;
    const answer = await fetch(url, { credentials: "include" });
    return [answer.status, await answer.json()];
}"""
_LOOK = """async url => {
    const headers = { "X-XSRF-Header": "page" };
    const answer = await fetch(url, { credentials: "include", headers });
    return [answer.status, await answer.json()];
}"""
_ACT = """async ([url, action, inputs]) => {
    const answer = await fetch(url, {
        method: "POST",
        credentials: "include",
        headers: {
            "X-XSRF-Header": "page",
            "Content-Type": `application/vnd.pingidentity.${action}+json`,
        },
        body: JSON.stringify(inputs),
    });
    return [answer.status, await answer.json()];
}"""


def test_a_page_of_an_authentication_application_signs_its_user_on(person: Person) -> None:
    visit(person, person.sites.neighbour)
    done = sign_on_by_script(person, "im_client")
    assert len(done["authorizeResponse"]["access_token"]) == 35


def test_a_page_of_another_site_signs_its_user_on_where_it_is_registered(
    person_abroad: Person,
) -> None:
    visit(person_abroad, person_abroad.sites.application)
    done = sign_on_by_script(person_abroad, "redirectless")
    assert done["authorizeResponse"]["access_token"]


def test_a_page_finds_its_user_signed_on(person: Person) -> None:
    visit(person, person.sites.neighbour)
    sign_on_by_script(person, "im_client")

    status, answered = begin(person)
    assert (status, answered["status"]) == (200, "COMPLETED")
    assert answered["authorizeResponse"]["access_token"]


def test_SEC_144_a_page_of_another_origin_begins_nothing(person: Person) -> None:
    visit(person, person.sites.stranger)
    with pytest.raises(Error, match="Failed to fetch"):
        begin(person)


def test_SEC_144_a_page_of_another_origin_sees_no_flow(person: Person) -> None:
    visit(person, person.sites.neighbour)
    flow = begin(person)[1]["_links"]["self"]["href"]
    page = visit(person, person.sites.stranger)
    inputs = {"username": "joe", "password": PASSWORD}

    with pytest.raises(Error, match="Failed to fetch"):
        page.evaluate(_LOOK, flow)
    with pytest.raises(Error, match="Failed to fetch"):
        page.evaluate(_ACT, [flow, "checkUsernamePassword", inputs])


def test_SEC_144_an_application_starts_no_flow_for_another_client(person: Person) -> None:
    visit(person, person.sites.neighbour)
    status, refused = begin(person, client_id="quick", response_type="code")
    assert status == 403
    assert "no authentication application of the client" in refused["message"]


def visit(person: Person, origin: str) -> Page:
    """Open a page of an origin."""
    person.page.goto(f"{origin}/sign-on")
    return person.page


def begin(person: Person, **changed: str) -> tuple[int, Any]:
    """Have the page ask for a token, and return what it reads."""
    asked = {**_ASKED, **changed}
    status, body = person.page.evaluate(_BEGIN, [person.base_url, asked])
    return status, body


def sign_on_by_script(person: Person, client_id: str) -> Any:
    """Have the page sign its user on, not without a mistake, and return the last state."""
    page = person.page
    status, begun = begin(person, client_id=client_id)
    assert (status, begun["status"]) == (200, "USERNAME_PASSWORD_REQUIRED")
    flow = begun["_links"]["self"]["href"]
    assert page.evaluate(_LOOK, flow) == [200, begun]

    inputs = {"username": "joe", "password": "wrong"}
    status, refused = page.evaluate(_ACT, [flow, "checkUsernamePassword", inputs])
    assert (status, refused["code"]) == (400, "VALIDATION_ERROR")

    inputs = {"username": "joe", "password": PASSWORD}
    status, done = page.evaluate(_ACT, [flow, "checkUsernamePassword", inputs])
    assert (status, done["status"]) == (200, "COMPLETED")
    return done
