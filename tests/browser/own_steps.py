"""A page of another site shows the steps of PingOne's flow itself."""

from typing import Any

from tests.browser.installation import CHALLENGE, CLOUD_ID, CLOUD_PAGE_ID, PASSWORD
from tests.browser.person import Person

_BEGIN = """async ([url, asked]) => {
    const answer = await fetch(`${url}?${new URLSearchParams(asked)}`, {
        method: "POST",
        credentials: "include",
        headers: { Accept: "application/json", "x-requested-with": "ping-sdk" },
    });
    return [answer.status, await answer.json()];
}"""
_ACT = """async ([url, action, inputs]) => {
    const answer = await fetch(url, {
        method: "POST",
        credentials: "include",
        headers: { "Content-Type": `application/vnd.pingidentity.${action}+json` },
        body: JSON.stringify(inputs),
    });
    return [answer.status, await answer.json()];
}"""


def issuer(person: Person) -> str:
    """Return the issuer of the environment."""
    return f"{person.base_url}/{CLOUD_ID}/as"


def begin(person: Person, **changed: str) -> Any:
    """Begin a flow as SDKs do: by POST, with everything in the query."""
    asked = {
        "client_id": CLOUD_PAGE_ID,
        "response_type": "code",
        "response_mode": "pi.flow",
        "scope": "openid",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changed,
    }
    return person.page.evaluate(_BEGIN, [f"{issuer(person)}/authorize", asked])


def act(person: Person, url: str, password: str = PASSWORD) -> Any:
    """Send username and password."""
    inputs = {"username": "joe", "password": password}
    return person.page.evaluate(_ACT, [url, "usernamePassword.check", inputs])
