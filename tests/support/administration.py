"""A stored configuration to plan, apply and compile, with a clock that stands still."""

import tomllib
from dataclasses import dataclass, field

from ostiary.adapters.stores.memory import MemoryStore
from ostiary.core.admin.apply import Applied, ConfigurationEditor
from ostiary.core.admin.compiler.snapshot_compiler import compile_snapshot
from ostiary.core.admin.contents import Draft, read
from ostiary.core.admin.documents import Desired, describe_desired
from ostiary.core.admin.plan import Plan
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.secret import Secret
from ostiary.core.configuration.parse import parse
from ostiary.core.crypto.sealing import Sealer
from ostiary.core.model.environment import Environment
from ostiary.core.model.snapshot import Snapshot
from ostiary.core.ports.configuration import Configurations, Document
from tests.support.configurations import MadeUpSurroundings

ES256 = """
[environments.{0}]
algorithms = ["ES256"]
[environments.{0}.token_managers.default]
algorithm = "ES256"
"""
"""An environment whose keys are made quickly."""


def make_sealer(name: str = "test", key: bytes = bytes(32)) -> Sealer:
    """Make a sealer with one master key."""
    return Sealer({name: Secret(key)}, name)


def desire(text: str, surroundings: MadeUpSurroundings | None = None) -> Desired:
    """Return what a configuration in TOML asks for."""
    parsed = parse(tomllib.loads(text))
    if parsed.configuration is None or parsed.problems:
        raise ValueError(parsed.problems)
    return describe_desired(parsed.configuration, surroundings or MadeUpSurroundings())


@dataclass(slots=True)
class Installation:
    """One store with its master key and clock."""

    store: Configurations = field(default_factory=MemoryStore)
    sealer: Sealer = field(default_factory=make_sealer)
    clock: FrozenClock = field(default_factory=FrozenClock)

    @property
    def editor(self) -> ConfigurationEditor:
        """Return what changes this installation."""
        return ConfigurationEditor(self.store, self.sealer, self.clock)

    async def apply(self, text: str) -> Applied[None]:
        """Apply a configuration in TOML."""
        return await self.editor.apply(desire(text))

    async def plan(self, text: str) -> Plan:
        """Work out what applying a configuration in TOML would change."""
        return (await self.editor.propose(desire(text))).plan

    async def contents(self) -> Draft:
        """Return what is stored, read."""
        return read(await self.documents())

    async def documents(self) -> tuple[Document, ...]:
        """Return what is stored, as it lies there."""
        return (await self.store.load()).documents

    async def snapshot(self) -> Snapshot:
        """Return what is stored, compiled."""
        return compile_snapshot(await self.store.load(), self.sealer, now=self.clock.now())

    async def environment(self, key: str) -> Environment:
        """Return one compiled environment by its key."""
        found = await self.snapshot()
        return next(env for env in found.environments.values() if env.key == key)


