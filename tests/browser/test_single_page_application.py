"""oidc-client-ts, unmodified, on a page of another site: code, token and userinfo by CORS."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.person import Person
from tests.browser.websites import WebSites

_HERE = Path(__file__).parent
_LIBRARY = _HERE.parent / "clients/node_modules/oidc-client-ts/dist/browser/oidc-client-ts.js"
_ASK = """async ([url, token]) => {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    return answer.status;
}"""


@pytest.fixture(scope="module", autouse=True)
def application(sites: WebSites) -> None:
    """Serve the application."""
    sites.pages["/oidc-client-ts.js"] = _LIBRARY.read_bytes()
    sites.pages["/spa"] = (_HERE / "single_page_application.html").read_bytes()


def test_a_single_page_application_signs_its_user_on(person_abroad: Person) -> None:
    user = sign_on(person_abroad)

    profile = user["profile"]
    assert profile["iss"] == person_abroad.base_url
    assert profile["aud"] == "single-page"
    assert profile["email"] == "joe@example.com"
    assert user["token_type"] == "Bearer"
    assert user["scope"] == "openid email"


def test_a_single_page_application_renews_its_token(person_abroad: Person) -> None:
    first = sign_on(person_abroad)
    second = call(person_abroad, "signinSilent")

    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert second["profile"]["sub"] == first["profile"]["sub"]


def test_a_single_page_application_signs_its_user_off(person_abroad: Person) -> None:
    sign_on(person_abroad)
    leave(person_abroad, "signoutRedirect", f"{person_abroad.sites.application}/bye*")

    person_abroad.open("single-page", prompt="none")
    assert person_abroad.answer()["error"] == "login_required"


def test_a_token_that_a_single_page_application_revokes_is_over(person_abroad: Person) -> None:
    token = sign_on(person_abroad)["access_token"]
    assert ask_userinfo(person_abroad, token) == 200
    call(person_abroad, "revokeTokens")
    assert ask_userinfo(person_abroad, token) == 401


def sign_on(person: Person) -> Any:
    """Sign on in the application, and return whom it sees."""
    person.page.goto(f"{person.sites.application}/spa")
    leave(person, "signinRedirect", f"{person.base_url}/**")
    person.sign_on()
    person.page.wait_for_url(f"{person.sites.application}/spa?*")
    return call(person, "signinRedirectCallback")


def call(person: Person, method: str) -> Any:
    """Call a method of the library."""
    script = f"authority => application(authority).{method}()"
    return person.page.evaluate(script, person.base_url)


def ask_userinfo(person: Person, token: str) -> Any:
    """Have the page show a token, and return the status that it sees."""
    return person.page.evaluate(_ASK, [f"{person.base_url}/idp/userinfo.openid", token])


def leave(person: Person, method: str, where: str) -> None:
    """Call a method that ends with the page somewhere else."""
    with person.page.expect_navigation(url=where):
        script = f"authority => {{ application(authority).{method}(); }}"
        person.page.evaluate(script, person.base_url)
