"""Pages of another site sign people on at PingOne's addresses: by a library, and by themselves."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.installation import CLOUD_ID, CLOUD_PAGE_ID
from tests.browser.own_steps import act, begin, issuer
from tests.browser.person import Person
from tests.browser.websites import WebSites

_HERE = Path(__file__).parent
_LIBRARY = _HERE.parent / "clients/node_modules/oidc-client-ts/dist/browser/oidc-client-ts.js"
_ASK = """async ([url, token]) => {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    return answer.status;
}"""
_LOOK = """async url => {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(url, { credentials: "include", headers });
    return [answer.status, await answer.json()];
}"""
_SIGN_OFF = """async url => {
    const headers = { Accept: "application/json" };
    return (await fetch(url, { credentials: "include", headers })).status;
}"""


@pytest.fixture(scope="module", autouse=True)
def application(sites: WebSites) -> None:
    """Serve the application."""
    sites.pages["/oidc-client-ts.js"] = _LIBRARY.read_bytes()
    sites.pages["/spa"] = (_HERE / "single_page_application.html").read_bytes()


def test_a_single_page_application_signs_its_user_on(person: Person) -> None:
    user = sign_on(person)
    profile = user["profile"]
    assert profile["iss"] == issuer(person)
    assert profile["aud"] == CLOUD_PAGE_ID
    assert profile["email"] == "joe@example.com"
    assert profile["env"] == CLOUD_ID
    assert user["scope"] == "openid email"


def test_a_single_page_application_renews_its_token(person: Person) -> None:
    first = sign_on(person)
    second = call(person, "signinSilent")

    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert second["profile"]["sub"] == first["profile"]["sub"]


def test_a_single_page_application_signs_its_user_off(person: Person) -> None:
    sign_on(person)
    leave(person, "signoutRedirect", f"{person.sites.application}/bye*")

    person.page.goto(f"{person.sites.application}/spa")
    leave(person, "signinRedirect", f"{issuer(person).removesuffix('/as')}/signon/**")
    assert person.field("Username").is_visible()


def test_a_token_that_a_single_page_application_revokes_is_over(person: Person) -> None:
    token = sign_on(person)["access_token"]
    assert ask_userinfo(person, token) == 200
    call(person, "revokeTokens")
    assert ask_userinfo(person, token) == 401


def test_a_page_shows_the_steps_itself_and_signs_off_by_its_token(person: Person) -> None:
    person.page.goto(f"{person.sites.application}/spa")
    status, flow = begin(person)
    assert (status, flow["status"]) == (200, "USERNAME_PASSWORD_REQUIRED")
    url = flow["_links"]["usernamePassword.check"]["href"]
    assert person.page.evaluate(_LOOK, url) == [200, flow]

    status, refused = act(person, url, password="wrong")
    assert (status, refused["details"][0]["target"]) == (400, "username")
    status, done = act(person, url)
    assert (status, done["status"]) == (200, "COMPLETED")
    assert done["authorizeResponse"]["code"]

    status, again = begin(person, response_type="id_token", nonce="n-1")
    assert (status, again["status"]) == (200, "COMPLETED")
    id_token = again["authorizeResponse"]["id_token"]
    ended = f"{issuer(person)}/idpSignoff?id_token_hint={id_token}"
    assert person.page.evaluate(_SIGN_OFF, ended) == 204
    assert begin(person)[1]["status"] == "USERNAME_PASSWORD_REQUIRED"


def sign_on(person: Person) -> Any:
    """Sign on in the application, and return whom it sees."""
    person.page.goto(f"{person.sites.application}/spa")
    leave(person, "signinRedirect", f"{person.base_url}/**")
    person.sign_on()
    person.page.wait_for_url(f"{person.sites.application}/spa?*")
    return call(person, "signinRedirectCallback")


def call(person: Person, method: str) -> Any:
    """Call a method of the library."""
    script = f"([authority, id]) => application(authority, id).{method}()"
    return person.page.evaluate(script, [issuer(person), CLOUD_PAGE_ID])


def ask_userinfo(person: Person, token: str) -> Any:
    """Have the page show a token, and return the status that it sees."""
    return person.page.evaluate(_ASK, [f"{issuer(person)}/userinfo", token])


def leave(person: Person, method: str, where: str) -> None:
    """Call a method that ends with the page somewhere else."""
    with person.page.expect_navigation(url=where):
        script = f"([authority, id]) => {{ application(authority, id).{method}(); }}"
        person.page.evaluate(script, [issuer(person), CLOUD_PAGE_ID])