FULL = """
[server]
mode = "dev"
public_url = "https://id.example.com:8443"
mutual_tls_url = "https://id.example.com:8444"
errors_url = "https://help.example.com/errors"
hosts = ["other.example.com", "127.0.0.1"]
default_environment = "main"
pingone_default = "people"

[environments.main]
face = "pingfederate"
name = "Main"
id = "11111111-1111-4111-8111-111111111111"
organization_id = "22222222-2222-4222-8222-222222222222"
base_url = "https://main.example.com"
hosts = ["www.main.example.com"]
allowed_origins = ["https://app.example.com"]
default_token_manager = "second"
algorithms = ["ES256", "EdDSA"]
default_policy = "staff"
directory_order = ["people", "local"]
subject = "username"
scope_claims = { read = ["team", "office"] }
claim_attributes = { team = "department" }
code_seconds = 30
flow_minutes = 5
management_audience = "https://management.example.com"
mail_sender = "Main <main@example.com>"
passkey_domain = "example.com"
default_authentication_application = "signon"
[environments.main.sessions]
idle_minutes = 10
max_minutes = 20
persistent = true
cross_site = false
partitioned = true
[environments.main.steps.name]
type = "identifier_first"
[environments.main.steps.form]
remember_my_username = true
this_is_my_device = true
recovery = true
recovery_by = "link"
directories = ["people"]
registration = true
registration_population = "guests"
password_change = true
confirms_changes = true
[environments.main.steps.portal]
type = "reference_id"
adapter = "knowing"
[environments.main.steps.more]
type = "second_factor"
methods = ["totp", "passkey"]
no_authenticators = "block"
choose_first = true
remember_minutes = 10
[environments.main.policies.customers]
steps = ["name", "form"]
[environments.main.policies.staff]
acr = "urn:example:staff"
tree = { select = "attribute:team", cases = { it = ["name", "form"], guests = "fail" }, \
otherwise = { step = "form", success = "done", failure = { step = "form" } } }
[environments.main.authentication_applications.signon]
url = "https://signon.example.com/app?theme=dark"
origins = ["https://b.example.com:*", "https://a.example.com"]
client = "program"
[environments.main.scopes]
read = "Read data"
write = "Change data"
[environments.main.resources.orders]
audience = "https://orders.example.com"
scopes = ["write", "read"]
[environments.main.token_managers.first]
kind = "reference"
style = "pingone"
algorithm = "PS256"
lifetime_seconds = 61
scope_format = "array"
client_claim = "client_id_name"
scope_claim = "scp"
grant_claim = "grant"
jti_bytes = 17
manager_header = true
authorization_details = true
legacy_claims = true
attributes = { OrgName = "An Organization" }
user_attributes = { Email = "mail" }
resources = ["https://b.example.com", "https://a.example.com"]
audiences = ["https://b.example.com", "https://a.example.com"]
selector = "0001"
length = 40
[environments.main.token_managers.second]
style = "pingfederate"
algorithm = "ES256"
lifetime_minutes = 5
jwks_path = "second/keys"
key_id = "k2"
[environments.main.trusted_issuers.partner]
issuer = "https://partner.example"
jwks_url = "https://partner.example/keys"
algorithms = ["ES256"]
audiences = ["urn:us"]
scopes = ["read"]
subject = "id"
subject_claim = "upn"
clients = ["program"]
max_lifetime_minutes = 5
[environments.main.trusted_issuers.other]
issuer = "https://other.example"
jwks = { keys = [
    { kty = "OKP", crv = "Ed25519", x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
] }
[environments.main.clients.program]
client_id = "program-id"
name = "Program"
enabled = false
type = "service"
secret = "0123456789abcdef0123456789abcdef"
previous_secret = { value = "fedcba9876543210fedcba9876543210", expires_at = 2026-12-01T00:00:00Z }
auth_methods = ["private_key_jwt", "client_secret_jwt"]
grant_types = ["refresh_token", "client_credentials"]
scopes = ["write", "read"]
default_scopes = ["write", "read"]
token_managers = ["second", "first"]
may_introspect = true
issuer_audience_only = true
response_types = ["token id_token code", "code"]
response_modes = ["query", "form_post"]
redirect_uris = ["https://b.example.com/callback", "app:/callback"]
post_logout_redirect_uris = ["https://b.example.com/bye", "https://a.example.com/bye"]
backchannel_logout_uri = "https://b.example.com/logout"
backchannel_logout_session_required = false
frontchannel_logout_uri = "https://b.example.com/frame"
frontchannel_logout_session_required = false
pkce = "plain"
refresh = { rolling = false, grace_seconds = 0, idle_days = 1, lifetime_days = 2 }
device = { lifetime_seconds = 60, interval_seconds = 9, fresh_sign_on = true }
policy = "customers"
policies = ["staff"]
authentication_application = "signon"
idp_signoff = true
allow_redirectless = true
cookieless = true
send_issuer = false
id_token_algorithm = "EdDSA"
id_token_lifetime_minutes = 1
userinfo_algorithm = "ES256"
claims_in_id_token = true
authorization_alias = true
password_without_proof = true
token_exchange = { issuers = ["partner"], audiences = ["https://orders.example.com"] }
roles = ["Identity Data Admin", "Environment Admin"]
managed_populations = ["staff", "guests"]
logo_uri = "https://b.example.com/logo.svg"
policy_uri = "https://b.example.com/privacy"
tos_uri = "https://b.example.com/terms"
certificate_bound_tokens = true
client_certificate = { subject_dn = "CN=program, O=Example" }
[environments.main.clients.program.jwks]
keys = [{ kty = "OKP", crv = "Ed25519", kid = "its-key", \
x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }]

[environments.main.lockout]
failures = 3
lock_minutes = [1, 60]
ceiling = 30
forget_hours = 48
spray_users = 0
spray_minutes = 10
[environments.main.password_policy]
min_characters = 8
max_age_days = 90
excludes_common = false
excludes_profile = true
excludes_similar = true
history = 5
min_of = { "0123456789" = 2 }
max_repeated = 3
min_unique = 4
[environments.main.directories.people]
servers = ["ldap.example.com", "[::1]:6360"]
security = "starttls"
authorities = '''
-----BEGIN CERTIFICATE-----
MIHSMIGFoAMCAQICAQEwBQYDK2VwMBMxETAPBgNVBAMMCFBhcnRuZXJzMB4XDTI2
MDEwMTAwMDAwMFoXDTQ2MDEwMTAwMDAwMFowEzERMA8GA1UEAwwIUGFydG5lcnMw
KjAFBgMrZXADIQDkgdrCgxfWzfwIlYBHE8G0XqPaE+yA7HKmvt/Sc+qahzAFBgMr
ZXADQQDMSwztH/13ADOXlUhQshKN5blY/1zNN0fUa6KICjS/AckHHfHcMglAsw6v
U43KrFrCK4oBNpFyE0lgabMhpDIH
-----END CERTIFICATE-----
'''
style = "active_directory"
bind_dn = "ostiary@example.com"
bind_password = "bind-password-0123456789abcdef"
base_dn = "dc=example,dc=com"
users_filter = "(objectClass=person)"
username_filter = "(cn={username})"
username_attribute = "cn"
id_attribute = "entryUUID"
attributes = { mail = "mail" }
groups = { base_dn = "ou=groups,dc=example,dc=com", filter = "(member={dn})", \
name_attribute = "ou", attribute = "teams" }
changed_attribute = "changed"
password_change = "extended"
timeout_seconds = 3
pause_seconds = 20
connections = 2

[environments.main.reference_adapters.portal]
direction = "sp"
username = "portal"
pass_phrase = "pass-phrase-0123456789abcdef"
subject_dn = "CN=*, O=Example"
issuer_dn = "*"
token_manager = "first"
clients = ["program"]
required_scopes = ["write", "read"]
user_tokens = true
reference_seconds = 95
reference_bytes = 16
incoming_format = "query"
outgoing_format = "properties"
include_null = true
dashed_headers = true
keep_json = false
endpoint = "https://portal.example.com/app?theme=dark"
transport = "form_post"
targets = ["https://portal.example.com/shop/*", "https://portal.example.com/reports"]
attributes = ["mail", "groups"]
policies = ["customers"]
logout_endpoint = "https://portal.example.com/logout"
logout_mode = "back_channel"
skip_host_name_check = true
[environments.main.reference_adapters.knowing]
username = "knowing"
pass_phrase = "pass-phrase-0123456789abcdef"
endpoint = "https://knowing.example.com/signon"
users = "known"
population = "staff"
take_unasked = true

[environments.main.client_authorities]
partners = '''
-----BEGIN CERTIFICATE-----
MIHSMIGFoAMCAQICAQEwBQYDK2VwMBMxETAPBgNVBAMMCFBhcnRuZXJzMB4XDTI2
MDEwMTAwMDAwMFoXDTQ2MDEwMTAwMDAwMFowEzERMA8GA1UEAwwIUGFydG5lcnMw
KjAFBgMrZXADIQDkgdrCgxfWzfwIlYBHE8G0XqPaE+yA7HKmvt/Sc+qahzAFBgMr
ZXADQQDMSwztH/13ADOXlUhQshKN5blY/1zNN0fUa6KICjS/AckHHfHcMglAsw6v
U43KrFrCK4oBNpFyE0lgabMhpDIH
-----END CERTIFICATE-----
'''
[environments.main.theme]
title = "The Main"
logo = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4="
dark_logo = "data:image/png;base64,iVBORw0KGgo="
stylesheet = "data:text/css;base64,aDEgeyBmb250LXdlaWdodDogNDAwOyB9Cg=="
light = { primary = "#0f766e" }
dark = { primary = "#5eead4", on_primary = "#000" }
links = { imprint = "https://main.example.com/imprint" }

[environments.people]
face = "pingone"
algorithms = ["ES256"]
[environments.people.token_managers.default]
algorithm = "ES256"
"""
"""Every field of the configuration that is stored, each with another value than its default."""
