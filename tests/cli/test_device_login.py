"""`ostiary login --device`, as a person sees it at a terminal without a browser."""

import json
import os
import pty
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ostiary_cli.device_login import is_safe_page
from tests.support import markdown
from tests.support.authorization_server import TOKEN, Received, Reply
from tests.support.devices import let_in_by_browser
from tests.support.server import OSTIARY, Server
from tests.support.sign_on_server import SignOnServer, running_sign_on_server
from tests.support.terminal import Ran, Terminal
from tests.support.web_browser import WebBrowser

DEVICE = "/device"
GUIDE = markdown.DOCS / "guides" / "device-login.md"
PROGRESS = re.compile(r"\r\x1b\[K(?:Waiting for you: \d+:\d\d left)?")
SECONDS = 60


@pytest.fixture
def person(terminal: Terminal, seeds_server: Server) -> Terminal:
    """Give the test a shell whose default profile is the command line of the examples."""
    terminal.write_config(
        'default_profile = "me"\n[profiles.me]\n'
        f'base_url = "{seeds_server.base_url}"\nca_file = "{seeds_server.ca_path}"\n'
        'client_id = "cli-client"\nscope = "openid profile email"\n'
    )
    return terminal


@pytest.fixture
def issuer() -> Iterator[SignOnServer]:
    with running_sign_on_server() as server:
        yield server


@pytest.fixture
def at_issuer(terminal: Terminal, issuer: SignOnServer) -> Terminal:
    terminal.environ.update(OSTIARY_BASE_URL=issuer.base_url, OSTIARY_CLIENT_ID="app")
    return terminal


def offer_codes(issuer: SignOnServer, *answers: Reply, **changed: Any) -> None:
    """Have an issuer hand out codes, and answer those who ask for tokens one after the other."""
    codes = {
        "device_code": "the-device-code",
        "user_code": "BCDF-GHJK",
        "verification_uri": f"{issuer.base_url}/activate",
        "expires_in": 600,
        "interval": 0.01,
    }
    server, left = issuer.server, list(answers)
    server.replies["/.well-known/openid-configuration"] = Reply(
        issuer.metadata(device_authorization_endpoint=issuer.base_url + DEVICE)
    )
    server.replies[DEVICE] = Reply({**codes, **changed})

    def give(request: Received) -> Reply:
        return left.pop(0) if left else issuer.give_tokens(request)

    server.replies[TOKEN] = give


def refusal(code: str) -> Reply:
    return Reply({"error": code, "error_description": "No."}, 400)


@contextmanager
def waiting(person: Terminal, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = person.start("login", "--device", *options, **pipes)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read(process: "subprocess.Popen[bytes]", label: str) -> str:
    assert process.stderr is not None
    line = process.stderr.readline().decode().strip()
    assert line.startswith(f"{label}: "), line
    return line.removeprefix(f"{label}: ")


def test_S0_19_somebody_types_the_code_in_a_browser_and_is_signed_on(
    person: Terminal, seeds_server: Server
) -> None:
    with waiting(person) as process:
        page, code = read(process, "Visit"), read(process, "Enter code")
        browser = WebBrowser(seeds_server.ssl_context())
        let_in_by_browser(browser, f"{page}?user_code={code}")
        browser.close()
        out, err = process.communicate(timeout=SECONDS)

    assert (process.returncode, err) == (0, b"")
    assert out.endswith(b" is signed on.\n")
    assert person.invoke("whoami", "--json").json()["given_name"] == "Joe"


def test_whoever_waits_asks_again_until_somebody_came(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    offer_codes(issuer, refusal("authorization_pending"), refusal("authorization_pending"))

    ran = at_issuer.invoke("login", "--device", "--json")

    assert (ran.code, ran.json()["sub"]) == (0, "joe")
    assert len(issuer.forms()) == 3
    assert {form["device_code"] for form in issuer.forms()} == {"the-device-code"}


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        ("access_denied", "access_denied", "The person refused the device"),
        ("expired_token", "device_expired", "before its code was over"),
    ],
)
def test_what_ends_it_is_told_with_what_to_do(
    at_issuer: Terminal, issuer: SignOnServer, error: str, kind: str, words: str
) -> None:
    offer_codes(issuer, refusal(error))

    ran = at_issuer.invoke("login", "--device", "--json")

    assert ran.code == 1
    told = json.loads(ran.err.splitlines()[-1])["error"]
    assert told["kind"] == kind
    assert words in told["message"]
    assert told["remedy"] == "Begin once more."


def test_it_waits_no_longer_than_it_is_told(at_issuer: Terminal, issuer: SignOnServer) -> None:
    offer_codes(issuer, *[refusal("authorization_pending")] * 500)

    ran = at_issuer.invoke("login", "--device", "--wait", "1")

    assert ran.code == 1
    assert "within 1 seconds" in ran.err


def test_SEC_274_a_code_cannot_steer_the_terminal(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    offer_codes(
        issuer,
        user_code="BCDF\x1b]0;title\x07-GHJK\r\nVisit: https://evil.example",
        verification_uri="https://good.example/\x1b[2J\u202e",
    )

    ran = at_issuer.invoke("login", "--device")

    assert "\x1b" not in ran.err
    assert "\u202e" not in ran.err
    assert len(ran.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://login.example/activate?user_code=X", True),
        ("http://localhost:9080/device", True),
        ("http://login.example/activate", False),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://login.example/\x1b", False),
        ("https://[bad", False),
    ],
)
def test_SEC_274_only_a_page_over_TLS_is_opened(url: str, is_safe: bool) -> None:
    assert is_safe_page(url) is is_safe


def test_a_terminal_shows_a_QR_code_and_how_long_there_is(
    at_issuer: Terminal, issuer: SignOnServer, tmp_path: Path
) -> None:
    complete = f"{issuer.base_url}/activate?user_code=BCDF-GHJK"
    offer_codes(issuer, refusal("authorization_pending"), verification_uri_complete=complete)

    shown = at_terminal(at_issuer, "login", "--device").err

    assert "█" in shown
    assert "Waiting for you: 4:5" in shown
    assert shown.endswith("\r\x1b[K")


def at_terminal(person: Terminal, *words: str) -> Ran:
    """Run a command whose error stream is a terminal."""
    mine, its = pty.openpty()
    process = subprocess.Popen(
        [*OSTIARY, *words], env=person.variables, stdout=subprocess.PIPE, stderr=its
    )
    os.close(its)
    said = b""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            piece = os.read(mine, 65536)
        except OSError:  # how a terminal says that nobody is left
            break
        if not piece:
            break
        said += piece
    os.close(mine)
    out, _ = process.communicate(timeout=SECONDS)
    return Ran(process.returncode, out.decode(), said.decode())


# --- the guide ---------------------------------------------------------------


def test_the_recording_in_the_guide_is_what_a_new_user_sees(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    page = "https://localhost:9031/as/user_authz.oauth2"
    complete = f"{page}?user_code=BCDF-GHJK"
    offer_codes(issuer, verification_uri=page, verification_uri_complete=complete, interval=0.01)

    ran = at_terminal(at_issuer, "login", "--device")

    said = PROGRESS.sub("", ran.err.replace("\r\n", "\n")) + ran.out
    recorded = next(block for block in markdown.blocks(GUIDE) if "Visit: " in block.text)
    shown = [line.rstrip() for line in recorded.text.strip().splitlines()]
    assert shown[0].startswith("$ ostiary login --device")
    assert [line.rstrip() for line in said.strip().splitlines()] == shown[1:]
