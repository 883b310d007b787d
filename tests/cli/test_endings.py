"""How commands end: exit codes, two lines of explanation, and never a traceback or an escape."""

import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.support.authorization_server import TOKEN, AuthorizationServer, Reply
from tests.support.server import OSTIARY, Server
from tests.support.terminal import Terminal

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202egnp.exe\r\nerror: all is well\n" * 20


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
def test_SEC_274_a_servers_words_cannot_steer_the_terminal(
    at_odds: Terminal, odd_server: AuthorizationServer, options: tuple[str, ...]
) -> None:
    odd_server.replies[TOKEN] = Reply(
        {"error": "invalid\x1b[31m_scope", "error_description": ESCAPES}, 400
    )

    ran = at_odds.invoke("token", *options)

    assert ran.code == 1
    assert not re.search(r"[^\x20-\x7e\n…]", ran.out + ran.err)
    assert len(ran.err.splitlines()) <= 2


def test_SEC_274_metadata_cannot_steer_the_terminal(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    odd_server.replies["/.well-known/openid-configuration"] = Reply(
        {
            "issuer": odd_server.base_url,
            "token_endpoint": odd_server.base_url + TOKEN,
            "scopes_supported": [ESCAPES],
            f"{ESCAPES}_uri": ESCAPES,
        }
    )

    ran = at_odds.invoke("discover")

    assert ran.code == 0
    assert not re.search(r"[^\x20-\x7e\n…]", ran.out)


def test_a_refusal_says_what_and_what_to_do(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    odd_server.replies[TOKEN] = Reply({"error": "invalid_client"}, 401)

    ran = at_odds.run("token")

    assert (ran.code, ran.out) == (1, "")
    problem, remedy = ran.err.splitlines()
    assert problem == "The server refused with HTTP 401: invalid_client."
    assert remedy.startswith("Check client id, secret and authentication method")


def test_a_server_that_is_not_there_ends_with_4(terminal: Terminal) -> None:
    ran = terminal.invoke("discover", "http://127.0.0.1:1")

    assert ran.code == 4
    assert len(ran.err.splitlines()) == 2


def test_a_server_that_does_not_answer_ends_with_4(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        ran = terminal.invoke("discover", url, "--timeout", "0.05", "--json")

    assert ran.code == 4
    assert ran.error()["kind"] == "timed_out"


def test_a_certificate_of_nobody_known_ends_with_4(
    terminal: Terminal, seeds_server: Server
) -> None:
    ran = terminal.invoke("discover", seeds_server.base_url)

    assert ran.code == 4
    assert "certificate" in ran.err
    assert "--ca-file" in ran.err or "ca_file" in ran.err


def test_missing_settings_end_with_5_and_say_how_to_give_them(terminal: Terminal) -> None:
    ran = terminal.invoke("token")

    assert ran.code == 5
    assert ran.err.splitlines()[0] == "No base URL is known."
    for way in ("--base-url", "OSTIARY_BASE_URL", "ostiary profiles set"):
        assert way in ran.err


def test_a_missing_client_is_explained_by_its_option(
    terminal: Terminal, odd_server: AuthorizationServer
) -> None:
    ran = terminal.invoke("token", "-u", odd_server.base_url)

    assert ran.code == 5
    assert "--client-id …" in ran.err


def test_options_that_do_not_fit_end_with_2(terminal: Terminal) -> None:
    assert terminal.invoke("token", "--header", "--json").code == 2
    assert terminal.invoke("token", "--auth-method", "telepathy").code == 2
    assert terminal.invoke("discover", "https://a.example", "-u", "https://b.example").code == 2


def test_a_secret_that_is_not_there_ends_with_2(terminal: Terminal) -> None:
    ran = terminal.invoke("token", "-u", "https://a.example", "--client-secret-stdin")

    assert ran.code == 2
    assert "standard input holds no secret" in ran.err


def test_bytes_that_are_no_text_are_told_from_a_failure(at_odds: Terminal) -> None:
    ran = at_odds.run_words(["bash", "-c", f"{' '.join(OSTIARY)} introspect $'\\xff'"])

    assert (ran.code, ran.out) == (5, "")
    assert ran.err == "An option, a variable or the token is no text.\n"


def test_Control_C_ends_with_130_and_without_a_word(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process = terminal.start("discover", url, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        connection, _ = silent.accept()
        with connection:
            connection.recv(1)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)

    assert (process.returncode, out, err) == (130, b"", b"")


@pytest.mark.parametrize("command", [("discover",), ("--help",)], ids=" ".join)
def test_a_reader_that_has_enough_hears_no_complaint(
    at_odds: Terminal, command: tuple[str, ...]
) -> None:
    process = at_odds.start(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()

    assert process.wait(60) == 1
    assert process.stderr.read() == b""
    process.stderr.close()


def test_a_full_disk_is_told_in_one_line(at_odds: Terminal) -> None:
    with Path("/dev/full").open("wb") as full:
        process = at_odds.start("token", stdout=full, stderr=subprocess.PIPE)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert err == b"The answer cannot be written: No space left on device.\n"
