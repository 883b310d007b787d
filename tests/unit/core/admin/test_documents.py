"""Documents: the same meaning always has the same bytes, and no field of the schema gets lost."""

import json
from datetime import UTC, datetime

import msgspec
import pytest
from pydantic import BaseModel

from ostiary.core.admin.bodies import (
    AuthenticationApplicationBody,
    Body,
    ClientAuthorityBody,
    ClientBody,
    ClientCertificateBody,
    DeviceBody,
    DirectoryBody,
    EnvironmentBody,
    ExchangeBody,
    GroupSearchBody,
    LockoutBody,
    PasswordPolicyBody,
    PolicyBody,
    ReferenceAdapterBody,
    RefreshBody,
    ResourceBody,
    ServerBody,
    SessionsBody,
    StepBody,
    ThemeBody,
    ThemeColoursBody,
    ThemeLinksBody,
    TokenManagerBody,
    TrustedIssuerBody,
    client_uuid,
    default_of,
)
from ostiary.core.admin.contents import ConfigurationBrokenError, encode, find, identify, read
from ostiary.core.admin.documents import SHARED_SERVER_FIELDS, Desired, describe_client
from ostiary.core.configuration import implied
from ostiary.core.configuration.schema import (
    AuthenticationApplicationSettings,
    ClientSettings,
    DeviceSettings,
    EnvironmentSettings,
    LockoutSettings,
    PasswordPolicySettings,
    PolicySettings,
    ReferenceAdapterSettings,
    RefreshSettings,
    ResourceSettings,
    ServerSettings,
    SessionSettings,
    StepSettings,
    ThemeSettings,
    TokenManagerSettings,
)
from ostiary.core.configuration.schema_certificates import ClientCertificateSettings
from ostiary.core.configuration.schema_directories import DirectorySettings, GroupSearchSettings
from ostiary.core.configuration.schema_exchange import TokenExchangeSettings
from ostiary.core.configuration.schema_issuers import TrustedIssuerSettings
from ostiary.core.configuration.schema_theme import ThemeColours, ThemeLinks
from ostiary.core.ports.configuration import Document, DocumentId
from tests.support.administration import FULL, desire

PAIRS = (
    pytest.param(
        EnvironmentBody,
        EnvironmentSettings,
        {"authentication_applications", "clients", "policies", "resources", "steps"}
        | {"client_authorities", "reference_adapters", "theme", "token_managers", "users"}
        | {"directories", "trusted_issuers"},
        id="environment",
    ),
    pytest.param(LockoutBody, LockoutSettings, set(), id="lockout"),
    pytest.param(PasswordPolicyBody, PasswordPolicySettings, set(), id="password policy"),
    pytest.param(SessionsBody, SessionSettings, set(), id="sessions"),
    pytest.param(StepBody, StepSettings, set(), id="step"),
    pytest.param(PolicyBody, PolicySettings, {"steps"}, id="policy"),
    pytest.param(
        AuthenticationApplicationBody,
        AuthenticationApplicationSettings,
        set(),
        id="authentication application",
    ),
    pytest.param(RefreshBody, RefreshSettings, set(), id="refresh tokens"),
    pytest.param(DeviceBody, DeviceSettings, set(), id="device requests"),
    pytest.param(ResourceBody, ResourceSettings, set(), id="resource"),
    pytest.param(TokenManagerBody, TokenManagerSettings, {"lifetime_minutes"}, id="token manager"),
    pytest.param(ThemeBody, ThemeSettings, set(), id="theme"),
    pytest.param(ThemeColoursBody, ThemeColours, set(), id="colours"),
    pytest.param(ThemeLinksBody, ThemeLinks, set(), id="links of a theme"),
    pytest.param(ClientCertificateBody, ClientCertificateSettings, set(), id="client certificate"),
    pytest.param(ClientBody, ClientSettings, set(), id="client"),
    pytest.param(ReferenceAdapterBody, ReferenceAdapterSettings, set(), id="reference adapter"),
    pytest.param(DirectoryBody, DirectorySettings, set(), id="directory"),
    pytest.param(GroupSearchBody, GroupSearchSettings, set(), id="groups of a directory"),
    pytest.param(TrustedIssuerBody, TrustedIssuerSettings, set(), id="trusted issuer"),
    pytest.param(ExchangeBody, TokenExchangeSettings, set(), id="token exchange"),
)
"""Each type of document with the table that it comes from, and what of that lies elsewhere."""
PROGRAM = identify(ClientBody, "main", "program")


@pytest.mark.parametrize(("body", "settings", "elsewhere"), PAIRS)
def test_every_field_of_the_schema_has_its_place_in_a_document(
    body: type[msgspec.Struct], settings: type[BaseModel], elsewhere: set[str]
) -> None:
    assert set(body.__struct_fields__) == settings.model_fields.keys() - elsewhere


def test_every_shared_field_of_the_server_has_its_place_in_a_document() -> None:
    assert set(ServerBody.__struct_fields__) == SHARED_SERVER_FIELDS
    assert ServerSettings.model_fields.keys() >= SHARED_SERVER_FIELDS


@pytest.mark.parametrize(("body", "settings", "elsewhere"), PAIRS)
def test_a_field_left_out_of_a_document_means_what_it_means_in_the_file(
    body: type[msgspec.Struct], settings: type[BaseModel], elsewhere: set[str]
) -> None:
    for info in msgspec.structs.fields(body):
        if not info.required:
            default = settings.model_fields[info.name].get_default(call_default_factory=True)
            assert _plain(default_of(info)) == _plain(default), info.name


def _plain(value: object) -> object:
    """Return what a value says, whatever type of table it stands in."""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    return msgspec.to_builtins(value)


