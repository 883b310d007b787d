"""PingOne's introspection and revocation, as its SDKs call them."""

import base64
from pathlib import Path

import pytest

from tests.support.app import App, access_token, make_app
from tests.support.asgi import Answer
from tests.support.golden import check_golden, describe
from tests.support.tenants import secret_of

GOLDEN = Path(__file__).parent / "golden"


def _endpoint(app: App, name: str, environment: str = "customers") -> str:
    return f"/{app.environment(environment).id}/as/{name}"


async def _introspect(app: App, token: str, environment: str = "customers") -> Answer:
    id = app.client_id(environment, "rs")
    return await app.pingone.post_form(
        _endpoint(app, "introspect", environment), {"token": token}, basic=(id, secret_of(id))
    )


@pytest.mark.parametrize("client", ["worker", "legacy"])
async def test_a_live_token_is_described(client: str) -> None:
    app = make_app()
    token = access_token(await app.ask_pingone("customers", client))
    answer = await _introspect(app, token)
    check_golden(GOLDEN / f"introspection-{client}.json", describe(answer))


async def test_SEC_228_a_token_of_one_environment_is_unknown_in_the_other() -> None:
    app = make_app()
    token = access_token(await app.ask_pingone("customers"))
    assert (await _introspect(app, token)).json()["active"] is True
    assert (await _introspect(app, token, "partners")).json() == {"active": False}


async def test_SEC_76_a_revoked_token_is_dead_at_once() -> None:
    app = make_app()
    id = app.client_id("customers", "worker")
    token = access_token(await app.ask_pingone())
    answer = await app.pingone.post_form(
        _endpoint(app, "revoke"), {"token": token}, basic=(id, secret_of(id))
    )
    assert (answer.status, answer.body) == (200, b"")
    assert (await _introspect(app, token)).json() == {"active": False}


async def test_an_sdk_revokes_with_client_id_alone() -> None:
    """@forgerock/oidc-client: a public client, no authentication."""
    app = make_app()
    form = {"client_id": app.client_id("customers", "spa"), "token": "x"}
    answer = await app.pingone.post_form(_endpoint(app, "revoke"), form)
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("ending", ["", ":"], ids=["bare id", "id and colon"])
async def test_an_sdk_revokes_with_a_basic_header_that_holds_no_secret(ending: str) -> None:
    """The P14C JavaScript SDK sends base64(clientId), without a colon."""
    app = make_app()
    encoded = base64.b64encode((app.client_id("customers", "spa") + ending).encode()).decode()
    answer = await app.pingone.post_form(
        _endpoint(app, "revoke"), {"token": "x"}, headers=[("authorization", f"Basic {encoded}")]
    )
    assert (answer.status, answer.body) == (200, b"")


async def test_a_client_with_a_secret_must_show_it() -> None:
    app = make_app()
    encoded = base64.b64encode(app.client_id("customers", "worker").encode()).decode()
    for headers in ([("authorization", f"Basic {encoded}")], []):
        form = {"token": "x"} | ({} if headers else {"client_id": app.client_id("customers", "rs")})
        answer = await app.pingone.post_form(_endpoint(app, "revoke"), form, headers=headers)
        assert answer.error == (401, "invalid_client")
