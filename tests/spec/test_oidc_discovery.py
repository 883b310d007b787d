"""OpenID Connect Discovery 1.0 and the JWK Set behind it, on PingFederate's paths."""

import re
from typing import Any

import pytest

from tests.support import jose
from tests.support.app import BASE_URL, App, make_app

DOCUMENT = "/.well-known/openid-configuration"
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
REGISTERED = {
    "issuer": str,
    "jwks_uri": str,
    "scopes_supported": list,
    "response_types_supported": list,
    "response_modes_supported": list,
    "grant_types_supported": list,
    "acr_values_supported": list,
    "subject_types_supported": list,
    "id_token_signing_alg_values_supported": list,
    "userinfo_signing_alg_values_supported": list,
    "prompt_values_supported": list,
    "claim_types_supported": list,
    "ui_locales_supported": list,
    "claims_supported": list,
    "claims_parameter_supported": bool,
    "request_parameter_supported": bool,
    "request_uri_parameter_supported": bool,
    "code_challenge_methods_supported": list,
    "authorization_response_iss_parameter_supported": bool,
    "frontchannel_logout_supported": bool,
    "frontchannel_logout_session_supported": bool,
    "backchannel_logout_supported": bool,
    "backchannel_logout_session_supported": bool,
}
"""Members of the IANA registry "OAuth Authorization Server Metadata", beside those of endpoints."""
OF_ENDPOINTS = re.compile(
    r"\w+_endpoint(_auth_methods_supported|_auth_signing_alg_values_supported)?"
)


async def describe(app: App) -> dict[str, Any]:
    answer = await app.pingfederate.get(DOCUMENT)
    members = answer.json()
    assert isinstance(members, dict)
    return members


async def keys_of(app: App) -> list[dict[str, Any]]:
    path = (await describe(app))["jwks_uri"].removeprefix(BASE_URL)
    keys = (await app.pingfederate.get(path)).json()["keys"]
    assert isinstance(keys, list)
    return keys


async def test_OIDC_1_the_document_is_json_of_registered_members() -> None:
    answer = await make_app().pingfederate.get(DOCUMENT)
    assert answer.status == 200
    assert answer.header("content-type") == "application/json"
    for name, value in answer.json().items():
        if OF_ENDPOINTS.fullmatch(name):
            assert isinstance(value, str if name.endswith("_endpoint") else list), name
        else:
            assert isinstance(value, REGISTERED[name]), name


async def test_OIDC_2_the_issuer_is_where_the_document_was_found() -> None:
    issuer = (await describe(make_app()))["issuer"]
    assert issuer + DOCUMENT == BASE_URL + DOCUMENT
    assert issuer.startswith("https://")
    assert not {"?", "#"} & set(issuer)


async def test_OIDC_3_every_endpoint_is_https_and_the_keys_are_there() -> None:
    app = make_app()
    members = await describe(app)
    endpoints = {name: url for name, url in members.items() if name.endswith("_endpoint")}
    assert {"authorization_endpoint", "token_endpoint", "userinfo_endpoint"} <= endpoints.keys()
    assert all(url.startswith("https://") for url in endpoints.values())
    assert await keys_of(app)


async def test_OIDC_7_nothing_is_said_of_request_objects_that_are_not_taken() -> None:
    members = await describe(make_app())
    assert members["request_parameter_supported"] is False
    assert [name for name in members if name.startswith("request_object_")] == []


async def test_OIDC_11_keys_are_public_and_told_apart() -> None:
    keys = await keys_of(make_app())
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert key["use"] == "sig"
        assert key["alg"]
        assert not PRIVATE & key.keys()
        for member in {"n", "e", "x", "y"} & key.keys():
            assert re.fullmatch(r"[A-Za-z0-9_-]+", key[member]), member
        if key["kty"] == "RSA":
            assert len(jose.decode(key["n"])) * 8 >= 2048


async def test_OIDC_13_logout_is_said_to_be_what_it_is() -> None:
    members = await describe(make_app())
    assert members["end_session_endpoint"] == f"{BASE_URL}/idp/init_logout.openid"
    assert "check_session_iframe" not in members
    told = {name: value for name, value in members.items() if "channel_logout" in name}
    assert len(told) == 4
    assert set(told.values()) == {True}


@pytest.mark.parametrize(
    ("overrides", "status"),
    [
        ({"aud": BASE_URL}, 200),
        ({"aud": f"{BASE_URL}/as/token.oauth2"}, 200),
        ({"aud": [BASE_URL]}, 200),
        ({"aud": [BASE_URL, "https://other.example"]}, 401),
        ({"aud": "https://other.example"}, 401),
        ({"exp": None}, 401),
        ({"nbf": 1_750_000_009}, 200),
        ({"nbf": 1_750_000_061}, 401),
    ],
    ids=str,
)
async def test_OIDC_52_an_assertion_is_addressed_to_us_and_in_its_time(
    overrides: dict[str, Any], status: int
) -> None:
    app = make_app()
    assertion = app.assertion("es256", **overrides)
    assert (await app.ask_with_assertion(assertion)).status == status
    if status == 200:
        assert (await app.ask_with_assertion(assertion)).status == 401, "good once"
