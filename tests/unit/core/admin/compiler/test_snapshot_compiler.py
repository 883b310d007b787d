"""The compiler: every stored field arrives, environments stay apart, what is broken is named."""

import subprocess
import sys
from contextlib import nullcontext
from dataclasses import fields, replace

import pytest

from ostiary.core.admin.bodies import (
    ClientBody,
    EnvironmentBody,
    InstallationKeyBody,
    ServerBody,
    SigningKeyBody,
)
from ostiary.core.admin.compiler.snapshot_compiler import compile_snapshot
from ostiary.core.admin.contents import ConfigurationBrokenError
from ostiary.core.base.ids import ClientId, KeyId, TokenManagerId
from ostiary.core.clientauth.client_secret_jwt import verify_by_own_secrets
from ostiary.core.crypto import jws
from ostiary.core.crypto.jws import InvalidJWSError
from ostiary.core.crypto.secret_digests import DigestKind
from ostiary.core.model.client import AuthMethod
from ostiary.core.model.environment import ENVIRONMENT_KEYS, Environment, Face
from ostiary.core.model.token_manager import ClaimStyle, ScopeFormat, TokenKind, TokenManager
from ostiary.core.ports.configuration import Document, StoredConfiguration
from tests.support import jose
from tests.support.administration import ES256, FULL, Installation, make_sealer

EXPIRY = 1_796_083_200.0
"""2026-12-01, when the previous secret of `FULL` expires."""


async def _compile_full(installation: Installation) -> Environment:
    await installation.apply(FULL)
    return await installation.environment("main")


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


async def test_every_field_of_a_client_arrives() -> None:
    env = await _compile_full(Installation())
    client = env.clients[ClientId("program-id")]
    assert client.key == "program"
    assert client.name == "Program"
    assert not client.enabled
    assert client.auth_methods == {AuthMethod.PRIVATE_KEY_JWT, AuthMethod.CLIENT_SECRET_JWT}
    assert client.grant_types == {"client_credentials", "refresh_token"}
    assert client.scopes == {"read", "write"}
    assert client.default_scopes.names == ("write", "read")
    assert client.token_managers == ("second", "first")
    assert [key.kid for key in client.jwks] == ["its-key"]
    assert client.may_introspect
    assert client.issuer_audience_only
    assert [secret.expires_at for secret in client.secrets] == [None, EXPIRY]
    assert [secret.value.reveal() for secret in client.readable_secrets] == [
        "0123456789abcdef0123456789abcdef",
        "fedcba9876543210fedcba9876543210",
    ]


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


async def test_every_field_of_the_server_arrives() -> None:
    installation = Installation()
    await installation.apply(FULL)
    snapshot = await installation.snapshot()
    main = await installation.environment("main")
    assert snapshot.version == 1
    assert snapshot.default is not None
    assert snapshot.default.id == main.id
    assert snapshot.pingone_default is not None
    assert snapshot.pingone_default.key == "people"
    assert set(snapshot.by_host) == {"main.example.com", "www.main.example.com"}
    assert snapshot.allowed_hosts == {
        "127.0.0.1",
        "id.example.com",
        "main.example.com",
        "other.example.com",
        "www.main.example.com",
    }


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


async def test_an_ipv6_host_is_known_without_its_brackets() -> None:
    installation = Installation()
    text = ES256.format("main").replace("algorithms", 'base_url = "https://[::1]:9031"\nalgorithms')
    await installation.apply(text)
    snapshot = await installation.snapshot()
    assert set(snapshot.by_host) == {"::1"}
    assert "::1" in snapshot.allowed_hosts
    assert not any("[" in host for host in snapshot.allowed_hosts)
    (env,) = snapshot.environments.values()
    assert env.base_url == env.endpoint_bases[0] == "https://[::1]:9031"


