"""PingOne's token endpoint, as its clients see it."""

from pathlib import Path

import pytest

from tests.support import jose
from tests.support.app import App, access_token, assertion_params, make_app
from tests.support.asgi import FORM, Answer, basic_header
from tests.support.golden import check_golden, describe
from tests.support.tenants import private_key, secret_of

GOLDEN = Path(__file__).parent / "golden"
GRANT = {"grant_type": "client_credentials"}


def _endpoint(app: App, name: str = "token", environment: str = "customers") -> str:
    return f"/{app.environment(environment).id}/as/{name}"


def _basic(app: App, client: str = "worker", environment: str = "customers") -> tuple[str, str]:
    id = app.client_id(environment, client)
    return id, secret_of(id)


@pytest.mark.parametrize(
    ("client", "scope", "name"),
    [
        pytest.param("worker", "", "worker", id="worker"),
        pytest.param("worker", "write", "custom-resource", id="custom resource"),
        pytest.param("legacy", "", "legacy", id="legacy claims"),
    ],
)
async def test_S4_7_S4_18_S4_21_application_tokens_look_like_pingones(
    client: str, scope: str, name: str
) -> None:
    answer = await make_app().ask_pingone("customers", client, scope=scope)
    check_golden(GOLDEN / f"token-{name}.json", describe(answer))


async def test_S4_19_an_application_token_has_no_subject_and_names_itself() -> None:
    _, claims = jose.parts(access_token(await make_app().ask_pingone()))
    assert claims["p1.rid"] == claims["jti"]
    assert not {"sub", "sid", "acr", "auth_time"} & claims.keys()
    assert isinstance(claims["aud"], list)
    assert isinstance(claims["scope"], str)


async def test_S4_16_the_owner_of_the_scope_is_the_audience() -> None:
    app = make_app()
    _, claims = jose.parts(access_token(await app.ask_pingone(scope="write")))
    assert claims["aud"] == ["https://orders.example.com"]
    _, claims = jose.parts(access_token(await app.ask_pingone(scope="read")))
    assert claims["aud"] == ["https://auth.pingone.example"]


async def test_a_request_may_name_the_resource() -> None:
    """RFC 8707 §2."""
    app = make_app()
    answer = await app.ask_pingone(resource="https://orders.example.com", scope="write")
    assert jose.parts(access_token(answer))[1]["aud"] == ["https://orders.example.com"]
    answer = await app.ask_pingone(resource="https://unknown.example.com")
    assert answer.error == (400, "invalid_target")


async def test_an_official_client_sends_everything_in_the_query_and_an_empty_body() -> None:
    """PingOne's bulk-delete script: form content type, no bytes, Basic credentials."""
    app = make_app()
    target = f"{_endpoint(app)}?grant_type=client_credentials&scope=read"
    answer = await app.pingone.request("POST", target, [FORM, basic_header(*_basic(app))])
    assert answer.status == 200
    answer = await app.pingone.request("POST", target, [basic_header(*_basic(app))])
    assert answer.json()["scope"] == "read"


async def test_an_official_sample_authenticates_with_basic_and_names_no_scope() -> None:
    answer = await make_app().ask_pingone()
    assert answer.json()["scope"] == "read"
    assert answer.json()["expires_in"] == 3599


@pytest.mark.parametrize(
    "parameter", ["client_secret", "client_assertion", "code", "refresh_token", "token", "resource"]
)
async def test_SEC_40_other_parameters_in_the_query_are_refused(parameter: str) -> None:
    app = make_app()
    answer = await app.pingone.post_form(
        f"{_endpoint(app)}?{parameter}=canary", GRANT, basic=_basic(app)
    )
    assert answer.error == (400, "invalid_request")
    assert b"canary" not in answer.body


@pytest.mark.parametrize("parameter", ["grant_type", "scope", "client_id"])
async def test_SEC_12_a_parameter_split_across_query_and_body_is_refused(parameter: str) -> None:
    app = make_app()
    values = {**GRANT, "scope": "read", "client_id": _basic(app)[0]}
    answer = await app.pingone.post_form(
        f"{_endpoint(app)}?{parameter}={values[parameter]}", values, basic=_basic(app)
    )
    assert answer.error == (400, "invalid_request")


@pytest.mark.parametrize("name", ["introspect", "revoke"])
async def test_the_other_endpoints_read_nothing_from_the_query(name: str) -> None:
    app = make_app()
    for parameter in ("client_id", "token", "grant_type", "scope"):
        answer = await app.pingone.post_form(
            f"{_endpoint(app, name)}?{parameter}=x", {"token": "x"}, basic=_basic(app, "rs")
        )
        assert answer.error == (400, "invalid_request")


async def test_S4_36_the_platforms_token_endpoint_leads_to_the_default_environment() -> None:
    app = make_app()
    answer = await app.pingone.post_form("/as/token", GRANT, basic=_basic(app))
    _, claims = jose.parts(access_token(answer))
    assert claims["env"] == app.environment("customers").id
    answer = await app.pingone.post_form(
        "/as/token", GRANT, basic=_basic(app, "worker", "partners")
    )
    assert answer.error == (401, "invalid_client")


@pytest.mark.parametrize("audience", ["token", "issuer", "platform"])
async def test_an_assertion_needs_no_jti_here(audience: str) -> None:
    app = make_app()
    env = app.environment("customers")
    audiences = {
        "token": f"{env.base_url}{_endpoint(app)}",
        "issuer": env.issuer,
        "platform": f"{env.base_url}/as/token",
    }
    target = "/as/token" if audience == "platform" else _endpoint(app)
    assertion = _assertion(app, aud=audiences[audience])
    answer = await _ask_with(app, assertion, target)
    assert answer.status == 200
    answer = await _ask_with(app, assertion, target)
    assert answer.error == (401, "invalid_client")
    answer = await _ask_with(app, _assertion(app, aud=audiences[audience], nbf=1), target)
    assert answer.status == 200


async def test_S4_26_a_form_is_demanded_and_basic_taken() -> None:
    app = make_app()
    for content_type, status in (("application/json", 400), ("multipart/form-data", 415)):
        headers = [("content-type", content_type), basic_header(*_basic(app))]
        answer = await app.pingone.request("POST", _endpoint(app), headers, b"{}")
        assert answer.error == (status, "invalid_request")


async def test_S4_27_scopes_decide_whose_resources_a_token_opens() -> None:
    app = make_app()
    answer = await app.ask_pingone(scope="read write")
    assert jose.parts(access_token(answer))[1]["scope"] == "read write"
    assert (await app.ask_pingone(scope="admin")).error == (400, "invalid_scope")


async def test_S4_33_offline_access_is_not_for_applications() -> None:
    answer = await make_app().ask_pingone(scope="offline_access")
    assert answer.error == (400, "invalid_scope")


async def test_S4_17_a_public_application_gets_no_token_for_itself() -> None:
    app = make_app()
    form = {**GRANT, "client_id": app.client_id("customers", "spa")}
    answer = await app.pingone.post_form(_endpoint(app), form)
    assert answer.error == (400, "unauthorized_client")


def _assertion(app: App, **overrides: object) -> str:
    id = app.client_id("customers", "service")
    claims = {"iss": id, "sub": id, "exp": int(app.clock.now()) + 60, **overrides}
    return jose.compact({"alg": "ES256"}, claims, private_key("customers service", "ES256"))


async def _ask_with(app: App, assertion: str, target: str) -> Answer:
    return await app.pingone.post_form(target, {**GRANT, **assertion_params(assertion)})
