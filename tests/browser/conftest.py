"""One browser, one server and one set of web sites for the session; a fresh profile a test."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.driver import BrowserThread, running_browser, running_thread
from tests.browser.installation import (
    OPEN_HOST,
    SHOWN_HOST,
    THEMED_HOST,
    make_configuration,
)
from tests.browser.mailbox import Mailbox
from tests.browser.person import Person
from tests.browser.watching import Watch
from tests.browser.websites import HOSTS, WebSites, running_web_sites
from tests.support.server import Server, free_port, running_server

_PATIENCE_MILLISECONDS = 15_000


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that has a browser on the browser's thread."""
    thread = pyfuncitem.funcargs.get("browser_thread")
    if not isinstance(thread, BrowserThread):
        return None
    named = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in named}
    thread.run(pyfuncitem.obj, **arguments)
    return True


@pytest.fixture(scope="session")
def browser_thread() -> Iterator[BrowserThread]:
    """Keep the thread on which the browser is spoken to."""
    with running_thread() as thread:
        yield thread


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebSites]:
    """Serve the web sites that are not the server's."""
    with running_web_sites(tmp_path_factory.mktemp("sites")) as sites:
        yield sites


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, sites: WebSites) -> Iterator[Server]:
    """Serve the example configuration to the sites."""
    directory, port = tmp_path_factory.mktemp("browser"), free_port()
    configuration = make_configuration(sites, port)
    with running_server(directory, configuration, ports={"tls": port}) as server:
        yield server


@pytest.fixture(scope="session")
def browser(browser_thread: BrowserThread, server: Server, sites: WebSites) -> Iterator[Browser]:
    """Run Chromium, which trusts the server and the sites."""
    ports = [server.ports["tls"], sites.port]
    hosts = (*HOSTS, OPEN_HOST, SHOWN_HOST, THEMED_HOST)
    with running_browser(browser_thread, hosts=hosts, ports=ports) as browser:
        yield browser


@pytest.fixture(scope="module")
def has_scripts() -> bool:
    """Let pages run scripts; a module that is about browsers without them overrides this."""
    return True


@pytest.fixture(scope="module")
def window(browser_thread: BrowserThread, browser: Browser, has_scripts: bool) -> Iterator[Page]:
    """Open a window with a profile of its own for the module's tests, one after the other."""
    context = browser_thread.run(browser.new_context, java_script_enabled=has_scripts)
    context.set_default_timeout(_PATIENCE_MILLISECONDS)
    yield browser_thread.run(context.new_page)
    browser_thread.run(context.close)


@pytest.fixture(scope="session")
def open_url(server: Server) -> str:
    """Return the base URL of the environment that is open to pages of another site."""
    return f"https://{OPEN_HOST}:{server.ports['tls']}"


@pytest.fixture(scope="session")
def themed_url(server: Server) -> str:
    """Return the base URL of the environment whose pages look like those of its owner."""
    return f"https://{THEMED_HOST}:{server.ports['tls']}"


@pytest.fixture
def origins(server: Server, open_url: str, themed_url: str, sites: WebSites) -> frozenset[str]:
    """Return what the window may ask for something."""
    return frozenset({server.base_url, open_url, themed_url, *sites.origins})


@pytest.fixture
def watched(
    browser_thread: BrowserThread, window: Page, origins: frozenset[str]
) -> Iterator[Watch]:
    """Watch the browser, and claim at the end that it did nothing unbidden."""
    watch = Watch(origins)
    stop = browser_thread.run(watch.start, window.context)
    yield watch
    browser_thread.run(window.goto, "about:blank")
    browser_thread.run(stop)
    watch.check()


@pytest.fixture
def page(browser_thread: BrowserThread, window: Page, watched: Watch) -> Page:
    """Give the test the window, which knows nobody."""
    browser_thread.run(window.context.clear_cookies)
    return window


@pytest.fixture
def mailbox(server: Server) -> Mailbox:
    """Return what the server has sent."""
    return Mailbox(server)


@pytest.fixture
def person(page: Page, server: Server, sites: WebSites) -> Person:
    """Sit somebody before the window."""
    return Person(page, server.base_url, sites)


@pytest.fixture
def person_at_bakery(person: Person, themed_url: str) -> Person:
    """Sit the person before the environment that has a theme."""
    return replace(person, base_url=themed_url)


@pytest.fixture
def person_abroad(person: Person, open_url: str) -> Person:
    """Sit the person before the environment that is open to pages of another site."""
    return replace(person, base_url=open_url)
