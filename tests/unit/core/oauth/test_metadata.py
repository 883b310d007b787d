"""Metadata says what is registered, and nothing else."""

from ostiary.core.crypto.keys import KeySet
from ostiary.core.model.client import AuthMethod
from ostiary.core.model.environment import ENVIRONMENT_KEYS
from ostiary.core.oauth.metadata import Metadata
from tests.support.environments import make_environment
from tests.support.tenants import signing_key

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
