"""The client-credentials scripts of the SDK guide, run as printed, over TLS."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.server import Server

SCRIPTS = Path(__file__).with_name("scripts")
CALL_SITE = "# --- How this token"
"""Where the second script leaves the call of its function to the reader."""


def run_script(server: Server, name: str, replacements: dict[str, str]) -> str:
    """Run a script in an interpreter of its own and return what it prints."""
    source = (SCRIPTS / name).read_text()
    for printed, ours in replacements.items():
        assert printed in source
        source = source.replace(printed, ours)
    done = subprocess.run(
        [sys.executable, "-c", source],
        env={**os.environ, "REQUESTS_CA_BUNDLE": str(server.ca_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_S0_12_the_sdk_script_prints_its_access_token(seeds_server: Server) -> None:
    printed = run_script(
        seeds_server,
        "sdk_client_credentials.txt",
        {"https://auth.example.com": seeds_server.base_url},
    )

    assert printed.startswith("Access Token: eyJ")


def test_S0_11_the_cli_script_gets_a_token_with_its_secret_in_the_body(
    seeds_server: Server,
) -> None:
    printed = run_script(
        seeds_server,
        "cli_client_credentials.txt",
        {
            "https://your-pingfederate-instance.com": seeds_server.base_url,
            "your_sdk_client_id": "sdk-client-id",
            "your_sdk_client_secret": "sdk-client-secret",
            CALL_SITE: f"print(get_pingfederate_access_token_for_sdk())\n{CALL_SITE}",
        },
    )

    success, token = printed.splitlines()
    assert success == "Successfully obtained access token from PingFederate."
    assert token.count(".") == 2


def test_S0_13_the_scripts_print_a_readable_refusal(seeds_server: Server) -> None:
    printed = run_script(
        seeds_server,
        "cli_client_credentials.txt",
        {
            "https://your-pingfederate-instance.com": seeds_server.base_url,
            "your_sdk_client_id": "sdk-client-id",
            CALL_SITE: f"get_pingfederate_access_token_for_sdk()\n{CALL_SITE}",
        },
    )

    assert "401" in printed
    assert "Invalid client or client credentials." in printed
    assert "invalid_client" in printed
