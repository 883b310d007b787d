"""The one description of configuration: what may stand where, in which form.

The file, the admin APIs and the console all speak it. What lies between objects is checked in
`check`; what an omitted field means is in `implied`. `docs/configuration.md` is made from here.
"""

from typing import Annotated

from pydantic import Field, StrictBool, StrictInt

from ostiary.core.configuration.field_types import (
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
)
from ostiary.core.configuration.schema_certificates import CertificateSource
from ostiary.core.configuration.schema_clients import (
    ClientSettings,
    DeviceSettings,
    JWKSettings,
    RefreshSettings,
)
from ostiary.core.configuration.schema_delivery import MailSettings, Sender, SMSSettings
from ostiary.core.configuration.schema_directories import DirectoryKeys, DirectorySettings
from ostiary.core.configuration.schema_issuers import TrustedIssuerSettings
from ostiary.core.configuration.schema_references import ReferenceAdapterSettings
from ostiary.core.configuration.schema_secrets import PreviousSecret, SecretSource, Settings
from ostiary.core.configuration.schema_server import (
    AuditSettings,
    ListenerSettings,
    ProxySettings,
    ServerSettings,
    TLSSettings,
)
from ostiary.core.configuration.schema_signon import (
    AuthenticationApplicationSettings,
    PolicySettings,
    SessionSettings,
    StepSettings,
)
from ostiary.core.configuration.schema_theme import ThemeSettings
from ostiary.core.configuration.schema_users import (
    LockoutSettings,
    PasswordPolicySettings,
    Username,
    UserSettings,
)
from ostiary.core.crypto.keys import Algorithm
from ostiary.core.model.environment import Face, SubjectKind
from ostiary.core.model.token_manager import ClaimStyle, ScopeFormat, TokenKind

__all__ = [
    "AuditSettings",
    "AuthenticationApplicationSettings",
    "ClientSettings",
    "Configuration",
    "DeviceSettings",
    "DirectorySettings",
    "EnvironmentSettings",
    "JWKSettings",
    "ListenerSettings",
    "LockoutSettings",
    "MailSettings",
    "PasswordPolicySettings",
    "PolicySettings",
    "PreviousSecret",
    "ProxySettings",
    "ReferenceAdapterSettings",
    "RefreshSettings",
    "ResourceSettings",
    "SMSSettings",
    "SecretSource",
    "ServerSettings",
    "SessionSettings",
    "Settings",
    "StepSettings",
    "TLSSettings",
    "ThemeSettings",
    "TokenManagerSettings",
    "TrustedIssuerSettings",
    "UserSettings",
]

TEN_YEARS_SECONDS = 10 * 365 * 86_400
MAX_CODE_SECONDS = 600
AttributeName = Annotated[str, Field(min_length=1, max_length=128)]


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
    user_attributes: dict[ClaimName, AttributeName] = Field(
        default_factory=dict,
        description="Further claims filled from attributes of the token's user, by claim: "
        '`{ Email = "mail" }`.',
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
        description="Browser origins that may call its endpoints: `https://app.example.com`; on "
        "PingOne's face they may also sign people on, for clients with a redirect URI there.",
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
    sessions: SessionSettings = Field(
        default_factory=SessionSettings, description="How long a browser stays signed on."
    )
    steps: dict[KeyName, StepSettings] = Field(
        default_factory=dict,
        description="What can be asked of people, by name; default: one step `form`, which asks "
        "for username and password.",
    )
    policies: dict[KeyName, PolicySettings] = Field(
        default_factory=dict,
        description="Authentication policies by name; default: one named `default` that asks "
        "every step in the order of this file.",
    )
    default_policy: KeyName | None = Field(
        default=None,
        description="Policy of clients that name none; default: `default`, or else the only one.",
    )
    subject: SubjectKind = Field(
        default=SubjectKind.ID,
        description="What `sub` says of a user: `id`, which no second user ever gets, or "
        "`username`.",
    )
    scope_claims: dict[ScopeName, tuple[ClaimName, ...]] = Field(
        default_factory=dict,
        description="Claims that a scope asks for, beside those that `profile`, `email`, "
        "`address` and `phone` have by the standard.",
    )
    claim_attributes: dict[ClaimName, AttributeName] = Field(
        default_factory=dict,
        description="Which attribute of a user fills a claim, where the names differ: "
        '`{ employee = "employeeNumber" }`.',
    )
    code_seconds: StrictInt = Field(
        default=60,
        ge=1,
        le=MAX_CODE_SECONDS,
        description="How long an authorization code waits to be exchanged.",
    )
    flow_minutes: StrictInt = Field(
        default=15, ge=1, le=1440, description="How long somebody may take to sign on."
    )
    authentication_applications: dict[KeyName, AuthenticationApplicationSettings] = Field(
        default_factory=dict,
        description="Programs that show the steps to people themselves, by name.",
    )
    default_authentication_application: KeyName | None = Field(
        default=None,
        description="The one that browsers are sent to for signing on; default: none, and the "
        "server's own pages are shown.",
    )
    lockout: LockoutSettings = Field(
        default_factory=LockoutSettings, description="What failed attempts to sign on lead to."
    )
    password_policy: PasswordPolicySettings = Field(
        default_factory=PasswordPolicySettings, description="What a new password must be."
    )
    management_audience: Audience | None = Field(
        default=None,
        description="`aud` of tokens that open its management API; default: with PingOne's face "
        "`https://api.pingone.com`, else none. In PingOne's style it also stands in tokens that "
        "are for nothing else.",
    )
    passkey_domain: HostName | None = Field(
        default=None,
        description="The domain that passkeys are bound to for good: the host of `base_url`, which "
        "is the default, or a domain above it, so that they also work on sign-on pages of yours "
        "beside it.",
    )
    mail_sender: Sender | None = Field(
        default=None,
        description="Whom its mail is from; default: the sender in `[server.mail]`.",
    )
    client_authorities: dict[KeyName, CertificateSource] = Field(
        default_factory=dict,
        description="Authorities whose certificates programs may show at the listener "
        "`mutual_tls`, each by the path of its certificate; intermediate ones by their own names.",
    )
    reference_adapters: dict[KeyName, ReferenceAdapterSettings] = Field(
        default_factory=dict,
        description="Adapters at which applications drop attributes off and pick them up, by name; "
        "callers name one in the header `ping.instanceId`.",
    )
    trusted_issuers: dict[KeyName, TrustedIssuerSettings] = Field(
        default_factory=dict,
        description="Others whose signed tokens are taken here, by name: for the grant "
        "`urn:ietf:params:oauth:grant-type:jwt-bearer` and for token exchange.",
    )
    directories: dict[KeyName, DirectorySettings] = Field(
        default_factory=dict,
        description="Directories of users that are kept elsewhere, by name; `local` is the one of "
        "the users in the store.",
    )
    directory_order: DirectoryKeys | None = Field(
        default=None,
        description="Directories in the order in which they are asked for a name; the first that "
        "knows it has the user. Default: `local`, then the others in the order of this file.",
    )
    theme: ThemeSettings | None = Field(
        default=None, description="What its pages look like; default: like everybody's."
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
