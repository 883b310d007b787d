"""Compiled environments: every stored field arrives, and environments stay apart."""

from dataclasses import fields

from ostiary.core.base.ids import ClientId, KeyId, TokenManagerId
from ostiary.core.model.environment import ENVIRONMENT_KEYS, Environment, Face
from ostiary.core.model.token_manager import ClaimStyle, ScopeFormat, TokenKind, TokenManager
from tests.support.administration import ES256, FULL, Installation


async def _compile_full(installation: Installation) -> Environment:
    await installation.apply(FULL)
    return await installation.environment("main")


async def test_every_field_of_an_environment_arrives() -> None:
    env = await _compile_full(Installation())
    assert env.id == "11111111-1111-4111-8111-111111111111"
    assert env.organization_id == "22222222-2222-4222-8222-222222222222"
    assert env.name == "Main"
    assert env.face is Face.PINGFEDERATE
    assert env.base_url == env.issuer == "https://main.example.com"
    assert env.endpoint_bases == (
        "https://main.example.com",
        "https://www.main.example.com",
        "https://id.example.com:8443",
        "https://127.0.0.1:8443",
        "https://other.example.com:8443",
    )
    assert env.allowed_origins == {"https://app.example.com"}
    assert env.scopes == {"read", "write"}
    algorithms = {key.algorithm for key in env.key_sets[ENVIRONMENT_KEYS].keys}
    assert algorithms == {"ES256", "EdDSA"}


async def test_every_field_of_a_token_manager_arrives() -> None:
    env = await _compile_full(Installation())
    first = env.token_managers[TokenManagerId("first")]
    expected = TokenManager(
        id=TokenManagerId("first"),
        kind=TokenKind.REFERENCE,
        style=ClaimStyle.PINGONE,
        lifetime_seconds=61,
        algorithm="PS256",
        key_set="manager:first",
        jwks_path=None,
        scope_format=ScopeFormat.ARRAY,
        client_claim="client_id_name",
        scope_claim="scp",
        grant_claim="grant",
        jti_bytes=17,
        manager_header=True,
        authorization_details=True,
        legacy_claims=True,
        attributes={"OrgName": "An Organization"},
        user_attributes={"Email": "mail"},
        resources=("https://a.example.com", "https://b.example.com"),
        audiences=("https://b.example.com", "https://a.example.com"),
        selector="0001",
        length=40,
    )
    for field in fields(TokenManager):
        assert getattr(first, field.name) == getattr(expected, field.name), field.name
    second = env.token_managers[TokenManagerId("second")]
    assert second.lifetime_seconds == 300
    assert second.jwks_path == "second/keys"
    assert second.key_set == "manager:second"
    assert env.key_sets["manager:second"].signing_key("ES256", 0.0).kid == "k2"


async def test_S4_16_scopes_belong_to_their_resource() -> None:
    env = await _compile_full(Installation())
    (orders,) = env.resources
    assert orders.audience == "https://orders.example.com"
    assert orders.scopes == {"read", "write"}
    assert env.resources_of(frozenset({"read"})) == (orders,)
    assert env.resources_of(frozenset({"other"})) == ()


async def test_a_client_of_pingone_is_known_by_its_id_and_its_issuer_by_the_environment() -> None:
    installation = Installation()
    await installation.apply(
        ES256.format("people").replace("algorithms", 'face = "pingone"\nalgorithms')
        + "[environments.people.clients.app]"
    )
    env = await installation.environment("people")
    (client,) = env.clients.values()
    assert client.client_id == client.id
    assert env.issuer == f"https://localhost:9031/{env.id}/as"
    assert env.base_url == "https://localhost:9031"


async def test_SEC_228_the_key_alone_tells_which_manager_issued_a_token() -> None:
    installation = Installation()
    await installation.apply(
        ES256.format("main") + '[environments.main.token_managers.other]\nalgorithm = "ES256"\n'
    )
    env = await installation.environment("main")
    sets = [manager.key_set for manager in env.token_managers.values()]
    assert len(set(sets)) == len(sets) == 2
    kids = [key.kid for key in env.published_keys(None, installation.clock.now()) or ()]
    assert len(set(kids)) == len(kids) == 3


async def test_SEC_224_the_same_client_id_and_secret_in_two_environments_are_two_clients() -> None:
    installation = Installation()
    client = '[environments.{0}.clients.app]\nsecret = "same-secret-same-secret"\n'
    await installation.apply(
        "".join((ES256 + client).format(key) for key in ("one", "two"))
        + '[environments.two.scopes]\nread = "Read"\n'
    )
    one, two = await installation.environment("one"), await installation.environment("two")
    ours, theirs = one.clients[ClientId("app")], two.clients[ClientId("app")]
    assert ours.id != theirs.id
    assert ours.secrets[0].digest != theirs.secrets[0].digest
    assert not two.client_secrets.matches(
        ours.secrets, "same-secret-same-secret", now=installation.clock.now()
    )
    assert not one.scopes
    kids = [
        {key.kid for key_set in env.key_sets.values() for key in key_set.keys} for env in (one, two)
    ]
    assert [len(each) for each in kids] == [2, 2]
    assert kids[0].isdisjoint(kids[1])
    assert all(two.find_key(KeyId(kid)) is None for kid in kids[0])