@pytest.mark.parametrize(
    "body",
    [
        EnvironmentBody,
        ResourceBody,
        TokenManagerBody,
        StepBody,
        PolicyBody,
        AuthenticationApplicationBody,
        ThemeBody,
        ClientAuthorityBody,
        ClientBody,
        ReferenceAdapterBody,
        DirectoryBody,
        TrustedIssuerBody,
    ],
    ids=lambda body: body.document_type,
)
def test_every_field_of_the_file_arrives_in_a_document(body: type[Body]) -> None:
    desired = desire(FULL)
    found = [each for each in desired.bodies.values() if isinstance(each, body)]
    for info in msgspec.structs.fields(body):
        if info.name in {"bind_password", "secret", "previous_secret", "pass_phrase"}:
            continue  # They travel apart from the body.
        values = [getattr(each, info.name) for each in found]
        assert any(value != default_of(info) for value in values), info.name


def test_secrets_of_the_file_travel_apart_from_the_documents() -> None:
    desired = desire(FULL)
    secrets = desired.secrets[PROGRAM]
    assert secrets.current is not None
    assert secrets.current.value is not None
    assert secrets.current.value.reveal() == "0123456789abcdef0123456789abcdef"
    assert secrets.previous is not None
    assert secrets.previous.expires_at == datetime(2026, 12, 1, tzinfo=UTC).timestamp()
    assert b"0123456789abcdef" not in b"".join(map(encode, desired.bodies.values()))


def test_order_in_the_file_does_not_change_a_document() -> None:
    written = desire(
        'server.hosts = ["a.example.com", "b.example.com"]'
        '\n[environments.main]\nalgorithms = ["RS256", "ES256"]\nscopes = {a = "1", b = "2"}'
        '\n[environments.main.clients.app]\nscopes = ["a", "b"]\nname = "App"'
    )
    other = desire(
        'server.hosts = ["b.example.com", "a.example.com", "a.example.com"]'
        '\n[environments.main]\nscopes = {b = "2", a = "1"}\nalgorithms = ["ES256", "RS256"]'
        '\n[environments.main.clients.app]\nname = "App"\nscopes = ["b", "a", "b"]'
    )
    assert _bytes(written) == _bytes(other)


def test_what_goes_without_saying_may_as_well_be_said() -> None:
    terse = desire("[environments.main.clients.app]")
    explicit = desire(
        '[environments.main]\nface = "pingfederate"\nname = ""\nhosts = []'
        '\n[environments.main.token_managers.default]\nstyle = "pingfederate"'
        '\njwks_path = "oauth/jwks"\nlifetime_minutes = 120\nscope_format = "array"'
        '\n[environments.main.clients.app]\nclient_id = "app"\nauth_methods = ["none"]'
        '\nenabled = true\ntoken_managers = ["default"]\ngrant_types = []'
    )
    assert _bytes(terse) == _bytes(explicit)


def test_the_order_of_audiences_and_default_scopes_is_kept() -> None:
    desired = desire(FULL)
    manager = find(desired.bodies, TokenManagerBody, "main", "first")
    client = find(desired.bodies, ClientBody, "main", "program")
    assert manager is not None
    assert manager.audiences == ("https://b.example.com", "https://a.example.com")
    assert client is not None
    assert client.default_scopes == ("write", "read")
    assert client.token_managers == ("second", "first")


def test_members_are_sorted_and_unset_ones_left_out() -> None:
    body = desire("[environments.main]").bodies[identify(EnvironmentBody, "main", "main")]
    members = json.loads(encode(body))
    assert list(members) == sorted(members)
    assert None not in members.values()
    assert "base_url" not in members
    assert members["algorithms"] == ["RS256"]


def test_what_is_local_to_a_node_is_no_part_of_any_document() -> None:
    text = (
        'server.data_directory = "/local/canary"\nserver.workers = 77'
        '\nserver.listeners.admin = "127.0.0.1:7777"\nserver.store = "sqlite:///canary.db"'
        '\nserver.audit.file = "canary.jsonl"\nserver.master_key = "canary"'
        "\n[environments.main]"
    )
    stored = b"".join(_bytes(desire(text)).values())
    assert b"canary" not in stored
    assert b"7777" not in stored
    assert b'"workers"' not in stored


def test_a_null_in_a_public_key_is_no_member_of_it() -> None:
    settings = ClientSettings.model_validate({"jwks": {"keys": [{"kty": "RSA", "x5u": None}]}})
    body = describe_client("main", EnvironmentSettings(), "app", settings)
    assert body.jwks is not None
    assert body.jwks.keys == ({"kty": "RSA"},)


def test_ids_that_the_file_implies_are_those_that_the_compiler_derives() -> None:
    assert client_uuid("main", "app") == implied.client_uuid("main", "app")


def test_a_document_of_a_newer_version_is_read_as_far_as_it_is_known() -> None:
    place = identify(ResourceBody, "main", "orders")
    body = b'{"audience":"https://orders.example.com","colour":"red"}'
    newer = DocumentId("main", "satellite", "one")
    contents = read([Document(place, body), Document(newer, b"\xff")])
    assert contents == {place: ResourceBody(audience="https://orders.example.com")}


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[]", b"{}", b'{"audience":5}', b'{"audience":"a","scopes":"b"}']
)
def test_an_unreadable_document_is_named(body: bytes) -> None:
    place = identify(ResourceBody, "main", "orders")
    with pytest.raises(ConfigurationBrokenError, match="resource orders of environment main"):
        read([Document(place, body)])


def _bytes(desired: Desired) -> dict[DocumentId, bytes]:
    return {place: encode(body) for place, body in desired.bodies.items()}
