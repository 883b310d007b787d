"""Metadata says what is registered, and nothing else."""

from dataclasses import replace
from typing import Any

from ostiary.core.crypto.keys import KeySet
from ostiary.core.model.client import AuthMethod
from ostiary.core.model.environment import ENVIRONMENT_KEYS
from ostiary.core.model.policy import Policy, StepNode
from ostiary.core.oauth.metadata import Metadata
from tests.support.authorizing import EVERY_TYPE
from tests.support.environments import make_environment
from tests.support.tenants import signing_key

CONTEXTS = {"one": "urn:b", "two": "urn:a", "three": None, "four": "urn:b"}
ENV = make_environment(
    issuer="https://id.example.com",
    scopes=frozenset({"b", "a"}),
    key_sets={
        ENVIRONMENT_KEYS: KeySet(
            ENVIRONMENT_KEYS, (signing_key("m1", "ES256"), signing_key("m2", "EdDSA"))
        )
    },
)


def _describe(*methods: AuthMethod) -> dict[str, object]:
    return Metadata(("g1", "g2"), methods, ("RS256", "HS256")).describe(ENV)


def test_grants_and_methods_stand_in_the_order_of_their_catalogs() -> None:
    members = _describe(AuthMethod.NONE, AuthMethod.CLIENT_SECRET_POST)
    assert members["grant_types_supported"] == ["g1", "g2"]
    assert members["token_endpoint_auth_methods_supported"] == ["none", "client_secret_post"]
    assert members["introspection_endpoint_auth_methods_supported"] == ["client_secret_post"]


def test_scopes_and_algorithms_are_the_environments_own() -> None:
    members = _describe()
    assert members["issuer"] == "https://id.example.com"
    assert members["scopes_supported"] == ["a", "b"]
    assert members["id_token_signing_alg_values_supported"] == ["ES256", "EdDSA"]


def test_algorithms_of_assertions_are_named_only_where_assertions_are_taken() -> None:
    name = "token_endpoint_auth_signing_alg_values_supported"
    assert name not in _describe(AuthMethod.CLIENT_SECRET_BASIC)
    assert _describe(AuthMethod.PRIVATE_KEY_JWT)[name] == ["RS256", "HS256"]


def _sign_on(**fields: Any) -> dict[str, Any]:
    metadata = Metadata(("authorization_code",), (AuthMethod.CLIENT_SECRET_POST,), ("RS256",))
    env = replace(ENV, **fields)
    return {**metadata.describe(env), **metadata.describe_sign_on(env)}


def test_OIDC_4_every_response_type_is_listed() -> None:
    listed = {" ".join(sorted(each.split(" "))) for each in _sign_on()["response_types_supported"]}
    assert listed == EVERY_TYPE
    assert {"code", "id_token", "token id_token"} <= set(_sign_on()["response_types_supported"])


def test_OIDC_5_the_grant_without_a_token_endpoint_is_listed_too() -> None:
    assert _sign_on()["grant_types_supported"] == ["authorization_code", "implicit"]


def test_OIDC_6_userinfo_is_signed_as_id_tokens_are() -> None:
    members = _sign_on()
    assert members["subject_types_supported"] == ["public"]
    for name in ("id_token", "userinfo"):
        assert members[f"{name}_signing_alg_values_supported"] == ["ES256", "EdDSA"]


def test_OIDC_8_what_is_not_supported_is_said() -> None:
    members = _sign_on()
    assert members["request_parameter_supported"] is False
    assert members["request_uri_parameter_supported"] is False


def test_OIDC_9_claims_that_may_be_asked_for_are_listed() -> None:
    members = _sign_on(scope_claims={"company": ("cost_center",)}, claim_attributes={"badge": "b"})
    assert members["claims_parameter_supported"] is True
    assert {"sub", "iss", "name", "email_verified", "cost_center", "badge"} <= set(
        members["claims_supported"]
    )


def test_OIDC_10_what_has_no_values_is_left_out() -> None:
    assert "acr_values_supported" not in _sign_on()
    assert None not in _sign_on().values()
    assert [] not in _sign_on().values()


def test_contexts_of_policies_are_listed() -> None:
    policies = {key: Policy(key, StepNode("form"), context) for key, context in CONTEXTS.items()}
    assert _sign_on(policies=policies)["acr_values_supported"] == ["urn:a", "urn:b"]


def test_SEC_21_the_issuer_parameter_is_announced() -> None:
    assert _sign_on()["authorization_response_iss_parameter_supported"] is True


def test_SEC_36_plain_is_not_announced() -> None:
    assert _sign_on()["code_challenge_methods_supported"] == ["S256"]
