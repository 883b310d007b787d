"""PingFederate's token endpoint, as its clients see it."""

from pathlib import Path

import pytest

from tests.support import jose
from tests.support.app import BASE_URL, TOKEN, access_token, make_app
from tests.support.asgi import basic_header
from tests.support.golden import check_golden, describe
from tests.support.tenants import secret_of

GOLDEN = Path(__file__).parent / "golden"
GRANT = {"grant_type": "client_credentials"}


@pytest.mark.parametrize(
    ("client", "manager"),
    [
        pytest.param("sdk-client-id", None, id="default"),
        pytest.param("ac_oic_client", None, id="6pac"),
        pytest.param("app_client", None, id="interact"),
        pytest.param("many", "modern", id="rfc9068"),
        pytest.param("many", "edwards", id="rfc9068-eddsa"),
        pytest.param("many", "reference", id="reference"),
    ],
)
async def test_X_2_tokens_look_as_their_manager_says(client: str, manager: str | None) -> None:
    """One golden answer for each kind and style of manager, chosen by client or by parameter."""
    form = {**GRANT, "client_id": client, "client_secret": secret_of(client)}
    if manager:
        form["access_token_manager_id"] = manager
    answer = await make_app().pingfederate.post_form(TOKEN, form)
    name = manager or {"sdk-client-id": "default", "ac_oic_client": "6pac"}.get(client, "interact")
    check_golden(GOLDEN / f"token-{name}.json", describe(answer))


async def test_S0_2_S0_6_S0_8_S0_12_client_credentials_give_an_access_token() -> None:
    answer = await make_app().ask(scope="api:read")
    assert answer.status == 200
    assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope"}
    assert answer.json()["token_type"] == "Bearer"


async def test_S0_9_openid_gives_no_id_token_where_there_is_no_user() -> None:
    app = make_app()
    answer = await app.ask(scope="openid profile email")
    assert answer.json()["scope"] == "openid profile email"
    assert "id_token" not in answer.json()
    assert "refresh_token" not in answer.json()


async def test_S0_10_S0_11_X_1_one_client_shows_its_secret_in_header_or_body() -> None:
    app = make_app()
    by_header = await app.ask()
    body = {**GRANT, "client_id": "sdk-client-id", "client_secret": secret_of("sdk-client-id")}
    by_body = await app.pingfederate.post_form(TOKEN, body)
    assert by_header.status == by_body.status == 200


async def test_S0_14_the_answer_always_states_the_scope() -> None:
    app = make_app()
    assert (await app.ask()).json()["scope"] == "api:read"
    assert (await app.ask(scope="sso api:write")).json()["scope"] == "sso api:write"


async def test_S0_15_scopes_with_colons_are_found_in_the_token() -> None:
    _, claims = jose.parts(await make_app().token(scope="api:read api:write"))
    assert claims["scope"] == ["api:read", "api:write"]


async def test_S0_31_the_token_is_the_clients_own() -> None:
    """No end user's subject: the client acts for itself."""
    _, claims = jose.parts(await make_app().token())
    assert claims["client_id"] == "sdk-client-id"
    assert "sub" not in claims


async def test_S1_12_S1_13_the_header_names_key_and_manager() -> None:
    header, claims = jose.parts(await make_app().token("ac_oic_client", scope="openid"))
    assert header == {"alg": "RS256", "kid": "k1", "pi.atm": "6pac"}
    assert claims["scope"] == ["openid"]
    assert claims["authorization_details"] == []
    assert (claims["Username"], claims["OrgName"]) == ("jsmith", "Example")
    assert not {"iss", "aud", "iat", "sub"} & claims.keys()


