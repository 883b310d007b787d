"""PingFederate's public documents: metadata and key sets."""

import json
from pathlib import Path

import pytest

from tests.support import jose
from tests.support.app import BASE_URL, App, make_app
from tests.support.golden import check_golden, describe

GOLDEN = Path(__file__).parent / "golden"
METADATA = "/.well-known/openid-configuration"


@pytest.mark.parametrize(
    "path", [METADATA, "/.well-known/oauth-authorization-server"], ids=["oidc", "rfc8414"]
)
async def test_the_metadata_says_what_is_served(path: str) -> None:
    answer = await make_app().pingfederate.get(path)
    check_golden(GOLDEN / "metadata.json", describe(answer))


async def test_every_endpoint_in_the_metadata_answers() -> None:
    app = make_app()
    members = (await app.pingfederate.get(METADATA)).json()
    endpoints = {name: url for name, url in members.items() if name.endswith(("_endpoint", "_uri"))}
    assert "token_endpoint" in endpoints
    for url in endpoints.values():
        assert url.startswith(f"{BASE_URL}/")
        answer = await app.pingfederate.request("OPTIONS", url.removeprefix(BASE_URL))
        assert answer.status == 204


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/pf/JWKS", "jwks-environment"),
        ("/ext/oauth/jwks", "jwks-default"),
        ("/ext/6pac/jwks", "jwks-6pac"),
    ],
    ids=["environment", "default", "6pac"],
)
async def test_S4_38_keys_are_published_where_they_belong(path: str, name: str) -> None:
    answer = await make_app().pingfederate.get(path)
    check_golden(GOLDEN / f"{name}.json", describe(answer))


@pytest.mark.parametrize(
    ("manager", "path"),
    [
        ("default", "/ext/oauth/jwks"),
        ("6pac", "/ext/6pac/jwks"),
        ("interact", "/ext/interact/jwks"),
        ("modern", "/pf/JWKS"),
        ("edwards", "/pf/JWKS"),
    ],
)
async def test_a_token_is_verified_by_the_keys_at_its_managers_path(
    manager: str, path: str
) -> None:
    """And by those of no other path: the key tells which manager issued it."""
    app = make_app()
    header, _ = jose.parts(await app.token("many", access_token_manager_id=manager))
    published = {
        other: await _kids(app, other)
        for other in ("/pf/JWKS", "/ext/oauth/jwks", "/ext/6pac/jwks", "/ext/interact/jwks")
    }
    assert [other for other, kids in published.items() if header["kid"] in kids] == [path]


@pytest.mark.parametrize(
    "path", ["/ext/", "/ext/oauth", "/ext/oauth/jwks/", "/ext/OAUTH/jwks", "/ext/oauth%2fjwks"]
)
async def test_nothing_is_published_at_another_path(path: str) -> None:
    assert (await make_app().pingfederate.get(path)).status == 404


@pytest.mark.parametrize("path", [METADATA, "/pf/JWKS", "/ext/oauth/jwks"])
async def test_anybody_may_read_and_keep_them_for_a_while(path: str) -> None:
    answer = await make_app().pingfederate.get(path, [("origin", "https://anybody.example.com")])
    assert answer.header("access-control-allow-origin") == "*"
    assert answer.header("cache-control") == "public, max-age=300"


async def test_the_heartbeat_says_whether_requests_are_welcome() -> None:
    app = make_app()
    answer = await app.pingfederate.get("/pf/heartbeat.ping")
    assert (answer.status, answer.body) == (200, b"OK")
    app.readiness.is_ready = False
    answer = await app.pingfederate.get("/pf/heartbeat.ping")
    assert answer.status == 503
    assert answer.header("retry-after") == "1"


async def _kids(app: App, path: str) -> set[str]:
    return {key["kid"] for key in json.loads((await app.pingfederate.get(path)).body)["keys"]}
