"""The compiled whole: which hosts it answers for, and that what is broken is named, not served."""

import subprocess
import sys
from dataclasses import replace

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
from ostiary.core.ports.configuration import Document, StoredConfiguration
from tests.support.administration import ES256, FULL, Installation, make_sealer


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
