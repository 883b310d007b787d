"""The password sign-on guide as it means it: its user is in an LDAP directory, and not here."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ostiary_client import TokenVerifier, TrustedIssuer
from tests.support.server import SEEDS, Server, load_toml, running_server
from tests.support.slapd import BASE_DN, SERVICE_DN, SERVICE_PASSWORD, Slapd, person

PRINTED = (Path(__file__).parent / "scripts" / "password_grant.txt").read_text()
HOST = "https://test-idp.interact.technology:9031"
MAIL = "test.outbound.auth.int@yopmail.com"
CERTIFICATE_REFUSED = 60
"""How curl ends."""
INBOUND = "test.inbound.auth.int@yopmail.com"


@pytest.fixture(scope="module")
def slapd() -> Iterator[Slapd]:
    people = {"outbound": ("O", MAIL), "inbound": ("I", INBOUND)}
    running = Slapd(
        person(uid, mail=mail, employeeType=kind, userPassword="Pa55word")
        for uid, (kind, mail) in people.items()
    )
    yield running
    running.close()


@pytest.fixture(scope="module")
def server(slapd: Slapd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    configuration = load_toml(SEEDS)
    del configuration["server"]["public_url"]
    default = configuration["environments"]["default"]
    del default["users"][MAIL]
    default["directories"] = {
        "people": {
            "servers": [f"localhost:{slapd.tls_port}"],
            "authorities": str(slapd.authority.path),
            "bind_dn": SERVICE_DN,
            "bind_password": SERVICE_PASSWORD,
            "base_dn": BASE_DN,
            "attributes": {"email": "mail", "AuthenticationType": "employeeType"},
        }
    }
    by_type = {
        "select": "attribute:AuthenticationType",
        "cases": {"O": "done", "I": "fail"},
        "otherwise": "done",
    }
    default["policies"]["by_type"] = {"tree": {"step": "form", "success": by_type}}
    default["clients"]["app_client"]["policy"] = "by_type"
    with running_server(tmp_path_factory.mktemp("directory"), configuration) as started:
        yield started


def ask(server: Server, **changed: str) -> dict[str, Any]:
    """Run the command of the guide; `changed` replaces what stands in it."""
    command = PRINTED.replace(HOST, server.base_url)
    for printed, ours in changed.items():
        assert printed in command
        command = command.replace(printed, ours)
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True
    )
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


def test_S2_1_S2_2_S2_25_S2_27_the_command_signs_a_user_of_the_directory_on(
    server: Server,
) -> None:
    answer = ask(server)

    assert set(answer) == {"access_token", "refresh_token", "token_type", "expires_in", "scope"}


def test_S2_4_S2_5_its_scope_and_its_clients_secret_are_those_of_the_guide(server: Server) -> None:
    assert ask(server)["scope"] == "sso"
    assert ask(server, **{"scope=sso": "scope=openid2"})["error"] == "invalid_scope"
    assert ask(server, W5ig3FKretR7QDJl1iBE="")["error"] == "invalid_client"


def test_S2_3_a_wrong_password_is_the_directorys_to_refuse(server: Server) -> None:
    assert ask(server, Pa55word="pa55word")["error"] == "invalid_grant"


def test_S2_26_an_inbound_user_of_the_directory_is_refused(server: Server) -> None:
    refused = ask(server, **{MAIL: INBOUND})

    assert refused["error"] == "invalid_grant"


def test_S2_9_a_resource_server_verifies_the_token_with_the_managers_keys(server: Server) -> None:
    token = ask(server)["access_token"]
    issuer = TrustedIssuer(
        server.base_url,
        jwks_uri=f"{server.base_url}/ext/app/jwks",
        audience=None,
        issuer_claim_optional=True,
    )

    with TokenVerifier(issuer, verify=server.ca_path) as verifier:
        verified = verifier.verify(token)

    assert verified.scopes == {"sso"}


def test_S2_24_without_minus_k_the_certificate_is_not_believed(server: Server) -> None:
    command = PRINTED.replace(HOST, server.base_url).replace(" -s -k ", " -s ")

    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60, check=False)

    assert (done.returncode, done.stdout) == (CERTIFICATE_REFUSED, b"")


def test_S2_3_a_directory_that_is_down_is_no_wrong_password(server: Server, slapd: Slapd) -> None:
    slapd.stop()
    try:
        assert ask(server)["error"] == "temporarily_unavailable"
    finally:
        slapd.start()
