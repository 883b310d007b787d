"""What the SDK guide promises of programs: one line, no browser, any name of the server."""

import subprocess

import pytest

from tests.support.server import OSTIARY, Server


def test_S0_1_one_line_prints_a_token_and_opens_no_browser(seeds_server: Server) -> None:
    line = (
        f"printf %s sdk-client-secret | {' '.join(OSTIARY)} token --client-secret-stdin"
        f" --base-url {seeds_server.base_url} --client-id sdk-client-id"
        f" --ca-file {seeds_server.ca_path}"
    )

    done = subprocess.run(
        ["sh", "-c", line], capture_output=True, text=True, timeout=60, check=True
    )

    (token,) = done.stdout.splitlines()
    assert token.count(".") == 2


@pytest.mark.parametrize("host", ["auth.example.com", "your-pingfederate-instance.com"])
def test_S0_32_the_server_answers_to_the_names_of_the_scripts(
    seeds_server: Server, host: str
) -> None:
    answer = seeds_server.ask(
        "/as/token.oauth2",
        listener="tls",
        method="POST",
        body="grant_type=client_credentials&client_id=sdk-client-id"
        "&client_secret=sdk-client-secret",
        headers={"host": host, "content-type": "application/x-www-form-urlencoded"},
    )

    assert answer.status == 200
