"""Bodies of the stored documents: the one place that knows their types and fields.

They are read without Pydantic, so that a worker starts light. A body from a newer version may hold
more than its type here; a body from an older one may hold less, so a new field needs a default.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from ostiary.core.base.ids import stable_uuid
from ostiary.core.crypto.keys import Algorithm
from ostiary.core.crypto.secret_digests import DigestKind
from ostiary.core.model.authenticator import AuthenticatorKind
from ostiary.core.model.client import PKCE, AuthMethod
from ostiary.core.model.environment import Face, SubjectKind
from ostiary.core.model.ldap_directory import USUAL_ATTRIBUTES, ConnectionSecurity, PasswordChange
from ostiary.core.model.reference_adapter import (
    AttributeFormat,
    Direction,
    LogoutMode,
    Transport,
    UserSource,
)
from ostiary.core.model.token_manager import ClaimStyle, ScopeFormat, TokenKind
from ostiary.core.model.trusted_issuer import SubjectRule
from ostiary.core.model.user import DEFAULT_POPULATION
from ostiary.core.ports.configuration import DocumentId

INSTALLATION_KEY = "client-secrets"
"""Key of the document that holds what an environment's client secrets are digested with."""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What a document says."""

    document_type: ClassVar[str]


class ServerBody(Body, frozen=True, kw_only=True):
    """What every node of the installation shares; the rest of [server] is each node's own."""

    document_type: ClassVar[str] = "server"
    public_url: str
    mutual_tls_url: str | None = None
    errors_url: str | None = None
    hosts: tuple[str, ...]
    default_environment: str | None = None
    pingone_default: str | None = None


class LockoutBody(msgspec.Struct, frozen=True, kw_only=True):
    """What failed attempts to sign on lead to."""

    failures: int = 5
    lock_minutes: tuple[int, ...] = (1, 5, 15)
    ceiling: int = 100
    forget_hours: int = 24
    spray_users: int = 5
    spray_minutes: int = 5


class PasswordPolicyBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a new password must be."""

    min_characters: int = 15
    max_age_days: int | None = None
    excludes_common: bool = True
    excludes_profile: bool = False
    excludes_similar: bool = False
    history: int = 0
    min_of: Mapping[str, int] = {}
    max_repeated: int = 0
    min_unique: int = 0


class SessionsBody(msgspec.Struct, frozen=True, kw_only=True):
    """How long a browser stays signed on."""

    idle_minutes: int = 60
    max_minutes: int = 480
    persistent: bool = False
    cross_site: bool | None = None
    partitioned: bool = False


class EnvironmentBody(Body, frozen=True, kw_only=True):
    """An environment; its scopes are here, its other objects are documents of their own."""

    document_type: ClassVar[str] = "environment"
    face: Face = Face.PINGFEDERATE
    name: str = ""
    id: str
    organization_id: str
    base_url: str | None = None
    hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    default_token_manager: str
    algorithms: tuple[Algorithm, ...] = ("RS256",)
    scopes: dict[str, str] = {}
    sessions: SessionsBody = SessionsBody()
    default_policy: str | None = None
    subject: SubjectKind = SubjectKind.ID
    scope_claims: dict[str, tuple[str, ...]] = {}
    claim_attributes: dict[str, str] = {}
    code_seconds: int = 60
    flow_minutes: int = 15
    default_authentication_application: str | None = None
    lockout: LockoutBody = LockoutBody()
    password_policy: PasswordPolicyBody = PasswordPolicyBody()
    management_audience: str | None = None
    mail_sender: str | None = None
    passkey_domain: str | None = None
    directory_order: tuple[str, ...] | None = None


class ResourceBody(Body, frozen=True, kw_only=True):
    """A protected API."""

    document_type: ClassVar[str] = "resource"
    audience: str
    scopes: tuple[str, ...] = ()


class TokenManagerBody(Body, frozen=True, kw_only=True):
    """A token manager."""

    document_type: ClassVar[str] = "token_manager"
    kind: TokenKind = TokenKind.JWT
    style: ClaimStyle
    algorithm: Algorithm = "RS256"
    lifetime_seconds: int
    jwks_path: str | None = None
    key_id: str | None = None
    scope_format: ScopeFormat
    client_claim: str = "client_id"
    scope_claim: str = "scope"
    grant_claim: str = "agid"
    jti_bytes: int = 16
    manager_header: bool = False
    authorization_details: bool = False
    legacy_claims: bool = False
    attributes: dict[str, str] = {}
    user_attributes: dict[str, str] = {}
    resources: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    selector: str = ""
    length: int = 35


class StepBody(Body, frozen=True, kw_only=True):
    """An authentication step."""

    document_type: ClassVar[str] = "step"
    type: str = "username_password"
    adapter: str | None = None
    remember_my_username: bool = False
    this_is_my_device: bool = False
    recovery: bool = False
    recovery_by: str = "code"
    registration: bool = False
    registration_population: str = DEFAULT_POPULATION
    directories: tuple[str, ...] = ()
    password_change: bool = False
    confirms_changes: bool = False
    methods: tuple[AuthenticatorKind, ...] = ()
    no_authenticators: str = "enrol"
    choose_first: bool = False
    remember_minutes: int = 0


class PolicyBody(Body, frozen=True, kw_only=True):
    """An authentication policy, its tree as `policy_trees.write_ordered_tree` writes it."""

    document_type: ClassVar[str] = "policy"
    acr: str | None = None
    tree: dict[str, Any]


class AuthenticationApplicationBody(Body, frozen=True, kw_only=True):
    """A program that shows the steps to people itself."""

    document_type: ClassVar[str] = "authentication_application"
    url: str
    origins: tuple[str, ...] = ()
    client: str | None = None


class ThemeColoursBody(msgspec.Struct, frozen=True, kw_only=True):
    """Colours of one scheme."""

    page: str | None = None
    card: str | None = None
    text: str | None = None
    line: str | None = None
    edge: str | None = None
    settled: str | None = None
    link: str | None = None
    wrong: str | None = None
    primary: str | None = None
    on_primary: str | None = None
    focus: str | None = None


class ThemeLinksBody(msgspec.Struct, frozen=True, kw_only=True):
    """Links below every page."""

    imprint: str | None = None
    privacy: str | None = None
    terms: str | None = None
    accessibility: str | None = None
    support: str | None = None


class ClientAuthorityBody(Body, frozen=True, kw_only=True):
    """An authority of programs' certificates; PEM, several where they belong together."""

    document_type: ClassVar[str] = "client_authority"
    pem: str


class ThemeBody(Body, frozen=True, kw_only=True):
    """What an environment's pages look like; files stand in it as `data:` URLs."""

    document_type: ClassVar[str] = "theme"
    title: str = ""
    logo: str | None = None
    dark_logo: str | None = None
    stylesheet: str | None = None
    light: ThemeColoursBody = ThemeColoursBody()
    dark: ThemeColoursBody = ThemeColoursBody()
    links: ThemeLinksBody = ThemeLinksBody()


class ExchangeBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a client may exchange tokens for."""

    clients: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    impersonation: bool = False


class SecretBody(msgspec.Struct, frozen=True, kw_only=True):
    """A client secret as kept: its digest, and where a method must compute with it, sealed too."""

    kind: DigestKind
    digest: str
    sealed: str | None = None
    expires_at: float | None = None


class JWKSBody(msgspec.Struct, frozen=True, kw_only=True):
    """A JWK Set."""

    keys: tuple[dict[str, Any], ...]


class DeviceBody(msgspec.Struct, frozen=True, kw_only=True):
    """How a client without a browser gets its users signed on elsewhere."""

    lifetime_seconds: int = 600
    interval_seconds: int = 5
    without_authentication: bool = False
    fresh_sign_on: bool = False


class RefreshBody(msgspec.Struct, frozen=True, kw_only=True):
    """How refresh tokens of a client live."""

    rolling: bool = True
    grace_seconds: int = 10
    idle_days: int = 30
    lifetime_days: int = 90


class ClientCertificateBody(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a client's certificate is about, or its own ones in PEM form."""

    subject_dn: str | None = None
    san_dns: str | None = None
    san_uri: str | None = None
    san_ip: str | None = None
    san_email: str | None = None
    own: tuple[str, ...] = ()


