"""The example application, run as its first lines say, with a browser and a real server."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import markdown
from tests.support.processes import can_connect
from tests.support.server import Server, free_port
from tests.support.web_browser import WebBrowser

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "sign_on.py"


@pytest.fixture(scope="module")
def application(seeds_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve it on loopback: its URL."""
    port, log = free_port(), tmp_path_factory.mktemp("sign_on") / "log"
    command = [sys.executable, "-W", "error", "-m", "uvicorn", "--app-dir", str(EXAMPLE.parent)]
    environ = {
        "ISSUER": seeds_server.base_url,
        "CLIENT_ID": "web-client",
        "CLIENT_SECRET": "web-client-secret",
        "SSL_CERT_FILE": str(seeds_server.ca_path),
        "PYTHONPATH": str(ROOT / "src"),
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port), "sign_on:app"],
            env={**os.environ, **environ},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + 30
        while not can_connect(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture
def browser(seeds_server: Server) -> Iterator[WebBrowser]:
    opened = WebBrowser(seeds_server.ssl_context())
    yield opened
    opened.close()


def test_joe_signs_on_is_known_and_signs_off(application: str, browser: WebBrowser) -> None:
    back = browser.sign_on(f"{application}/", f"{application}/callback")
    signed_on = browser.get(back)
    assert signed_on.headers["location"] == "/"
    assert browser.get(f"{application}/").json()["given_name"] == "Joe"

    left = browser.get(f"{application}/logout")
    assert "/idp/init_logout.openid?" in left.headers["location"]
    assert browser.get(left.headers["location"]).status_code in {200, 302, 303}
    assert browser.get(f"{application}/").is_redirect


def test_SEC_266_the_way_back_of_another_browser_signs_nobody_on(
    application: str, browser: WebBrowser, seeds_server: Server
) -> None:
    back = browser.sign_on(f"{application}/", f"{application}/callback")
    victim = WebBrowser(seeds_server.ssl_context())
    assert victim.get(back).headers["location"] == "/"

    victim.get(f"{application}/")
    refused = victim.get(back)
    assert refused.status_code == 403
    assert victim.get(f"{application}/").is_redirect
    victim.close()


def test_the_guide_shows_the_example_as_it_is() -> None:
    page = markdown.DOCS / "guides" / "sign-people-on.md"
    assert EXAMPLE.read_text() in [block.text for block in markdown.blocks(page)]
