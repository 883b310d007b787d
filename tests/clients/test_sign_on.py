"""Clients that others wrote, unmodified, sign a user of the example configuration on and off.

Each file in `sign_on_programs/` drives one of them; what it must see stands here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.clients.person import waiting_person
from tests.clients.running import Case, Program, Report, find_programs, run
from tests.support.server import Server

FOLDER = "sign_on_programs"
SETTINGS = {
    "redirect_uri": "https://localhost:8443/callback",
    "post_logout_redirect_uri": "https://localhost:8443/",
    "scope": "openid profile email",
}
FACES = {
    "pingfederate": {
        "path": "",
        "client_id": "web-client",
        "client_secret": "web-client-secret",
    },
    "pingone": {
        "path": "/00000000-0000-4000-8000-000000000002/as",
        "client_id": "00000000-0000-4000-8000-0000000000a2",
        "client_secret": "web-secret",
    },
}
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reports:
    """Every program's report; each is run once, with a person of its own."""

    server: Server
    directory: Path
    made: dict[Case, Report] = field(default_factory=dict)

    def of(self, case: Case) -> Report:
        if case not in self.made:
            self.made[case] = self._run(case.program, case.face)
        return self.made[case]

    def _run(self, program: Program, face: str) -> Report:
        server = self.server
        with waiting_person(server.base_url, server.ssl_context()) as person:
            issuer = server.base_url + FACES[face]["path"]
            settings = {**SETTINGS, **FACES[face], "issuer": issuer, "person": person}
            told = self.directory / f"{program.name}-{face}.json"
            return run(program, settings, told, server.ca_path)


@pytest.fixture(scope="module")
def reports(seeds_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """Have the programs run when they are asked for."""
    return Reports(seeds_server, tmp_path_factory.mktemp("sign-on"))


def seen_by_clients(*checks: str) -> pytest.MarkDecorator:
    """Make a test of checks by every client that can, at the addresses of either face."""
    able = [each for each in find_programs(FOLDER) if each.cannot.isdisjoint(checks)]
    cases = [Case(program, face) for face in FACES for program in able]
    names = [f"{case.program.path.stem} {case.face}" for case in cases]
    return pytest.mark.parametrize("case", cases, ids=names)


@seen_by_clients("metadata")
def test_a_client_takes_the_metadata_as_they_are(reports: Reports, case: Case) -> None:
    report = reports.of(case)
    facts = report.facts("metadata")
    assert facts["issuer"] == report.settings["issuer"]
    assert "code" in facts["response_types_supported"]


@seen_by_clients("sign_on")
def test_a_client_exchanges_the_code_of_its_user(reports: Reports, case: Case) -> None:
    token = reports.of(case).facts("sign_on")
    assert token["token_type"].lower() == "bearer"
    assert token["access_token"].count(".") == token["id_token"].count(".") == 2
    assert token["refresh_token"]
    assert names(token["scope"]) == names(SETTINGS["scope"])


@seen_by_clients("id_token")
def test_a_client_verifies_who_has_signed_on(reports: Reports, case: Case) -> None:
    report = reports.of(case)
    claims = report.facts("id_token")
    assert claims["iss"] == report.settings["issuer"]
    own = report.settings["client_id"]
    assert claims["aud"] in (own, [own])
    assert claims["amr"] == ["pwd"]
    assert claims["auth_time"] <= claims["iat"]


@seen_by_clients("userinfo")
def test_a_client_reads_what_its_user_lets_it_know(reports: Reports, case: Case) -> None:
    claims = reports.of(case).facts("userinfo")
    assert claims["email"] == "joe@example.com"
    assert (claims["given_name"], claims["family_name"]) == ("Joe", "Sample")


@seen_by_clients("id_token", "userinfo")
def test_userinfo_is_of_the_user_of_the_id_token(reports: Reports, case: Case) -> None:
    report = reports.of(case)
    assert report.facts("userinfo")["sub"] == report.facts("id_token")["sub"]


@seen_by_clients("sign_on", "refresh")
def test_a_client_refreshes_its_token(reports: Reports, case: Case) -> None:
    report = reports.of(case)
    first, second = report.facts("sign_on"), report.facts("refresh")
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert names(second["scope"]) == names(first["scope"])


@seen_by_clients("logout")
def test_a_client_signs_its_user_off(reports: Reports, case: Case) -> None:
    facts = reports.of(case).facts("logout")
    home, _, query = facts["arrived"].partition("?")
    assert home == SETTINGS["post_logout_redirect_uri"]
    assert parse_qs(query)["state"]
    assert parse_qs(urlsplit(facts["afterwards"]).query)["error"] == ["login_required"]


def names(scope: str | list[str]) -> set[str]:
    """Return the scopes that a client has made a list of, or not."""
    return set(scope.split() if isinstance(scope, str) else scope)
