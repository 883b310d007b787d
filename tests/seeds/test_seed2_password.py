"""The password sign-on guide: its curl command, run as printed but for the host, over TLS."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.support.codes import claims_of
from tests.support.jose import parts
from tests.support.server import Server

PRINTED = (Path(__file__).parent / "scripts" / "password_grant.txt").read_text()
HOST = "https://test-idp.interact.technology:9031"


def ask(server: Server, **changed: str) -> dict[str, Any]:
    """Run the command; `changed` replaces what stands in it."""
    command = PRINTED.replace(HOST, server.base_url)
    for printed, ours in changed.items():
        assert printed in command
        command = command.replace(printed, ours)
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=30, check=True
    )
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def test_S2_25_the_command_of_the_guide_gets_what_the_guide_prints(seeds_server: Server) -> None:
    answer = ask(seeds_server)

    assert set(answer) == {"access_token", "refresh_token", "token_type", "expires_in", "scope"}
    assert answer["token_type"] == "Bearer"
    assert 7190 <= answer["expires_in"] <= 7199
    assert answer["scope"] == "sso"


def test_S2_20_its_token_is_a_jwt_of_the_managers_kind(seeds_server: Server) -> None:
    token = ask(seeds_server)["access_token"]

    assert parts(token)[0]["alg"] == "RS256"
    claims = claims_of(token)
    assert claims["scope"] == ["sso"]
    assert claims["client_id_name"] == "app_client"
    assert len(claims["agid"]) == 32


def test_S2_8_a_wrong_password_and_a_missing_one_are_told_apart(seeds_server: Server) -> None:
    assert ask(seeds_server, Pa55word="pa55word")["error"] == "invalid_grant"
    missing = ask(seeds_server, **{"&password=Pa55word": ""})
    assert missing["error"] == "invalid_request"
    assert missing["error_description"] == "The parameter password is missing."
