"""The client-credentials scripts in README.md, beside what the SDK makes of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import markdown
from tests.support.markdown import ROOT
from tests.support.server import Server

SCRIPTS = Path(__file__).with_name("scripts")
AFTER_THE_SCRIPT = "# --- How this token"
"""Where the second script goes on to talk about something else."""
ORIGINAL, REWRITTEN, CAREFUL_ORIGINAL, CAREFUL_REWRITTEN, *_ = (
    block.text for block in markdown.blocks(ROOT / "README.md") if block.language == "python"
)
PAIRS = ((ORIGINAL, REWRITTEN), (CAREFUL_ORIGINAL, CAREFUL_REWRITTEN))


def run(program: str, server: Server) -> str:
    """Run a program of the page against a server and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", program.replace("https://localhost:9031", server.base_url)],
        env={
            **os.environ,
            "REQUESTS_CA_BUNDLE": str(server.ca_path),
            "SSL_CERT_FILE": str(server.ca_path),
        },
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def code_lines(program: str) -> int:
    return sum(bool(line.strip()) for line in program.splitlines())


def test_S0_12_the_page_shows_the_first_script_with_the_host_changed() -> None:
    script = (SCRIPTS / "sdk_client_credentials.txt").read_text()

    assert script.strip().replace("https://auth.example.com", "https://localhost:9031") == (
        ORIGINAL.strip()
    )


def test_S0_11_the_page_shows_the_second_script_with_host_and_credentials_changed() -> None:
    script = (SCRIPTS / "cli_client_credentials.txt").read_text().partition(AFTER_THE_SCRIPT)[0]
    for printed, ours in {
        "https://your-pingfederate-instance.com": "https://localhost:9031",
        "your_sdk_client_id": "sdk-client-id",
        "your_sdk_client_secret": "sdk-client-secret",
    }.items():
        script = script.replace(printed, ours)

    assert CAREFUL_ORIGINAL.startswith(script.strip())


@pytest.mark.parametrize(("original", "rewritten"), PAIRS, ids=["short", "careful"])
def test_the_rewritten_script_is_less_than_half_as_long(original: str, rewritten: str) -> None:
    assert code_lines(rewritten) < code_lines(original) / 2


def test_S0_12_both_short_scripts_print_an_access_token(seeds_server: Server) -> None:
    for program in (ORIGINAL, REWRITTEN):
        assert run(program, seeds_server).startswith("Access Token: eyJ")


def test_S0_30_both_careful_scripts_say_that_they_have_a_token(seeds_server: Server) -> None:
    for program in (CAREFUL_ORIGINAL, CAREFUL_REWRITTEN):
        assert run(program, seeds_server) == (
            "Successfully obtained access token from PingFederate.\n"
        )


def test_S0_30_both_careful_scripts_say_what_a_wrong_secret_is(seeds_server: Server) -> None:
    for program in (CAREFUL_ORIGINAL, CAREFUL_REWRITTEN):
        printed = run(program.replace("sdk-client-secret", "another"), seeds_server)
        assert printed.startswith("Error obtaining access token from PingFederate: ")
        assert "401" in printed
