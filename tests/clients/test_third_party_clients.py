"""Clients that others wrote, unmodified, against a real server over TLS, on both faces.

Each file in `programs/` drives one of them; what it must see stands here.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.clients.installation import AUDIENCE, FACES, SCOPE
from tests.clients.running import Case, Report, find_programs

Facts = Mapping[str, Any]


def seen_by_clients(check: str) -> pytest.MarkDecorator:
    """Make a test of a check by every client that can, on every face that has it."""
    cases = [
        pytest.param(Case(program, face), check, id=f"{program.path.stem}-{face}")
        for program in find_programs()
        for face in FACES
        if check not in program.cannot | FACES[face].lacks
    ]
    return pytest.mark.parametrize(("case", "check"), cases)


@seen_by_clients("discovery")
def test_S4_7_S4_8_a_client_finds_the_endpoints_by_the_issuer(facts: Facts, report: Report) -> None:
    assert_endpoints(facts, report)


@seen_by_clients("oauth_discovery")
def test_a_client_finds_the_endpoints_in_the_document_of_rfc_8414(
    facts: Facts, report: Report
) -> None:
    assert_endpoints(facts, report)


@seen_by_clients("secret_in_header")
def test_S0_2_S0_10_X_1_a_client_gets_a_token_by_its_secret_in_the_header(facts: Facts) -> None:
    assert_token(facts)


@seen_by_clients("secret_in_body")
def test_S0_2_S0_11_X_1_a_client_gets_a_token_by_its_secret_in_the_body(facts: Facts) -> None:
    assert_token(facts)


@seen_by_clients("client_secret_jwt")
def test_a_client_gets_a_token_by_an_assertion_under_its_secret(facts: Facts) -> None:
    assert_token(facts)


@seen_by_clients("private_key_jwt")
def test_a_client_gets_a_token_by_an_assertion_under_its_key(facts: Facts) -> None:
    assert_token(facts)


@seen_by_clients("introspection")
def test_S0_27_a_resource_server_asks_what_a_token_stands_for(facts: Facts, report: Report) -> None:
    assert facts["active"] is True
    assert facts["scope"] == SCOPE
    assert facts["client_id"] == report.settings["client_id"]
    assert facts["iss"] == report.settings["issuer"]


@seen_by_clients("revocation")
def test_a_token_that_a_client_revokes_is_over(facts: Facts) -> None:
    assert facts == {"active": False}


@seen_by_clients("jwt_access_token")
def test_S0_27_S4_38_a_resource_server_verifies_a_token_with_the_published_keys(
    facts: Facts, report: Report
) -> None:
    assert facts["aud"] == AUDIENCE
    assert facts["iss"] == report.settings["issuer"]
    assert facts["client_id"] == facts["sub"] == report.settings["client_id"]
    assert facts["scope"] == SCOPE


@seen_by_clients("wrong_secret")
def test_S0_10_S0_13_a_client_understands_that_its_secret_is_wrong(facts: Facts) -> None:
    assert facts["error"] == "invalid_client"
    assert facts["status"] == 401


@seen_by_clients("foreign_scope")
def test_S0_13_a_client_understands_that_a_scope_is_not_its_own(facts: Facts) -> None:
    assert facts["error"] == "invalid_scope"
    assert facts["status"] == 400


def assert_endpoints(facts: Facts, report: Report) -> None:
    issuer = report.settings["issuer"]
    face = FACES["pingone" if issuer.endswith("/as") else "pingfederate"]
    base_url = issuer.removesuffix(face.issuer)
    assert facts["issuer"] == issuer
    assert {name: facts[name] for name in face.endpoints} == {
        name: base_url + path for name, path in face.endpoints.items()
    }


def assert_token(facts: Facts) -> None:
    assert facts["token_type"].lower() == "bearer"
    assert facts["access_token"].count(".") == 2
    assert 0 < facts["expires_in"] <= 7200
    assert facts["scope"] in (SCOPE, [SCOPE])
