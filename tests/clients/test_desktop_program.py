"""The desktop program of the password sign-on guide, as its guide has it, over TLS."""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.clients.person import make_person
from tests.support.server import SEEDS, Answer, Server, load_toml

REDIRECT_URI = "myinteract://ssosignedin"
SECRET = load_toml(SEEDS)["environments"]["default"]["clients"]["app_client"]["secret"]


def sign_on(server: Server, **changed: str) -> str:
    """Send a person to sign on for the program, and return the URL that opens it again."""
    asked = {
        "client_id": "app_client",
        "response_type": "code",
        "redirect_uri": REDIRECT_URI,
        "scope": "sso",
        "state": "internal session state",
        **changed,
    }
    person = make_person(server.base_url, server.ssl_context())
    return person.visit(f"{server.base_url}/as/authorization.oauth2?{urlencode(asked)}")


def read_answer(url: str) -> dict[str, str]:
    """Return what the program reads in the URL that it is opened with."""
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == REDIRECT_URI
    return dict(parse_qsl(parts.query, strict_parsing=True))


def exchange(server: Server, **changed: str) -> Answer:
    """Send the token request of the guide."""
    form = {
        "grant_type": "authorization",
        "redirect_uri": REDIRECT_URI,
        "client_id": "app_client",
        "client_secret": SECRET,
        **changed,
    }
    return server.ask(
        "/as/token.oauth2",
        listener="tls",
        method="POST",
        body=urlencode(form),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )


@pytest.fixture(scope="module")
def tokens(seeds_server: Server) -> dict[str, Any]:
    """Sign a user on and exchange the code."""
    code = read_answer(sign_on(seeds_server))["code"]
    answer = exchange(seeds_server, code=code)
    assert answer.status == 200, answer.body
    return dict(answer.json())


def test_S2_13_S2_14_S2_16_code_and_state_open_the_program_by_its_own_scheme(
    seeds_server: Server,
) -> None:
    answer = read_answer(sign_on(seeds_server))
    assert answer["state"] == "internal session state"
    assert answer["code"]


def test_S2_13_a_failure_opens_the_program_too(seeds_server: Server) -> None:
    answer = read_answer(sign_on(seeds_server, scope="unheard-of"))
    assert answer["error"] == "invalid_scope"
    assert answer["error_description"]
    assert answer["state"] == "internal session state"


def test_S2_15_S2_17_the_code_is_exchanged_as_the_guide_writes_it(tokens: dict[str, Any]) -> None:
    assert tokens["token_type"] == "Bearer"
    assert tokens["access_token"]


def test_S2_18_the_program_gets_a_refresh_token_that_works(
    seeds_server: Server, tokens: dict[str, Any]
) -> None:
    answer = exchange(
        seeds_server, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert answer.status == 200, answer.body
    assert answer.json()["access_token"] != tokens["access_token"]


def test_S2_19_the_access_token_is_a_signed_one_of_two_hours(tokens: dict[str, Any]) -> None:
    head, claims, _ = tokens["access_token"].split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    named = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert header["alg"] == "RS256"
    assert header["kid"]
    assert 7190 <= tokens["expires_in"] <= 7200
    assert named["client_id_name"] == "app_client"


@pytest.mark.parametrize(
    "changed",
    [{"redirect_uri": "myinteract://ssosignedin/"}, {"redirect_uri": "otherapp://ssosignedin"}],
)
def test_S2_16_no_other_program_gets_the_code(
    seeds_server: Server, changed: dict[str, str]
) -> None:
    assert sign_on(seeds_server, **changed).startswith(seeds_server.base_url)


def test_S2_17_the_secret_is_needed_where_no_challenge_is(seeds_server: Server) -> None:
    code = read_answer(sign_on(seeds_server))["code"]
    answer = exchange(seeds_server, code=code, client_secret="wrong")
    assert (answer.status, answer.json()["error"]) == (401, "invalid_client")
