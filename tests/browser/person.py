"""Somebody before a browser window, who signs on."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Locator, Page

from tests.browser.installation import AUTHORIZATION_PATH, PASSWORD, authorize_url
from tests.browser.websites import Arrival, WebSites
from tests.support import jose

_SIGN_ON = """([username, password]) => {
    const fields = document.forms[0].elements;
    (fields["pf.username"] ?? fields["username"]).value = username;
    (fields["pf.pass"] ?? fields["password"]).value = password;
    document.querySelector("button").click();
}"""
_SEND_FORM = """([url, fields]) => {
    const form = document.createElement("form");
    Object.assign(form, { action: url, method: "post" });
    for (const [name, value] of Object.entries(fields)) {
        const input = document.createElement("input");
        Object.assign(input, { type: "hidden", name, value });
        form.append(input);
    }
    document.body.append(form);
    form.submit();
}"""


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody does in a window.

    Args: base_url and path are where to sign on.
    """

    page: Page
    base_url: str
    sites: WebSites
    path: str = AUTHORIZATION_PATH

    @property
    def callback(self) -> str:
        """Where the application waits for an answer."""
        return f"{self.sites.application}/callback"

    def open(self, client_id: str, **asked: str) -> None:
        """Come from an application to sign on."""
        url = authorize_url(self.base_url, client_id, self.callback, path=self.path, **asked)
        self.page.goto(url)

    def sign_on(self, username: str = "joe", password: str = PASSWORD) -> None:
        """Fill in the form and press its button, faster than by hand."""
        with self.page.expect_navigation():
            self.page.evaluate(_SIGN_ON, [username, password])

    def field(self, label: str) -> Locator:
        """Find what is typed into, by its label."""
        return self.page.get_by_label(label, exact=True)

    def press(self, label: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=label, exact=True).click()

    def form_action(self) -> str:
        """Return where the page's form is sent to."""
        action = self.page.locator("form").get_attribute("action")
        return f"{self.base_url}{action}"

    def post(self, url: str, fields: Mapping[str, str]) -> None:
        """Let the page that is there send a form somewhere else."""
        with self.page.expect_navigation():
            self.page.evaluate(_SEND_FORM, [url, dict(fields)])

    def send_from_stranger(self, url: str, fields: Mapping[str, str]) -> None:
        """Visit a site that nobody knows, and that sends a form here."""
        self.page.goto(f"{self.sites.stranger}/form")
        self.post(url, fields)

    def answer(self) -> dict[str, str]:
        """Wait until the application has its answer, and return it."""
        self.page.wait_for_url(f"{self.callback}?*")
        return dict(parse_qsl(urlsplit(self.page.url).query, strict_parsing=True))


def sign_on_framed(person: Person) -> str:
    """Sign on to the application that is told of logout in a frame, and return its ID token."""
    person.open("framed", response_type="id_token", nonce="n-0S6_WzA2Mj")
    person.sign_on()
    person.page.wait_for_url(f"{person.callback}#*")
    return dict(parse_qsl(urlsplit(person.page.url).fragment))["id_token"]


def sign_off_framed(person: Person, id_token: str) -> None:
    """Be sent by it to sign off."""
    asked = {
        "id_token_hint": id_token,
        "post_logout_redirect_uri": f"{person.sites.application}/bye",
        "state": "s",
    }
    person.page.goto(f"{person.base_url}/idp/init_logout.openid?{urlencode(asked)}")


def framed(person: Person, id_token: str) -> list[Arrival]:
    """Return what came to its frame about the session of an ID token."""
    session_id = jose.parts(id_token)[1]["sid"]
    arrivals = [each for each in person.sites.arrivals if each.path == "/frame"]
    return [each for each in arrivals if each.query.get("sid") == session_id]
