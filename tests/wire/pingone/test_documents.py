"""PingOne's public documents: one metadata document and key set for each environment."""

from pathlib import Path

import pytest

from tests.support import jose
from tests.support.app import access_token, make_app
from tests.support.golden import check_golden, describe

GOLDEN = Path(__file__).parent / "golden"
METADATA = "/as/.well-known/openid-configuration"


@pytest.mark.parametrize("environment", ["customers", "partners"])
async def test_S4_9_every_environment_has_a_document_of_its_own(environment: str) -> None:
    app = make_app()
    answer = await app.pingone.get(f"/{app.environment(environment).id}{METADATA}")
    check_golden(GOLDEN / f"metadata-{environment}.json", describe(answer))


async def test_S4_9_issuers_and_keys_of_two_environments_on_one_host_differ() -> None:
    app = make_app()
    issuers, kids = set(), []
    for key in ("customers", "partners"):
        env = app.environment(key)
        members = (await app.pingone.get(f"/{env.id}{METADATA}")).json()
        issuers.add(members["issuer"])
        assert members["issuer"] == f"{env.base_url}/{env.id}/as"
        jwks = (await app.pingone.get(f"/{env.id}/as/jwks")).json()
        kids += [jwk["kid"] for jwk in jwks["keys"]]
    assert len(issuers) == 2
    assert len(set(kids)) == len(kids) > 2


async def test_S4_8_S4_38_the_key_set_holds_every_key_with_its_certificate() -> None:
    app = make_app()
    answer = await app.pingone.get(f"/{app.environment('customers').id}/as/jwks")
    check_golden(GOLDEN / "jwks.json", describe(answer))


async def test_S4_8_a_token_is_verified_by_a_published_key() -> None:
    app = make_app()
    header, _ = jose.parts(access_token(await app.ask_pingone()))
    jwks = (await app.pingone.get(f"/{app.environment('customers').id}/as/jwks")).json()
    assert [jwk["alg"] for jwk in jwks["keys"] if jwk["kid"] == header["kid"]] == ["RS256"]


@pytest.mark.parametrize("path", [METADATA, "/as/jwks"])
async def test_anybody_may_read_and_keep_them_for_a_while(path: str) -> None:
    app = make_app()
    target = f"/{app.environment('customers').id}{path}"
    answer = await app.pingone.get(target, [("origin", "https://anybody.example.com")])
    assert answer.header("access-control-allow-origin") == "*"
    assert answer.header("cache-control") == "public, max-age=300"


async def test_an_unknown_environment_is_not_found_in_pingones_words() -> None:
    answer = await make_app().pingone.get(f"/9b1f1a3e-0000-4000-8000-000000000000{METADATA}")
    assert answer.status == 404
    members = answer.json()
    assert set(members) == {"id", "code", "message"}
    assert members["code"] == "NOT_FOUND"


async def test_an_unknown_environment_of_the_token_endpoint_is_not_found_in_oauths_words() -> None:
    form = {"grant_type": "client_credentials"}
    answer = await make_app().pingone.post_form(
        "/9b1f1a3e-0000-4000-8000-000000000000/as/token", form, basic=("a", "b")
    )
    assert answer.error == (404, "invalid_request")


async def test_S4_35_the_documents_answer_on_the_authentication_host() -> None:
    app = make_app()
    target = f"/{app.environment('customers').id}{METADATA}"
    answer = await app.pingone.request("GET", target, [("host", "auth.pingone.example:443")])
    assert answer.status == 200
    answer = await app.pingone.request("GET", target, [("host", "auth.pingone.com")])
    assert answer.status == 421
