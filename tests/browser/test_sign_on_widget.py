"""The product's own sign-on widget, unmodified: with redirects, without, and without cookies."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ostiary.core.crypto import otp
from tests.browser.authenticator_app import code
from tests.browser.installation import PASSWORD, SHOWN_HOST, authorize_url
from tests.browser.passkeys import virtual_authenticator
from tests.browser.websites import WebSites
from tests.support.server import Server

_WIDGET = (
    Path(__file__).parents[1]
    / "clients/node_modules/@ping-identity/pf-authn-js-widget/dist/pf.authn-widget.js"
)
_PAGE = """<!doctype html>
<html lang="en"><head><title>Sign on</title><script src="/pf.authn-widget.js"></script></head>
<body><div id="authnwidget"></div><script>
const asked = new URLSearchParams(location.search);
const widget = new PfAuthnWidget(%(base)s, {
    divId: "authnwidget",
    logo: "data:,",
    useActionParam: asked.get("state") === "by parameter",
});
const tell = said => { window.told = said; };
if (asked.has("flowId")) {
    widget.init();
} else {
    widget.initRedirectless({
        ...Object.fromEntries(asked),
        cookieless: asked.get("client_id") === "jar-less",
        onAuthorizationSuccess: tell,
        onAuthorizationFailed: tell,
    });
}
</script></body></html>"""


@pytest.fixture
def shown_url(server: Server) -> str:
    """Return the base URL of the environment whose sign-on the widget shows."""
    return f"https://{SHOWN_HOST}:{server.ports['tls']}"


@pytest.fixture
def widget_url(sites: WebSites, shown_url: str) -> str:
    """Serve the widget, and return where."""
    sites.pages["/widget"] = (_PAGE % {"base": json.dumps(shown_url)}).encode()
    sites.pages["/pf.authn-widget.js"] = _WIDGET.read_bytes()
    return f"{sites.origin(SHOWN_HOST)}/widget"


@pytest.fixture
def origins(shown_url: str, sites: WebSites) -> frozenset[str]:
    """Let the window ask the widget's own site too."""
    return frozenset({shown_url, sites.origin(SHOWN_HOST), *sites.origins})


def test_the_widget_signs_on_with_redirects(
    page: Page, sites: WebSites, shown_url: str, widget_url: str
) -> None:
    page.goto(authorize_url(shown_url, "asking", f"{sites.application}/callback", state="w1"))
    expect(page).to_have_url(beginning(f"{widget_url}?flowId="))
    sign_on(page, password="wrong")
    expect(page.get_by_text("The username or the password is not right.")).to_be_visible()
    sign_on(page)
    page.get_by_role("button", name="Allow", exact=True).click()
    expect(page).to_have_url(beginning(f"{sites.application}/callback?code="))


def test_the_widget_asks_for_the_identifier_first(
    page: Page, sites: WebSites, shown_url: str, widget_url: str
) -> None:
    page.goto(authorize_url(shown_url, "in-two-steps", f"{sites.application}/callback"))
    expect(page).to_have_url(beginning(f"{widget_url}?flowId="))
    page.locator("[name=identifier]").fill("joe")
    page.locator("#submit").click()
    page.locator("#password").fill(PASSWORD)
    page.locator("#submit").click()
    expect(page).to_have_url(beginning(f"{sites.application}/callback?code="))


@pytest.mark.parametrize("client_id", ["redirectless", "jar-less"])
@pytest.mark.parametrize("naming", ["by media type", "by parameter"])
def test_the_widget_signs_on_without_redirects(
    page: Page, widget_url: str, client_id: str, naming: str
) -> None:
    page.goto(f"{widget_url}?client_id={client_id}&response_type=token&state={naming}")
    sign_on(page, password="wrong")
    expect(page.get_by_text("The username or the password is not right.")).to_be_visible()
    sign_on(page)
    page.wait_for_function("window.told")
    told = page.evaluate("window.told")
    assert (told["token_type"], told["state"]) == ("Bearer", naming)


def test_the_widget_pairs_an_application_that_shows_codes_and_asks_for_one(
    page: Page, widget_url: str
) -> None:
    open_guarded(page, widget_url, "ann")
    page.get_by_text("Authenticator App", exact=True).click()
    key = page.locator(".text-block--overflow-wrap", has_text=re.compile("^[A-Z2-7]{32}$"))
    seed = otp.seed_of(key.inner_text())
    page.locator("#otp").fill(code(seed))
    page.locator("#submit").click()
    page.wait_for_function("window.told")

    open_guarded(page, widget_url, "ann")
    wrong = "000000" if code(seed, steps=1) != "000000" else "000001"
    page.locator("#otp").fill(wrong)
    page.locator("#submit").click()
    expect(page.get_by_text("This is not right. Try again")).to_be_visible()
    page.locator("#otp").fill(code(seed, steps=1))
    page.locator("#submit").click()
    page.wait_for_function("window.told")
    assert page.evaluate("window.told")["token_type"] == "Bearer"


def test_the_widget_pairs_a_passkey_and_asks_for_it(page: Page, widget_url: str) -> None:
    with virtual_authenticator(page):
        open_guarded(page, widget_url, "ben")
        page.get_by_text("PassKey", exact=True).click()
        page.wait_for_function("window.told")

        open_guarded(page, widget_url, "ben")
        page.wait_for_function("window.told")
        assert page.evaluate("window.told")["token_type"] == "Bearer"


def test_the_widget_is_told_of_a_refusal(page: Page, widget_url: str) -> None:
    page.goto(f"{widget_url}?client_id=nobody&response_type=token")
    expect(page.locator("#authnwidget")).not_to_be_empty()
    assert page.evaluate("window.told") is None


def beginning(url: str) -> re.Pattern[str]:
    """Return the pattern of every URL that begins so."""
    return re.compile(re.escape(url))


def open_guarded(page: Page, widget_url: str, username: str) -> None:
    """Sign on where a second factor is asked for, and come to it."""
    page.goto(f"{widget_url}?client_id=guarded&response_type=token&prompt=login")
    sign_on(page, username=username)


def sign_on(page: Page, password: str = PASSWORD, username: str = "joe") -> None:
    """Fill in the widget's form."""
    page.locator("#username").fill(username)
    page.locator("#password").fill(password)
    page.locator("#submit").click()