async def test_SEC_56_a_previous_secret_is_good_until_its_time_and_no_longer() -> None:
    installation = Installation()
    await installation.apply(
        ES256.format("main") + "[environments.main.clients.app]\n"
        'secret = "new-secret-new-secret"\n'
        'previous_secret = { value = "old-secret-old-secret", expires_at = 2026-12-01T00:00:00Z }'
    )
    env = await installation.environment("main")
    kept = env.clients[ClientId("app")].secrets
    assert {secret.kind for secret in kept} == {DigestKind.HMAC_SHA256}
    for secret, before, after in (
        ("new-secret-new-secret", True, True),
        ("old-secret-old-secret", True, False),
        ("no-secret", False, False),
    ):
        assert env.client_secrets.matches(kept, secret, now=EXPIRY - 1) is before
        assert env.client_secrets.matches(kept, secret, now=EXPIRY) is after


@pytest.mark.parametrize(
    ("secret", "before", "after"),
    [("new-secret", True, True), ("old-secret", True, False), ("no-secret", False, False)],
)
async def test_SEC_56_a_previous_secret_signs_assertions_until_its_time_and_no_longer(
    secret: str, before: bool, after: bool
) -> None:
    installation, padding = Installation(), "-0123456789-0123456789-0123456789"
    await installation.apply(
        ES256.format("main") + "[environments.main.clients.app]\n"
        f'auth_methods = ["client_secret_jwt"]\nsecret = "new-secret{padding}"\n'
        f'previous_secret = {{ value = "old-secret{padding}", expires_at = 2026-12-01T00:00:00Z }}'
    )
    (client,) = (await installation.environment("main")).clients.values()
    signed = jose.compact({"alg": "HS256"}, {"sub": "app"}, (secret + padding).encode())
    for now, is_accepted in ((EXPIRY - 1, before), (EXPIRY, after)):
        expected = nullcontext() if is_accepted else pytest.raises(InvalidJWSError)
        with expected:
            verify_by_own_secrets(client, jws.parse(signed), now=now)


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
    kids = [{key.kid for key in env.key_sets[ENVIRONMENT_KEYS].keys} for env in (one, two)]
    assert kids[0].isdisjoint(kids[1])
    (kid,) = kids[0]
    assert two.find_key(KeyId(kid)) is None


async def test_secrets_are_opened_only_for_the_method_that_computes_with_them() -> None:
    installation = Installation()
    await installation.apply(
        ES256.format("main") + "[environments.main.clients.app]\n"
        'secret = "secret-secret-secret-secret-secret"\n'
    )
    (client,) = (await installation.environment("main")).clients.values()
    assert client.secrets
    assert client.readable_secrets == ()


def _without(stored: StoredConfiguration, document_type: str) -> StoredConfiguration:
    kept = tuple(each for each in stored.documents if each.id.type != document_type)
    return replace(stored, documents=kept)


def _edited(
    stored: StoredConfiguration, document_type: str, old: bytes, new: bytes
) -> StoredConfiguration:
    """Return what is stored with one document changed behind our back."""
    edited = tuple(
        Document(each.id, each.body.replace(old, new)) if each.id.type == document_type else each
        for each in stored.documents
    )
    assert edited != stored.documents
    return replace(stored, documents=edited)