class ClientBody(Body, frozen=True, kw_only=True):
    """A client.

    Args: response_types is None in older documents, which means nothing.
    """

    document_type: ClassVar[str] = "client"
    client_id: str
    name: str = ""
    enabled: bool = True
    type: str | None = None
    secret: SecretBody | None = None
    previous_secret: SecretBody | None = None
    auth_methods: tuple[AuthMethod, ...]
    jwks: JWKSBody | None = None
    client_certificate: ClientCertificateBody | None = None
    certificate_bound_tokens: bool = False
    grant_types: tuple[str, ...]
    response_types: tuple[str, ...] | None = None
    response_modes: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    default_scopes: tuple[str, ...] = ()
    token_managers: tuple[str, ...]
    may_introspect: bool = False
    issuer_audience_only: bool = False
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = True
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = True
    pkce: PKCE = PKCE.REQUIRED
    refresh: RefreshBody = RefreshBody()
    device: DeviceBody = DeviceBody()
    policy: str | None = None
    policies: tuple[str, ...] = ()
    authentication_application: str | None = None
    idp_signoff: bool = False
    allow_redirectless: bool = False
    cookieless: bool = False
    bypass_approval: bool = False
    restrict_scopes: bool = False
    send_issuer: bool = True
    id_token_algorithm: Algorithm | None = None
    id_token_lifetime_minutes: int = 5
    userinfo_algorithm: Algorithm | None = None
    claims_in_id_token: bool = False
    token_exchange: ExchangeBody = ExchangeBody()
    password_without_proof: bool = False
    authorization_alias: bool = False
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    roles: tuple[str, ...] = ()
    managed_populations: tuple[str, ...] = ()


class ReferenceAdapterBody(Body, frozen=True, kw_only=True):
    """A place where attributes are handed over."""

    document_type: ClassVar[str] = "reference_adapter"
    direction: Direction = Direction.IDP
    username: str | None = None
    pass_phrase: SecretBody | None = None
    subject_dn: str | None = None
    issuer_dn: str | None = None
    token_manager: str | None = None
    clients: tuple[str, ...] = ()
    required_scopes: tuple[str, ...] = ()
    user_tokens: bool = False
    reference_seconds: int = 3
    reference_bytes: int = 30
    incoming_format: AttributeFormat = AttributeFormat.JSON
    outgoing_format: AttributeFormat = AttributeFormat.JSON
    keep_json: bool = True
    include_null: bool = False
    dashed_headers: bool = False
    endpoint: str | None = None
    transport: Transport = Transport.QUERY
    targets: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    users: UserSource = UserSource.CREATED
    population: str = DEFAULT_POPULATION
    take_unasked: bool = False
    logout_endpoint: str | None = None
    logout_mode: LogoutMode = LogoutMode.NONE
    skip_host_name_check: bool = False


class TrustedIssuerBody(Body, frozen=True, kw_only=True):
    """An issuer whose tokens are taken."""

    document_type: ClassVar[str] = "trusted_issuer"
    issuer: str
    jwks: JWKSBody | None = None
    jwks_url: str | None = None
    algorithms: tuple[str, ...] = ("ES256", "EdDSA", "PS256", "RS256")
    audiences: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    subject: SubjectRule = SubjectRule.USERNAME
    subject_claim: str = "sub"
    clients: tuple[str, ...] = ()
    max_lifetime_minutes: int = 60


