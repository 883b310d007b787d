"""Ping's own SDK for browsers (`@forgerock/oidc-client`), unmodified, at PingOne's addresses."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.installation import CLOUD_PAGE_ID
from tests.browser.modules import published_modules
from tests.browser.own_steps import act, begin, issuer
from tests.browser.person import Person
from tests.browser.websites import WebSites
from tests.support import jose

PACKAGE = "@forgerock/oidc-client"
_PAGE = """<!doctype html>
<title>Application with Ping's SDK</title>
<script>globalThis.process = {{ env: {{ NODE_ENV: "production" }} }}; // as bundlers do</script>
<script type="importmap">%s</script>
<script type="module">
  import {{ oidc }} from "{package}";
  const start = config => oidc({{ config: {{
    redirectUri: `${{location.origin}}/spa`, scope: "openid email", ...config }} }});
  window.sdk = async (config, group, method, ...args) =>
    (await start(config))[group][method](...args);
</script>
"""
_ARRIVED = "() => ['code', 'state'].map(name => new URLSearchParams(location.search).get(name))"
_CALL = "async ([config, group, method, args]) => window.sdk(config, group, method, ...args)"


@pytest.fixture(scope="module", autouse=True)
def application(sites: WebSites) -> None:
    """Serve the application, and every module that it loads."""
    files, import_map = published_modules(PACKAGE)
    sites.pages |= files
    sites.pages["/spa"] = _PAGE.format(package=PACKAGE).replace("%s", import_map).encode()


def test_a_user_signs_on_by_redirect_is_known_and_signs_off(person: Person) -> None:
    open_page(person)
    refused = call(person, "authorize", "background")
    assert refused["error"] == "LOGIN_REQUIRED"
    person.page.goto(refused["redirectUrl"])
    person.sign_on()
    person.page.wait_for_url(f"{person.sites.application}/spa?*")
    ready(person.page)
    code, state = person.page.evaluate(_ARRIVED)
    tokens = call(person, "token", "exchange", code, state)
    assert jose.parts(tokens["idToken"])[1]["aud"] == CLOUD_PAGE_ID
    assert call(person, "user", "info")["email"] == "joe@example.com"
    assert call(person, "token", "get")["accessToken"] == tokens["accessToken"]

    assert set(call(person, "user", "logout").values()) == {None}
    person.page.goto(refused["redirectUrl"])
    assert person.field("Username").is_visible()


def test_whoever_is_signed_on_gets_another_code_in_the_background(person: Person) -> None:
    open_page(person)
    _, flow = begin(person)
    assert act(person, flow["_links"]["self"]["href"])[1]["status"] == "COMPLETED"

    found = call(person, "authorize", "background")
    assert call(person, "token", "exchange", found["code"], found["state"])["accessToken"]
    assert set(call(person, "user", "logout").values()) == {None}
    assert call(person, "authorize", "background")["error"] == "LOGIN_REQUIRED"


def test_a_mistake_in_the_application_is_told_from_a_user_who_has_to_sign_on(
    person: Person,
) -> None:
    unknown = "00000000-0000-4000-8000-0000000000ff"
    open_page(person)
    refused = call(person, "authorize", "background", clientId=unknown)
    assert refused["error"] == "CONFIGURATION_ERROR"
    assert "redirectUrl" not in refused


def open_page(person: Person) -> None:
    """Open the application."""
    person.page.goto(f"{person.sites.application}/spa")
    ready(person.page)


def ready(page: Page) -> None:
    """Wait until the SDK is there."""
    page.wait_for_function("() => window.sdk !== undefined", timeout=60_000)


def call(person: Person, group: str, method: str, *args: Any, **config: str) -> Any:
    """Call a method of the SDK, configured as its documentation says."""
    document = f"{issuer(person)}/.well-known/openid-configuration"
    whole = {"clientId": CLOUD_PAGE_ID, "serverConfig": {"wellknown": document}, **config}
    return person.page.evaluate(_CALL, [whole, group, method, list(args)])
