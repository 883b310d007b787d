"""The example applications in a real browser: directly, behind nginx, behind HAProxy."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Response

from tests.browser.driver import BrowserThread, running_browser, running_thread
from tests.support.agentless import Agentless, running_agentless


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What stands before the server, with which frameworks the applications are made."""

    proxy: str | None
    desk: str
    shop: str
    transport: str = "query"
    """How references come to the desk."""


ARRANGEMENTS = {
    "directly": Arrangement(None, "flask", "fastapi"),
    "behind nginx": Arrangement("nginx", "fastapi", "flask", "form_post"),
    "behind haproxy": Arrangement("haproxy", "flask", "flask"),
}


@pytest.fixture(scope="module", params=ARRANGEMENTS)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Agentless]:
    chosen = ARRANGEMENTS[request.param]
    with running_agentless(
        tmp_path_factory.mktemp("agentless"),
        desk=chosen.desk,
        shop=chosen.shop,
        proxy=chosen.proxy,
        of_desk={"transport": chosen.transport},
    ) as running:
        yield running


@pytest.fixture(scope="module")
def browser_thread() -> Iterator[BrowserThread]:
    """Keep a thread for this module's own browser, which trusts others than that of the session."""
    with running_thread() as thread:
        yield thread


@pytest.fixture(scope="module")
def browser(browser_thread: BrowserThread, place: Agentless) -> Iterator[Browser]:
    """Run a Chromium that trusts the server, or the proxy in front of it."""
    port = urlsplit(place.base_url).port
    assert port is not None
    with running_browser(browser_thread, hosts=["127.0.0.1"], ports=[port]) as browser:
        yield browser


@pytest.fixture
def origins(place: Agentless) -> frozenset[str]:
    """Return what the window may ask for something."""
    return frozenset({place.base_url, place.desk, place.shop})


def sign_on(page: Page, place: Agentless, *, username: str = "joe") -> None:
    """Begin at the shop, and sign on at the desk."""
    page.goto(place.shop)
    fill_in(page, place, username)


def fill_in(page: Page, place: Agentless, username: str) -> None:
    """Sign on at the desk, where the browser is to be by now."""
    page.wait_for_url(f"{place.desk}/**")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill({"joe": "2Federate!", "ann": "3Federate!"}[username])
    page.get_by_role("button", name="Sign on").click()


def test_somebody_signs_on_at_the_desk_for_the_shop_and_off_everywhere(
    page: Page, place: Agentless
) -> None:
    visited: list[str] = []

    def note(response: Response) -> None:
        visited.append(response.url.partition("?")[0])

    page.on("response", note)
    sign_on(page, place)
    page.get_by_role("heading", name="Welcome, joe").wait_for()
    assert page.url == f"{place.shop}/"
    assert "joe@example.com" in page.inner_text("dl")

    visited.clear()
    page.get_by_role("button", name="Sign off").click()
    page.get_by_role("heading", name="You are signed off").wait_for()
    assert page.url == f"{place.shop}/goodbye"
    assert f"{place.desk}/signed-off" in visited
    assert f"{place.shop}/signed-off" in visited
    page.remove_listener("response", note)

    page.goto(place.shop)
    page.get_by_role("button", name="Cancel").wait_for()


def test_nobody_is_asked_twice_who_has_a_session_at_the_server(
    page: Page, place: Agentless
) -> None:
    sign_on(page, place, username="ann")
    page.get_by_role("heading", name="Welcome, ann").wait_for()
    for cookie in ("shop", "desk"):
        page.context.clear_cookies(name=cookie)

    page.goto(place.shop)
    page.get_by_role("heading", name="Welcome, ann").wait_for()


def test_who_cancels_is_told_so_by_the_server(page: Page, place: Agentless) -> None:
    page.goto(place.shop)
    page.wait_for_url(f"{place.desk}/**")
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_url(f"{place.base_url}/**")
    assert page.locator("h1").count() == 1


def test_no_reference_stays_in_the_address_of_a_page(page: Page, place: Agentless) -> None:
    sign_on(page, place)
    page.get_by_role("heading", name="Welcome, joe").wait_for()
    assert "REF" not in page.url
