"""An environment finds its keys and resources by itself, and shows no secrets."""

from dataclasses import fields, replace

import pytest

from ostiary.core.base.ids import KeyId, TokenManagerId
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.secret_digests import SecretDigester
from ostiary.core.model.client import AuthMethod
from ostiary.core.model.environment import ENVIRONMENT_KEYS, Environment, Face
from ostiary.core.model.resource import Resource
from tests.support.environments import make_environment
from tests.support.tenants import make_client, make_manager, make_tenant, secret_of

MANAGERS = (
    make_manager("own", jwks_path="own/jwks"),
    make_manager("shared"),
    make_manager("other", jwks_path="other/jwks"),
)
NOW = 1_750_000_000.0


def _environment() -> Environment:
    clients = (make_client("canary-client", AuthMethod.CLIENT_SECRET_JWT),)
    return make_tenant(
        "model", Face.PINGFEDERATE, "https://id.example.com", managers=MANAGERS, clients=clients
    )


def test_SEC_106_a_managers_own_keys_are_published_at_its_path_only() -> None:
    env = _environment()
    kids = {path: _kids(env, path) for path in (None, "own/jwks", "other/jwks")}
    assert len(kids[None]) == 2  # the environment's and those of the manager without a path
    assert len(kids["own/jwks"]) == len(kids["other/jwks"]) == 1
    everything = [kid for published in kids.values() for kid in published]
    assert len(set(everything)) == len(everything)


@pytest.mark.parametrize("path", ["", "own", "own/jwks/", "OWN/JWKS", "../own/jwks"])
def test_nothing_is_published_at_another_path(path: str) -> None:
    assert _environment().published_keys(path, NOW) is None


def test_an_environment_without_managers_publishes_its_own_keys() -> None:
    env = _environment()
    bare = replace(env, token_managers={})
    assert _kids(bare, None) == [env.key_sets[ENVIRONMENT_KEYS].keys[0].kid]


def test_a_key_is_found_by_its_id_with_the_set_it_belongs_to() -> None:
    env = _environment()
    for name, key_set in env.key_sets.items():
        assert env.find_key(key_set.keys[0].kid) == (key_set.keys[0], name)
    assert env.find_key(KeyId("unknown")) is None


def test_resources_are_found_by_any_of_their_scopes_in_configured_order() -> None:
    orders = Resource("1", "orders", "https://orders", frozenset({"read", "write"}))
    bills = Resource("2", "bills", "https://bills", frozenset({"pay"}))
    env = make_environment(resources=(orders, bills))
    assert env.resources_of(frozenset({"pay", "write"})) == (orders, bills)
    assert env.resources_of(frozenset({"pay"})) == (bills,)
    assert env.resources_of(frozenset({"openid"})) == ()


def test_SEC_244_neither_environment_nor_client_shows_secrets() -> None:
    env = _environment()
    (client,) = env.clients.values()
    assert client.readable_secrets[0].value.reveal() == secret_of("canary-client")
    for shown in (repr(env), repr(client), str(env), str(client)):
        assert secret_of("canary-client") not in shown
        assert "PrivateKey" not in shown


def test_SEC_244_every_field_that_holds_secrets_is_left_out_of_the_repr() -> None:
    hidden = {field.name for field in fields(Environment) if not field.repr}
    assert hidden >= {"clients", "key_sets", "client_secrets"}
    digester = SecretDigester(Secret(b"canary-pepper-canary-pepper-cana"))
    assert "canary" not in repr(make_environment(client_secrets=digester))


def test_a_public_client_has_no_way_to_authenticate_but_none() -> None:
    assert make_client("a", AuthMethod.NONE).is_public
    assert not make_client("a").is_public
    assert TokenManagerId("default") in make_client("a").token_managers


def _kids(env: Environment, path: str | None) -> list[KeyId]:
    published = env.published_keys(path, NOW)
    assert published is not None
    return [key.kid for key in published]
