"""The one description of configuration: what may stand where, in which form.

The file, the admin APIs and the console all speak it. What lies between objects is checked in
`check`; what an omitted field means is in `implied`. `docs/configuration.md` is made from here.
"""

from typing import Any

from pydantic import Field, StrictBool, StrictInt

from ostiary.core.configuration.field_types import (
    ApplicationType,
    Audience,
    BaseURL,
    ClaimName,
    ExtensionPath,
    HostName,
    KeyName,
    Origin,
    ResourceURI,
    ScopeName,
    Selector,
    SigningKeyId,
    UUIDText,
    WireClientId,
)
from ostiary.core.configuration.schema_secrets import PreviousSecret, Secret, SecretSource, Settings
from ostiary.core.configuration.schema_server import (
    AuditSettings,
    ListenerSettings,
    ProxySettings,
    ServerSettings,
    TLSSettings,
)
from ostiary.core.configuration.schema_users import (
    LockoutSettings,
    PasswordPolicySettings,
    Username,
    UserSettings,
)
from ostiary.core.crypto.keys import Algorithm
from ostiary.core.model.environment import Face
from ostiary.core.model.token_manager import ClaimStyle, ScopeFormat, TokenKind

__all__ = [
    "AuditSettings",
    "ClientSettings",
    "Configuration",
    "EnvironmentSettings",
    "JWKSettings",
    "ListenerSettings",
    "LockoutSettings",
    "PasswordPolicySettings",
    "PreviousSecret",
    "ProxySettings",
    "ResourceSettings",
    "SecretSource",
    "ServerSettings",
    "Settings",
    "TLSSettings",
    "TokenManagerSettings",
    "UserSettings",
]

TEN_YEARS_SECONDS = 10 * 365 * 86_400


class ResourceSettings(Settings):
    """A protected API: its audience and the scopes that belong to it."""

    audience: Audience = Field(
        description="What `resource` names in a request and `aud` in a token."
    )
    scopes: tuple[ScopeName, ...] = Field(
        default=(), description="Scopes of the environment that belong to it."
    )


class TokenManagerSettings(Settings):
    """How access tokens look, live and are signed."""

    kind: TokenKind = Field(
        default=TokenKind.JWT,
        description="`jwt` carries its content, `reference` is looked up by introspection.",
    )
    style: ClaimStyle | None = Field(
        default=None,
        description="Claims of a JWT: `rfc9068`, `pingfederate` or `pingone`; default: `rfc9068`, "
        "in an environment with PingOne's face `pingone`.",
    )
    algorithm: Algorithm = Field(default="RS256", description="Signature of a JWT.")
    lifetime_minutes: StrictInt | None = Field(
        default=None,
        ge=1,
        le=TEN_YEARS_SECONDS // 60,
        description="How long a token lives; default: 120 minutes, of style `pingone` 60.",
    )
    lifetime_seconds: StrictInt | None = Field(
        default=None,
        ge=1,
        le=TEN_YEARS_SECONDS,
        description="The same in seconds; give one of the two.",
    )
    jwks_path: ExtensionPath | None = Field(
        default=None,
        description="Style `pingfederate`: its keys are published at `/ext/` and this path, apart "
        "from all others; default: `oauth/jwks` of the manager `default`, else its name and "
        "`/jwks`.",
    )
    key_id: SigningKeyId | None = Field(
        default=None,
        description="`kid` of the first key of a JWT manager; the next ones get a number behind "
        "it; default: each key's thumbprint.",
    )
    scope_format: ScopeFormat | None = Field(
        default=None,
        description="`array` or `string`; default: `array` in style `pingfederate`, else `string`.",
    )
    client_claim: ClaimName = Field(default="client_id", description="Claim that names the client.")
    scope_claim: ClaimName = Field(default="scope", description="Claim that holds the scopes.")
    grant_claim: ClaimName = Field(
        default="agid", description="Claim that names a persistent grant."
    )
    jti_bytes: StrictInt = Field(
        default=16, ge=1, le=64, description="Random bytes in a token's id; at least 16."
    )
    manager_header: StrictBool = Field(
        default=False, description="Put the manager's name into the header `pi.atm`."
    )
    authorization_details: StrictBool = Field(
        default=False, description="Style `pingfederate`: always write `authorization_details`."
    )
    legacy_claims: StrictBool = Field(
        default=False,
        description="Style `pingone`: also write `acc`, `environment_id` and `organization_id`.",
    )
    attributes: dict[ClaimName, str] = Field(
        default_factory=dict, description="Further claims with fixed values."
    )
    resources: tuple[ResourceURI, ...] = Field(
        default=(),
        description="URIs that choose this manager, exactly or as the beginning of a path.",
    )
    audiences: tuple[Audience, ...] = Field(
        default=(), description="`aud` of a token whose request names no resource."
    )
    selector: Selector = Field(
        default="", description="First characters of a reference token; they tell managers apart."
    )
    length: StrictInt = Field(
        default=35, ge=1, le=256, description="Characters of a reference token, with the selector."
    )