class GroupSearchBody(msgspec.Struct, frozen=True, kw_only=True):
    """How the groups of a directory's user are found."""

    base_dn: str
    filter: str = "(&(objectClass=groupOfNames)(member={dn}))"
    name_attribute: str = "cn"
    attribute: str = "groups"


class DirectoryBody(Body, frozen=True, kw_only=True):
    """A directory that is kept elsewhere."""

    document_type: ClassVar[str] = "directory"
    servers: tuple[str, ...]
    base_dn: str
    security: ConnectionSecurity = ConnectionSecurity.TLS
    authorities: str | None = None
    style: str = "standard"
    bind_dn: str = ""
    bind_password: SecretBody | None = None
    users_filter: str | None = None
    username_filter: str | None = None
    username_attribute: str | None = None
    id_attribute: str | None = None
    attributes: dict[str, str] = msgspec.field(default_factory=lambda: dict(USUAL_ATTRIBUTES))
    groups: GroupSearchBody | None = None
    changed_attribute: str | None = None
    password_change: PasswordChange | None = None
    timeout_seconds: int = 2
    pause_seconds: int = 10
    connections: int = 4


class PopulationBody(Body, frozen=True, kw_only=True):
    """A group of users. Times are seconds since the epoch; 0 where nobody knows them."""

    document_type: ClassVar[str] = "population"
    name: str
    description: str = ""
    default: bool = False
    created_at: float = 0.0
    updated_at: float = 0.0


class SigningKeyBody(Body, frozen=True, kw_only=True):
    """One of our private keys, sealed, with its certificate (DER, base64url) and its times.

    Args:
        name: what the operator calls it; its successors get the same name and a number.
        longest_lifetime_seconds: of any token that it may have signed.
    """

    document_type: ClassVar[str] = "signing_key"
    set: str
    algorithm: Algorithm
    kid: str
    thumbprint: str
    name: str | None = None
    private_key: str
    certificate: str
    created_at: float
    active_from: float
    published_until: float | None = None
    longest_lifetime_seconds: int = 0


class InstallationKeyBody(Body, frozen=True, kw_only=True):
    """The sealed key under which an environment's client secrets are digested."""

    document_type: ClassVar[str] = "installation_key"
    sealed: str


class RetiredKeyIdBody(Body, frozen=True, kw_only=True):
    """A named kid whose key is gone: it is never given to a second one."""

    document_type: ClassVar[str] = "retired_key_id"
    thumbprint: str


class RetiredEnvironmentBody(Body, frozen=True, kw_only=True):
    """The id of a deleted environment: no other environment gets it."""

    document_type: ClassVar[str] = "retired_environment"
    environment: str


BODIES: tuple[type[Body], ...] = (
    ServerBody,
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
    TrustedIssuerBody,
    DirectoryBody,
    PopulationBody,
    SigningKeyBody,
    InstallationKeyBody,
    RetiredKeyIdBody,
    RetiredEnvironmentBody,
)
"""Every type of document."""
GOVERNED: tuple[type[Body], ...] = (
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
    TrustedIssuerBody,
    DirectoryBody,
)
"""What the configuration file governs: what it does not mention is deleted."""
THEME_KEY = "theme"
"""Key of an environment's theme, of which there is at most one."""
SERVER_ID = DocumentId("", ServerBody.document_type, "server")


def own_key_set(manager: str) -> str:
    """Return the name of the key set that belongs to one manager alone."""
    return f"manager:{manager}"


def client_uuid(environment: str, key: str) -> str:
    """Return the stable UUID of a client."""
    return stable_uuid(environment, "client", key)


def seal_context(place: DocumentId, field: str) -> str:
    """Return what binds a sealed value to its place; no part can hold the separator."""
    return f"{place.type}|{place.environment}|{place.key}|{field}"


def default_of(info: msgspec.structs.FieldInfo) -> object:
    """Return what a field of a body says when it is left out; None when it may not be."""
    if info.default_factory is not msgspec.NODEFAULT:
        return info.default_factory()
    return None if info.default is msgspec.NODEFAULT else info.default
