"""The device code script of the SDK guide, run as printed but for what it cannot know."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.authorization_server import (
    AuthorizationServer,
    Reply,
    running_authorization_server,
)
from tests.support.devices import let_in_by_browser
from tests.support.server import Server
from tests.support.web_browser import WebBrowser

SCRIPT = Path(__file__).with_name("scripts") / "device_code.txt"
IMPORT = "from requests_oauthlib import OAuth2Session"


@pytest.fixture
def backend() -> Iterator[AuthorizationServer]:
    with running_authorization_server() as server:
        server.replies["/user"] = Reply({"token": "the-secret-token"})
        yield server


def start(server: Server, backend: AuthorizationServer) -> "subprocess.Popen[str]":
    """Start the script, with its import changed and the one that it forgot."""
    source = SCRIPT.read_text()
    for printed, ours in {
        IMPORT: "import requests\nfrom ostiary_client import OAuth2Session",
        "https://ping.example.com": server.base_url,
        "https://api.example.com": backend.base_url,
    }.items():
        assert printed in source
        source = source.replace(printed, ours)
    environ = {**os.environ, "SSL_CERT_FILE": str(server.ca_path), "PYTHONUNBUFFERED": "1"}
    words = [sys.executable, "-c", f"{source}\nprint(secret_token)"]
    return subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, text=True)


def test_S0_19_S0_20_S0_21_S0_22_the_device_script_gets_its_token_and_takes_it_to_the_backend(
    seeds_server: Server, backend: AuthorizationServer
) -> None:
    with start(seeds_server, backend) as script:
        assert script.stdout is not None
        visit, code = script.stdout.readline().strip(), script.stdout.readline().strip()
        uri, user_code = visit.removeprefix("Visit: "), code.removeprefix("Enter code: ")
        assert uri == f"{seeds_server.base_url}/as/user_authz.oauth2"
        browser = WebBrowser(seeds_server.ssl_context())
        let_in_by_browser(browser, f"{uri}?user_code={user_code}")
        browser.close()
        assert script.stdout.read() == "the-secret-token\n"
        assert script.wait(30) == 0
    (exchanged,) = backend.requests("/user")
    assert exchanged.headers["Authorization"].startswith("Bearer eyJ")
