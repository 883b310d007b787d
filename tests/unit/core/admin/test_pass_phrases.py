"""Pass phrases of reference adapters: kept as digests, and never to be read again."""

import pytest

from ostiary.core.admin.bodies import ReferenceAdapterBody, SecretBody
from ostiary.core.admin.contents import find
from ostiary.core.admin.export import export_toml
from ostiary.core.admin.plan import PlanRefusedError
from ostiary.core.base.ids import ClientId
from ostiary.core.crypto.distinguished_names import NamePattern
from ostiary.core.model.reference_adapter import (
    AttributeFormat,
    Direction,
    LogoutMode,
    Transport,
    UserSource,
)
from tests.support.administration import ES256, FULL, Installation

CANARY = "q6^&2dR!Vc7PtA-canary"
ADAPTER = ES256.format("main") + "[environments.main.reference_adapters.sample]\n"
PAIR = ADAPTER + 'username = "app"\n'
GIVEN = f'{PAIR}pass_phrase = "{CANARY}"\n'
KEPT = f"{PAIR}pass_phrase = {{ stored = true }}\n"


async def _stored(installation: Installation) -> SecretBody | None:
    body = find(await installation.contents(), ReferenceAdapterBody, "main", "sample")
    assert body is not None
    return body.pass_phrase


async def _accepts(installation: Installation, pass_phrase: str) -> bool:
    """Tell whether an application may call with a pass phrase now."""
    env = await installation.environment("main")
    kept = env.reference_adapters["sample"].callers.pass_phrase
    assert kept is not None
    return env.client_secrets.matches((kept,), pass_phrase, now=installation.clock.now())


async def test_S1_20_a_pass_phrase_is_kept_as_a_digest_and_compared() -> None:
    installation = Installation()
    await installation.apply(GIVEN)

    assert await _accepts(installation, CANARY)
    assert not await _accepts(installation, CANARY + "x")
    assert all(CANARY.encode() not in document.body for document in await installation.documents())


async def test_S1_20_neither_the_changes_nor_an_export_show_it() -> None:
    installation = Installation()
    applied = await installation.apply(GIVEN)
    stored = await installation.store.load()
    exported = export_toml(stored.version, await installation.contents(), {})

    assert any("pass_phrase: set (hidden)" in line for line in applied.plan.changes)
    assert CANARY not in "".join(applied.plan.changes) + exported
    assert "pass_phrase = { stored = true }" in exported


async def test_the_same_pass_phrase_given_again_changes_nothing() -> None:
    installation = Installation()
    await installation.apply(GIVEN)

    assert (await installation.plan(GIVEN)).is_empty
    assert (await installation.plan(KEPT)).is_empty


async def test_another_pass_phrase_takes_the_place_of_the_one_before() -> None:
    installation = Installation()
    await installation.apply(GIVEN)
    await installation.apply(GIVEN.replace(CANARY, "another-canary"))

    assert await _accepts(installation, "another-canary")
    assert not await _accepts(installation, CANARY)


async def test_one_that_is_to_be_kept_must_be_there() -> None:
    with pytest.raises(PlanRefusedError, match="pass_phrase: is to be kept"):
        await Installation().apply(KEPT)


async def test_an_adapter_that_is_not_in_the_file_any_more_goes() -> None:
    installation = Installation()
    await installation.apply(GIVEN)
    await installation.apply(ES256.format("main"))

    assert (await installation.environment("main")).reference_adapters == {}


async def test_every_setting_of_an_adapter_is_compiled() -> None:
    installation = Installation()
    await installation.apply(
        ES256.format("main").replace("algorithms", 'scopes = { read = "Read" }\nalgorithms')
        + """
        [environments.main.clients.app]
        client_id = "the-app"
        [environments.main.reference_adapters.sample]
        direction = "sp"
        subject_dn = "CN=*, O=Example"
        issuer_dn = "*"
        token_manager = "default"
        clients = ["app"]
        required_scopes = ["read"]
        user_tokens = true
        reference_seconds = 95
        reference_bytes = 16
        incoming_format = "query"
        outgoing_format = "properties"
        include_null = true
        dashed_headers = true
        keep_json = false
        """
    )

    adapter = (await installation.environment("main")).reference_adapters["sample"]

    assert (adapter.key, adapter.direction) == ("sample", Direction.SP)
    assert (adapter.reference_seconds, adapter.reference_bytes) == (95, 16)
    assert adapter.incoming_format is AttributeFormat.QUERY
    assert adapter.outgoing_format is AttributeFormat.PROPERTIES
    assert adapter.includes_null
    assert adapter.takes_second_spelling
    assert not adapter.keeps_json
    callers = adapter.callers
    assert (callers.username, callers.pass_phrase) == (None, None)
    assert callers.subject == NamePattern.parse("CN=*, O=Example")
    assert callers.issuer == NamePattern.parse("*")
    assert callers.token_manager == "default"
    assert callers.client_ids == {ClientId("the-app")}
    assert callers.required_scopes == {"read"}
    assert callers.takes_user_tokens


async def test_every_setting_about_browsers_is_compiled() -> None:
    installation = Installation()
    await installation.apply(FULL)
    env = await installation.environment("main")

    portal, knowing = env.reference_adapters["portal"], env.reference_adapters["knowing"]
    assert portal.endpoint == "https://portal.example.com/app?theme=dark"
    assert portal.transport is Transport.FORM_POST
    assert set(portal.targets) == {
        "https://portal.example.com/shop/*",
        "https://portal.example.com/reports",
    }
    assert set(portal.attributes) == {"mail", "groups"}
    assert portal.logout_endpoint == "https://portal.example.com/logout"
    assert portal.logout_mode is LogoutMode.BACK_CHANNEL
    assert portal.skips_host_name_check
    assert (portal.users, portal.takes_unasked) == (UserSource.CREATED, False)
    assert (knowing.users, knowing.population) == (UserSource.KNOWN, "staff")
    assert knowing.takes_unasked
    assert (knowing.transport, knowing.logout_mode) == (Transport.QUERY, LogoutMode.NONE)