async def test_S2_19_S2_20_S2_21_two_hours_less_the_second_that_has_begun() -> None:
    app = make_app(now=1_750_000_000.4)
    form = {**GRANT, "client_id": "app_client", "client_secret": secret_of("app_client")}
    answer = await app.pingfederate.post_form(TOKEN, {**form, "scope": "sso"})
    assert answer.json()["expires_in"] == 7199
    assert answer.json()["token_type"] == "Bearer"
    _, claims = jose.parts(access_token(answer))
    assert claims["exp"] == 1_750_000_000 + 7200
    assert claims["client_id_name"] == "app_client"
    assert claims["scope"] == ["sso"]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded;charset=UTF-8",
        "application/x-www-form-urlencoded; charset=utf-8",
        "Application/X-WWW-Form-Urlencoded",
    ],
)
async def test_S0_7_the_media_type_of_forms_may_carry_parameters(content_type: str) -> None:
    headers = [("content-type", content_type), basic_header("many", secret_of("many"))]
    answer = await make_app().pingfederate.request(
        "POST", TOKEN, headers, b"grant_type=client_credentials"
    )
    assert answer.status == 200


async def test_a_form_may_arrive_in_pieces() -> None:
    pieces = [b"grant_type=client_cre", b"", b"dentials&scope=re", b"ad"]
    headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        basic_header("many", secret_of("many")),
    ]
    answer = await make_app().pingfederate.request("POST", TOKEN, headers, pieces)
    assert answer.json()["scope"] == "read"


async def test_unknown_and_empty_parameters_are_passed_over() -> None:
    answer = await make_app().ask(nonsense="x", scope="", code="")
    assert answer.json()["scope"] == "api:read"


@pytest.mark.parametrize(
    ("params", "manager", "audience"),
    [
        pytest.param({"access_token_manager_id": "edwards"}, "edwards", None, id="by id"),
        pytest.param(
            {"aud": "https://api.example.com/orders"},
            "modern",
            "https://api.example.com/orders",
            id="by aud",
        ),
        pytest.param(
            {"resource": "https://api.example.com/orders/7"},
            "modern",
            "https://api.example.com/orders/7",
            id="by resource, below",
        ),
        pytest.param(
            {"access_token_manager_id": "edwards", "aud": "https://unknown.example.com"},
            "edwards",
            None,
            id="the id wins over aud",
        ),
        pytest.param(
            {"aud": "https://api.example.com/orders", "resource": "https://unknown.example.com"},
            "modern",
            "https://api.example.com/orders",
            id="aud wins over resource",
        ),
    ],
)
async def test_a_request_chooses_the_manager(
    params: dict[str, str], manager: str, audience: str | None
) -> None:
    """PingFederate's token endpoint: access_token_manager_id, aud, resource, in that order."""
    app = make_app()
    header, claims = jose.parts(await app.token("many", **params))
    kids = {key.kid for key in app.environment("default").key_sets[f"manager:{manager}"].keys}
    assert header["kid"] in kids
    assert audience is None or claims["aud"] == audience


@pytest.mark.parametrize(
    "params",
    [
        {"access_token_manager_id": "unknown"},
        {"aud": "https://unknown.example.com"},
        {"resource": "https://api.example.com/orders/../users"},
        {"resource": "https://api.example.com/orders/x#y"},
    ],
    ids=lambda params: next(iter(params.values())),
)
async def test_a_target_that_nobody_serves_is_refused(params: dict[str, str]) -> None:
    assert (await make_app().ask("many", **params)).error == (400, "invalid_target")


async def test_two_resources_of_one_manager_are_both_the_audience() -> None:
    app = make_app()
    resources = ["https://api.example.com/orders", "https://api.example.com/orders/7"]
    form = [("grant_type", "client_credentials"), *(("resource", uri) for uri in resources)]
    basic = ("many", secret_of("many"))
    answer = await app.pingfederate.post_form(TOKEN, form, basic=basic)
    assert jose.parts(access_token(answer))[1]["aud"] == resources


async def test_tokens_of_one_client_are_all_different() -> None:
    app = make_app()
    answers = [await app.token("many", access_token_manager_id="modern") for _ in range(5)]
    assert len({jose.parts(token)[1]["jti"] for token in answers}) == 5


async def test_every_host_name_of_the_server_leads_to_the_default_environment() -> None:
    app = make_app()
    for host in ("localhost", "localhost:9031", "LOCALHOST:443", "127.0.0.1:9031", "[::1]:9031"):
        answer = await app.pingfederate.request(
            "GET", "/.well-known/openid-configuration", [("host", host)]
        )
        assert answer.json()["issuer"] == BASE_URL
