"""`error_uri`: where an error is explained, once an operator has said where that is."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.support.administration import Installation
from tests.support.app import App, make_app
from tests.support.asgi import Answer

pytestmark = pytest.mark.anyio

ERRORS = "https://help.example.com/errors"
CALLBACK = "https://app.example.com/callback"
CONFIGURATION = """
server.default_environment = "main"
server.pingone_default = "people"
[environments.main]
algorithms = ["ES256"]
scopes = {{ openid = "Know you" }}
token_managers.default = {{ algorithm = "ES256" }}
[environments.main.clients.app]
auth_methods = ["none"]
grant_types = ["authorization_code"]
redirect_uris = ["{callback}"]
allow_redirectless = true
scopes = ["openid"]
[environments.people]
face = "pingone"
algorithms = ["ES256"]
token_managers.default = {{ algorithm = "ES256" }}
"""


async def _serve(setting: str = "") -> App:
    installation, app = Installation(), make_app()
    await installation.apply(setting + CONFIGURATION.format(callback=CALLBACK))
    app.snapshots.current = await installation.snapshot()
    return app


@pytest.fixture
async def plain() -> App:
    return await _serve()


@pytest.fixture
async def explained() -> App:
    return await _serve(f'server.errors_url = "{ERRORS}"\n')


async def _authorize(app: App, **changed: str) -> Answer:
    asked = {"client_id": "app", "redirect_uri": CALLBACK, "response_type": "code", "scope": "x"}
    query = {**asked, "code_challenge": "a" * 43, "code_challenge_method": "S256", **changed}
    return await app.pingfederate.get(f"/as/authorization.oauth2?{urlencode(query)}")


async def _token(app: App, **form: str) -> dict[str, Any]:
    answer = await app.pingfederate.post_form("/as/token.oauth2", form)
    members: dict[str, Any] = answer.json()
    return members


def _sent(answer: Answer) -> dict[str, list[str]]:
    return parse_qs(urlsplit(answer.header("location") or "").query)


async def test_S2_23_without_the_setting_nothing_is_added(plain: App) -> None:
    assert set(await _token(plain)) == {"error", "error_description"}
    assert "error_uri" not in _sent(await _authorize(plain))


async def test_S2_23_an_error_says_where_it_is_explained(explained: App) -> None:
    members = await _token(explained, grant_type="x", client_id="app")

    assert members["error_uri"] == f"{ERRORS}#{members['error']}"


async def test_S2_23_what_no_endpoint_gets_to_see_is_explained_too(explained: App) -> None:
    refused = (await explained.pingfederate.get("/as/token.oauth2")).json()
    unknown = (await explained.pingfederate.get("/nowhere")).json()

    assert refused["error_uri"] == unknown["error_uri"] == f"{ERRORS}#invalid_request"


async def test_S2_23_an_application_is_told_at_its_redirect_uri(explained: App) -> None:
    assert _sent(await _authorize(explained))["error_uri"] == [f"{ERRORS}#invalid_scope"]


async def test_S2_23_an_application_without_redirects_is_told_in_its_answer(explained: App) -> None:
    answer = (await _authorize(explained, response_mode="pi.flow")).json()

    assert answer["authorizeResponse"]["error_uri"] == f"{ERRORS}#invalid_scope"


async def test_S2_23_userinfo_says_it_in_its_body_and_its_challenge(explained: App) -> None:
    headers = [("authorization", "Bearer nothing")]
    refused = await explained.pingfederate.get("/idp/userinfo.openid", headers)

    assert refused.json()["error_uri"] == f"{ERRORS}#invalid_token"
    assert f'error_uri="{ERRORS}#invalid_token"' in (refused.header("www-authenticate") or "")


async def test_S2_23_pingones_face_says_it_at_oauths_endpoints(explained: App) -> None:
    refused = await explained.pingone.post_form("/as/token", {})

    assert refused.json()["error_uri"].startswith(f"{ERRORS}#")


async def test_S2_23_a_change_of_the_setting_is_heard_at_once(plain: App) -> None:
    installation = Installation()
    await installation.apply(
        f'server.errors_url = "{ERRORS}"\n' + CONFIGURATION.format(callback=CALLBACK)
    )
    plain.snapshots.current = await installation.snapshot()

    assert "error_uri" in await _token(plain)