class JWKSettings(Settings):
    """A client's public keys, as a JWK Set (RFC 7517 §5)."""

    keys: tuple[dict[str, Any], ...] = Field(
        description="JSON Web Keys, public members only; at most 50."
    )


class ClientSettings(Settings):
    """A program that asks for tokens (PingOne: application)."""

    client_id: WireClientId | None = Field(
        default=None,
        description="What it calls itself; default: its name in this file, in an environment with "
        "PingOne's face a UUID derived from it.",
    )
    name: str = Field(
        default="", max_length=256, description="What people call it; default: its key."
    )
    enabled: StrictBool = Field(default=True, description="A disabled client gets nothing.")
    type: ApplicationType | None = Field(
        default=None,
        description="PingOne's application type: `worker`, `web_app`, `native_app`, "
        "`single_page_app`, `service` or `custom_app`.",
    )
    secret: Secret | None = Field(default=None, description="Its secret.")
    previous_secret: PreviousSecret | None = Field(
        default=None, description="The secret before, while it is being replaced."
    )
    auth_methods: tuple[str, ...] | None = Field(
        default=None,
        description="How it proves who it is; default: `client_secret_basic` and "
        "`client_secret_post` with a secret, `private_key_jwt` with keys, else `none`.",
    )
    jwks: JWKSettings | None = Field(
        default=None, description="Its public keys, for `private_key_jwt`."
    )
    grant_types: tuple[str, ...] | None = Field(
        default=None,
        description="Grants it may use; default: none, of a worker `client_credentials`.",
    )
    scopes: tuple[ScopeName, ...] = Field(default=(), description="Scopes it may ask for.")
    default_scopes: tuple[ScopeName, ...] = Field(
        default=(), description="Scopes it gets when it asks for none."
    )
    token_managers: tuple[KeyName, ...] = Field(
        default=(),
        description="Managers open to it, its default first; default: the environment's default.",
    )
    may_introspect: StrictBool = Field(
        default=False, description="It may ask about tokens of the managers open to it."
    )
    issuer_audience_only: StrictBool = Field(
        default=False, description="Its assertions must name the issuer as audience, no endpoint."
    )


class EnvironmentSettings(Settings):
    """A tenant: its issuer, scopes, token managers and clients."""

    face: Face = Field(
        default=Face.PINGFEDERATE,
        description="Whose paths it answers on: `pingfederate` or `pingone`.",
    )
    name: str = Field(
        default="", max_length=256, description="What people call it; default: its key."
    )
    id: UUIDText | None = Field(
        default=None,
        description="Its id in PingOne's paths and in every stored key; default: derived.",
    )
    organization_id: UUIDText | None = Field(
        default=None, description="The organization it belongs to; default: derived."
    )
    base_url: BaseURL | None = Field(
        default=None, description="Its public URL; default: the server's `public_url`."
    )
    hosts: tuple[HostName, ...] = Field(
        default=(), description="Further host names that belong to this environment."
    )
    allowed_origins: tuple[Origin, ...] = Field(
        default=(),
        description="Browser origins that may call its endpoints: `https://app.example.com`.",
    )
    default_token_manager: KeyName | None = Field(
        default=None,
        description="Manager of clients that name none; default: `default`, or else the first.",
    )
    algorithms: tuple[Algorithm, ...] = Field(
        default=("RS256",),
        min_length=1,
        description="Keys of the environment itself, one for each algorithm. Every JWT manager "
        "has keys of its own beside them: the key alone tells which manager issued a token.",
    )
    scopes: dict[ScopeName, str] = Field(
        default_factory=dict, description="Scopes by name, with what they allow in plain words."
    )
    resources: dict[KeyName, ResourceSettings] = Field(
        default_factory=dict, description="Protected APIs by name."
    )
    token_managers: dict[KeyName, TokenManagerSettings] = Field(
        default_factory=dict,
        description="Token managers by name; default: one named `default` in the style of the "
        "environment's face.",
    )
    clients: dict[KeyName, ClientSettings] = Field(
        default_factory=dict, description="Clients by name."
    )
    lockout: LockoutSettings = Field(
        default_factory=LockoutSettings, description="What failed attempts to sign on lead to."
    )
    password_policy: PasswordPolicySettings = Field(
        default_factory=PasswordPolicySettings, description="What a new password must be."
    )
    users: dict[Username, UserSettings] = Field(
        default_factory=dict, description="First users by username."
    )


class Configuration(Settings):
    """The whole file."""

    server: ServerSettings = Field(
        default_factory=ServerSettings, description="What belongs to the whole server."
    )
    environments: dict[KeyName, EnvironmentSettings] = Field(
        default_factory=dict, description="Tenants by name."
    )
