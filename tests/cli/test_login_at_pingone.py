"""`ostiary login` and what comes of it at a PingOne environment: only the base URL is another."""

from collections.abc import Iterator

import pytest

from tests.support.login import waiting_login
from tests.support.server import Server, running_server
from tests.support.terminal import Terminal
from tests.support.web_browser import WebBrowser

TENANT, APP = "00000000-0000-4000-8000-000000000002", "00000000-0000-4000-8000-00000000000a"
CONFIGURATION = {
    "server": {"pingone_default": "people"},
    "environments": {
        "people": {
            "face": "pingone",
            "id": TENANT,
            "scopes": {"openid": "Know who you are", "profile": "Your name"},
            "clients": {
                "cli": {
                    "client_id": APP,
                    "name": "Command line",
                    "auth_methods": ["none"],
                    "grant_types": ["authorization_code", "refresh_token"],
                    "redirect_uris": ["http://127.0.0.1/callback"],
                    "scopes": ["openid", "profile"],
                }
            },
            "users": {"joe": {"password": "Password1", "attributes": {"given_name": "Joe"}}},
        }
    },
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("pingone"), CONFIGURATION) as running:
        yield running


@pytest.fixture
def browser(server: Server) -> Iterator[WebBrowser]:
    opened = WebBrowser(server.ssl_context())
    yield opened
    opened.close()


@pytest.fixture
def person(terminal: Terminal, server: Server) -> Terminal:
    """Give the test a shell whose default profile is the command line's."""
    terminal.write_config(
        'default_profile = "me"\n[profiles.me]\n'
        f'base_url = "{server.base_url}/{TENANT}"\nca_file = "{server.ca_path}"\n'
        f'client_id = "{APP}"\nscope = "openid profile"\n'
    )
    return terminal


def test_joe_signs_on_is_known_has_a_token_and_signs_off(
    person: Terminal, browser: WebBrowser, server: Server
) -> None:
    with waiting_login(person, "--json") as login:
        back = browser.sign_on(login.url, login.listener)
        assert browser.get(back).status_code == 200
        ran = login.end()
    assert ran.code == 0, ran.err
    assert ran.json()["issuer"] == f"{server.base_url}/{TENANT}/as"

    assert person.invoke("whoami", "--json").json()["given_name"] == "Joe"
    token = person.invoke("token", "--user", "--json").json()
    assert token["token_type"] == "Bearer"
    assert person.invoke("decode", "-", stdin=token["access_token"]).code == 0
    assert person.invoke("logout").code == 0
    assert person.invoke("token", "--user", "--json").error()["kind"] == "sign_on_required"