BROKEN = ES256.format("main") + (
    '[environments.main.clients.app]\nsecret = "secret-secret-secret"\n'
    "[environments.main.clients.other]\n"
)


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        pytest.param(
            lambda stored: _without(stored, ServerBody.document_type), "nothing", id="no server"
        ),
        pytest.param(
            lambda stored: _without(stored, SigningKeyBody.document_type),
            "manager default.*ES256",
            id="no key",
        ),
        pytest.param(
            lambda stored: _without(stored, InstallationKeyBody.document_type),
            "environment main",
            id="no key for secrets",
        ),
        pytest.param(
            lambda stored: _edited(stored, ClientBody.document_type, b'"default"', b'"gone"'),
            "client app.*gone",
            id="manager that does not exist",
        ),
        pytest.param(
            lambda stored: _edited(stored, ClientBody.document_type, b'["default"]', b"[]"),
            "client app.*no token manager",
            id="no manager",
        ),
        pytest.param(
            lambda stored: _edited(stored, ClientBody.document_type, b'"other"', b'"app"'),
            "client other.*client_id",
            id="client id given twice",
        ),
        pytest.param(
            lambda stored: _edited(stored, ClientBody.document_type, b'"digest":"', b'"digest":"='),
            "client app",
            id="digest that is none",
        ),
        pytest.param(
            lambda stored: _edited(stored, ServerBody.document_type, b'"main"', b'"gone"'),
            "gone",
            id="default environment that does not exist",
        ),
        pytest.param(
            lambda stored: _edited(stored, SigningKeyBody.document_type, b"s1.", b"s2."),
            "environment main.*sealed",
            id="key that does not open",
        ),
        pytest.param(
            lambda stored: _edited(stored, SigningKeyBody.document_type, b'"ES256"', b'"RS256"'),
            "environment main.*RSA",
            id="key of another kind",
        ),
        pytest.param(
            lambda stored: _edited(
                stored, EnvironmentBody.document_type, b'"pingfederate"', b'"pingone"'
            ),
            "main",
            id="default environment of the other face",
        ),
    ],
)
async def test_what_cannot_run_is_refused_whole_and_named(edit: object, named: str) -> None:
    installation = Installation()
    await installation.apply(BROKEN)
    stored = await installation.store.load()
    assert callable(edit)
    with pytest.raises(ConfigurationBrokenError, match=named):
        compile_snapshot(edit(stored), installation.sealer, now=installation.clock.now())


async def test_two_environments_cannot_have_one_id_or_one_host() -> None:
    installation = Installation()
    await installation.apply(
        ES256.format("one").replace("algorithms", 'hosts = ["one.example.com"]\nalgorithms')
        + ES256.format("two").replace("algorithms", 'hosts = ["two.example.com"]\nalgorithms')
    )
    stored = await installation.store.load()
    ids = [env.id.encode() for env in (await installation.snapshot()).environments.values()]
    for old, new in ((ids[0], ids[1]), (b"two.example.com", b"one.example.com")):
        broken = _edited(stored, EnvironmentBody.document_type, old, new)
        with pytest.raises(ConfigurationBrokenError, match="taken"):
            compile_snapshot(broken, installation.sealer, now=0.0)


async def test_another_master_key_opens_nothing() -> None:
    installation = Installation()
    await installation.apply(BROKEN)
    stored = await installation.store.load()
    for other in (make_sealer("other", bytes(32)), make_sealer("test", bytes([1] * 32))):
        with pytest.raises(ConfigurationBrokenError, match="environment main"):
            compile_snapshot(stored, other, now=0.0)


async def test_an_empty_store_is_no_configuration() -> None:
    with pytest.raises(ConfigurationBrokenError, match="apply"):
        compile_snapshot(StoredConfiguration(0, ()), make_sealer(), now=0.0)


async def test_documents_of_an_environment_that_is_not_there_are_left_alone() -> None:
    installation = Installation()
    await installation.apply(ES256.format("main") + ES256.format("other"))
    stored = await installation.store.load()
    kept = tuple(
        each
        for each in stored.documents
        if (each.id.type, each.id.key) != (EnvironmentBody.document_type, "other")
    )
    snapshot = compile_snapshot(replace(stored, documents=kept), installation.sealer, now=0.0)
    assert [env.key for env in snapshot.environments.values()] == ["main"]


def test_a_worker_compiles_without_what_only_administration_needs() -> None:
    program = "import sys, ostiary.core.admin.compiler.snapshot_compiler; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    ).stdout.split()
    assert "msgspec" in loaded
    assert {"pydantic", "joserfc", "sqlalchemy", "ostiary.core.configuration.schema"}.isdisjoint(
        loaded
    )
