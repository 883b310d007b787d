"""`ostiary login`, as a person at a terminal and in a browser sees it."""

import json
import re
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.login import Login, waiting_login
from tests.support.sign_on_server import SignOnServer, running_sign_on_server
from tests.support.terminal import Ran, Terminal

SECONDS = 60


@pytest.fixture
def issuer() -> Iterator[SignOnServer]:
    with running_sign_on_server() as server:
        yield server


@pytest.fixture
def at_issuer(terminal: Terminal, issuer: SignOnServer) -> Terminal:
    """Give the test a shell whose variables name that issuer and a public client."""
    terminal.environ.update(OSTIARY_BASE_URL=issuer.base_url, OSTIARY_CLIENT_ID="app")
    return terminal


@contextmanager
def known_login(terminal: Terminal, issuer: SignOnServer, *options: str) -> Iterator[Login]:
    """Start a login, and have the issuer know its nonce."""
    with waiting_login(terminal, *options) as login:
        issuer.nonce = login.asked["nonce"]
        yield login


def signed_on(terminal: Terminal, issuer: SignOnServer, *options: str) -> Ran:
    """Sign joe on, and return how the command ended."""
    with known_login(terminal, issuer, *options) as login:
        login.come_back()
        return login.end()


def kept_files(terminal: Terminal) -> list[Path]:
    return sorted(terminal.token_folder.glob("*.json"))


# --- login -------------------------------------------------------------------


def test_whoever_comes_back_from_the_browser_is_signed_on(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    with known_login(at_issuer, issuer, "-s", "email", "-s", "openid api:read") as login:
        page = login.come_back()
        ran = login.end()

    assert (ran.code, ran.out) == (0, "joe is signed on.\n")
    assert page.status_code == 200
    assert "You can close this window" in page.text
    assert login.asked["scope"] == "api:read email openid"
    assert login.asked["code_challenge_method"] == "S256"
    (form,) = issuer.forms()
    assert form["redirect_uri"] == login.asked["redirect_uri"]
    assert (form["code"], form["grant_type"]) == ("the-code", "authorization_code")


def test_as_json_it_says_who_and_shows_no_token(at_issuer: Terminal, issuer: SignOnServer) -> None:
    ran = signed_on(at_issuer, issuer, "--json")

    said = ran.json()
    assert (said["sub"], said["issuer"], said["scope"]) == ("joe", issuer.base_url, "openid")
    assert said["expires_at"] > 1_700_000_000
    assert "access-1" not in ran.out
    assert "refresh-1" not in ran.out


def test_the_usual_scopes_are_those_of_the_profile(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    at_issuer.environ["OSTIARY_SCOPE"] = "email"
    with known_login(at_issuer, issuer) as login:
        assert login.asked["scope"] == "email openid"


def test_SEC_270_only_its_owner_can_read_what_login_keeps(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    signed_on(at_issuer, issuer)

    (path,) = kept_files(at_issuer)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_port_can_be_chosen(at_issuer: Terminal, issuer: SignOnServer) -> None:
    with known_login(at_issuer, issuer) as first:
        port = first.listener.rpartition(":")[2]
        taken = at_issuer.invoke("login", "--no-browser", "--port", port)
        assert taken.code == 5
        assert "--port" in taken.err
        first.come_back()
        first.end()
    with known_login(at_issuer, issuer, "--port", port) as second:
        assert second.asked["redirect_uri"] == f"http://127.0.0.1:{port}/callback"


def test_the_browser_is_opened_at_the_url_that_is_told(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    browser = at_issuer.home / "browser"
    browser.write_text('#!/bin/sh\nprintf %s "$1" >"$0.url"\n')
    browser.chmod(0o700)
    at_issuer.environ["BROWSER"] = str(browser)
    with known_login(at_issuer, issuer, "--browser") as login:
        login.come_back()
        login.end()

    assert (at_issuer.home / "browser.url").read_text() == login.url


def test_a_terminal_without_windows_opens_no_browser_in_itself(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    with known_login(at_issuer, issuer, "--browser") as login:
        login.come_back()
        assert login.end().code == 0


def test_SEC_269_the_listener_is_on_this_machine_alone_and_gone_afterwards(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    with known_login(at_issuer, issuer) as login:
        port = int(login.listener.rpartition(":")[2])
        bound = listening_addresses(port)
        login.come_back()
        login.end()

    assert bound == ["0100007F"]
    assert listening_addresses(port) == []


def listening_addresses(port: int) -> list[str]:
    """Return the local addresses on which somebody listens at a port, as the kernel writes them."""
    rows = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    return [
        row[1].partition(":")[0]
        for row in rows
        if row[3] == "0A" and row[1].endswith(f":{port:04X}")
    ]


def test_nobody_is_waited_for_longer_than_said(at_issuer: Terminal) -> None:
    ran = at_issuer.invoke("login", "--no-browser", "--wait", "1", "--json")

    assert ran.code == 1
    assert json.loads(ran.err.splitlines()[-1])["error"]["kind"] == "callback_mismatch"


# --- a sign-on that does not succeed -----------------------------------------


def test_control_c_ends_the_wait(at_issuer: Terminal, issuer: SignOnServer) -> None:
    with known_login(at_issuer, issuer) as login:
        login.process.send_signal(signal.SIGINT)
        ran = login.end()

    assert ran.code == 130
    assert "Traceback" not in ran.err


def test_an_error_of_the_server_is_told(at_issuer: Terminal, issuer: SignOnServer) -> None:
    with known_login(at_issuer, issuer, "--json") as login:
        login.come_back(code="", error="access_denied", error_description="No\x1b[2J")
        ran = login.end()

    assert ran.code == 1
    told = json.loads(ran.err.splitlines()[-1])["error"]
    assert (told["kind"], told["error"]) == ("access_denied", "access_denied")
    assert told["error_description"] == "No [2J"
    assert kept_files(at_issuer) == []


def test_SEC_265_an_id_token_of_another_sign_on_signs_nobody_on(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    with known_login(at_issuer, issuer) as login:
        issuer.nonce = "another"
        login.come_back()
        ran = login.end()

    assert (ran.code, ran.out) == (1, "")
    assert kept_files(at_issuer) == []


def test_SEC_21_the_answer_of_another_server_signs_nobody_on(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    with known_login(at_issuer, issuer) as login:
        login.come_back(iss="https://evil.example")
        ran = login.end()

    assert ran.code == 1
    assert issuer.forms() == []


def test_SEC_274_a_servers_words_about_a_person_cannot_steer_the_terminal(
    at_issuer: Terminal, issuer: SignOnServer
) -> None:
    issuer.claims["sub"] = "\x1b[2Jjoe\r\nroot"

    assert not re.search(r"[^\x20-\x7e\n]", signed_on(at_issuer, issuer).out)
