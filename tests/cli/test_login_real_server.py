"""`ostiary login` at a real server, with a person in a browser."""

from collections.abc import Iterator

import pytest

from tests.support.login import waiting_login
from tests.support.server import Server
from tests.support.terminal import Terminal
from tests.support.web_browser import WebBrowser


@pytest.fixture
def browser(seeds_server: Server) -> Iterator[WebBrowser]:
    opened = WebBrowser(seeds_server.ssl_context())
    yield opened
    opened.close()


@pytest.fixture
def person(terminal: Terminal, seeds_server: Server) -> Terminal:
    """Give the test a shell whose default profile is the command line of the examples."""
    terminal.write_config(
        'default_profile = "me"\n[profiles.me]\n'
        f'base_url = "{seeds_server.base_url}"\nca_file = "{seeds_server.ca_path}"\n'
        'client_id = "cli-client"\nscope = "openid profile email"\n'
    )
    return terminal


def sign_on(person: Terminal, browser: WebBrowser, *options: str) -> None:
    with waiting_login(person, *options) as login:
        back = browser.sign_on(login.url, login.listener)
        assert browser.get(back).status_code == 200
        ran = login.end()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith(" is signed on.\n")


def test_joe_signs_on_is_known_and_signs_off(person: Terminal, browser: WebBrowser) -> None:
    sign_on(person, browser)

    assert person.invoke("whoami", "--json").json()["given_name"] == "Joe"
    token = person.invoke("token", "--user").out
    assert person.invoke("decode", "-", stdin=token).code == 0
    assert person.invoke("logout").code == 0
    assert person.invoke("whoami").code == 1


def test_a_login_takes_the_place_of_the_one_before(person: Terminal, browser: WebBrowser) -> None:
    sign_on(person, browser)
    first = person.invoke("token", "--user").out
    sign_on(person, browser)

    assert person.invoke("token", "--user").out != first


def test_a_refresh_token_that_the_server_revoked_means_to_log_in_again(
    person: Terminal, browser: WebBrowser
) -> None:
    sign_on(person, browser)
    (path,) = person.token_folder.glob("*.json")
    kept = path.read_text()
    assert person.invoke("logout").code == 0
    path.write_text(kept.replace('"expires_at": ', '"expires_at": 0, "was": '))
    path.chmod(0o600)

    ran = person.invoke("token", "--user", "--json")
    assert ran.error()["kind"] == "sign_on_required"
