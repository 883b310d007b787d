"""Faces that nobody has configured, and servers that have no configuration yet."""

import pytest

from tests.support.app import PINGFEDERATE_HOST, TOKEN, make_app, make_pingone_environment

GRANT = {"grant_type": "client_credentials"}


async def test_without_an_environment_of_pingfederate_its_paths_are_not_there() -> None:
    app = make_app(environments=[make_pingone_environment("customers")])
    answer = await app.pingfederate.post_form(TOKEN, GRANT, basic=("a", "b"))
    assert answer.error == (404, "invalid_request")
    assert (await app.pingfederate.get("/pf/JWKS")).status == 404


@pytest.mark.parametrize("origin", ["https://app.example.com", "null"])
async def test_a_browser_at_a_path_of_nobody_learns_nothing(origin: str) -> None:
    app = make_app(environments=[make_pingone_environment("customers")])
    for caller in (app.pingfederate, app.pingone):
        for path in (TOKEN, "/as/token", "/00000000-0000-4000-8000-000000000000/as/token"):
            answer = await caller.request("OPTIONS", path, [("origin", origin)])
            assert answer.header("access-control-allow-origin") is None


async def test_without_an_environment_of_pingone_the_platform_has_no_token_endpoint() -> None:
    app = make_app()
    app.snapshots.current = type(app.snapshots.current)(
        version=2,
        environments={},
        default=app.environment("default"),
        allowed_hosts=frozenset({PINGFEDERATE_HOST.partition(":")[0]}),
    )
    answer = await app.pingfederate.post_form("/as/token", GRANT, basic=("a", "b"))
    assert answer.error == (404, "invalid_request")
    assert (await app.ask()).status == 200
