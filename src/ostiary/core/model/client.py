"""A client: the program that asks for tokens (PingOne: application)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ostiary.core.base.ids import ClientId, TokenManagerId
from ostiary.core.base.scopes import ScopeSet
from ostiary.core.base.secret import Secret
from ostiary.core.crypto.distinguished_names import DistinguishedName
from ostiary.core.crypto.keys import Algorithm, VerificationKey
from ostiary.core.crypto.secret_digests import SecretDigest
from ostiary.core.model.authentication_application import AuthenticationApplication
from ostiary.core.model.logout import LogoutURIs
from ostiary.core.model.permission import Permission
from ostiary.core.model.reference_adapter import ReferenceAdapter
from ostiary.core.model.token_exchange import ExchangePolicy


class AuthMethod(StrEnum):
    """Ways in which a client proves who it is at the token endpoint.

    Spec: OpenID Connect Core §9; RFC 7591 §2 (`token_endpoint_auth_method`); RFC 8705 §2.
    """

    CLIENT_SECRET_BASIC = "client_secret_basic"  # noqa: S105 - a method's name
    CLIENT_SECRET_POST = "client_secret_post"  # noqa: S105 - a method's name
    CLIENT_SECRET_JWT = "client_secret_jwt"  # noqa: S105 - a method's name
    PRIVATE_KEY_JWT = "private_key_jwt"
    TLS_CLIENT_AUTH = "tls_client_auth"
    SELF_SIGNED_TLS_CLIENT_AUTH = "self_signed_tls_client_auth"
    NONE = "none"


BY_CERTIFICATE = frozenset({AuthMethod.TLS_CLIENT_AUTH, AuthMethod.SELF_SIGNED_TLS_CLIENT_AUTH})


@dataclass(frozen=True, slots=True)
class ReadableSecret:
    """A client secret in plain, for a method that must compute with it.

    Args:
        expires_at: seconds since the epoch, for a secret on its way out; None while current.
    """

    value: Secret[str]
    expires_at: float | None = None


class PKCE(StrEnum):
    """What a client must send to bind a code to itself.

    Spec: RFC 7636 §4.3; RFC 9700 §2.1.1.
    """

    REQUIRED = "required"
    """A challenge, by S256."""
    OPTIONAL = "optional"
    """A challenge by S256, or none."""
    PLAIN = "plain"
    """As `OPTIONAL`, and the method plain too."""


@dataclass(frozen=True, slots=True)
class RefreshPolicy:
    """How refresh tokens of a client live.

    Args:
        is_rolling: every use gives the next one; a public client's always do.
        grace_seconds: so long the one before gets the same answer again.
        idle_seconds: unused, one is over after so long.
        lifetime_seconds: and the whole grant after so long in any case.
    """

    is_rolling: bool = True
    grace_seconds: float = 10.0
    idle_seconds: float = 30 * 86_400.0
    lifetime_seconds: float = 90 * 86_400.0


@dataclass(frozen=True, slots=True)
class DevicePolicy:
    """How a client without a browser gets its users signed on elsewhere.

    Args:
        lifetime_seconds: so long its codes can be used.
        interval_seconds: so far apart it asks whether somebody has.
        is_open: it may ask for codes without proving itself; for tokens it never may.
        needs_fresh_sign_on: nobody lets it in without having signed on for that.
    """

    lifetime_seconds: int = 600
    interval_seconds: int = 5
    is_open: bool = False
    needs_fresh_sign_on: bool = False


@dataclass(frozen=True, slots=True)
class CertificateSubject:
    """Whom the certificate of a client must be about; exactly one of them is set.

    Spec: RFC 8705 §2.1.2.
    """

    name: DistinguishedName | None = None
    dns: str | None = None
    uri: str | None = None
    ip: str | None = None
    mail: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Client:
    """One registered client, as compiled from the configuration.

    Args:
        id: the stable UUID; `client_id` is what goes over the wire.
        secrets: at most two that are alive: the current one and one on its way out.
        readable_secrets: the same in plain, only where a method must compute with them
            (`client_secret_jwt`).
        default_scopes: granted when a request names no scope.
        token_managers: the managers open to it; the first is its default. Never empty.
        certificate_subject: whom its certificate is about (`tls_client_auth`).
        certificate_thumbprints: of its own certificates (`self_signed_tls_client_auth`).
        binds_tokens: its access tokens are good on connections with its certificate only.
        may_introspect: it may ask about tokens of the managers open to it.
        issuer_audience_only: its assertions must name the issuer as audience, nothing else.
        redirect_uris, post_logout_redirect_uris: compared byte by byte (loopback ports apart).
        logout: where it is told that a session is over.
        response_types: as `AuthorizationRequest.response_types`, each joined by spaces.
        response_modes: by which of them its answers come, `pi.flow` aside; empty for any.
        is_redirectless: it may use `pi.flow`; then no consent is ever asked for.
        is_cookieless: its flows are bound by a state in the answers instead of a cookie.
        bypasses_approval: its users are not asked whether it may have its scopes.
        sends_issuer: `iss` stands in authorization responses (RFC 9207).
        policy: its authentication policy; None for the environment's.
        policies: further ones, of which a request may choose by `acr_values`.
        application: where its users' browsers are sent to sign on; None for the environment's.
        ends_sessions: it may sign a user off by an ID token alone, without the browser's cookie.
        id_token_algorithm: None for the environment's first key.
        userinfo_algorithm: signs userinfo answers; None for plain JSON.
        puts_claims_in_id_token: claims of the scopes also stand in ID tokens issued with a code.
        brings_passwords_unproved: it may bring passwords of users though it proves nothing itself.
        exchanges: what it may exchange tokens for, with the grant for that.
        allows_authorization_alias: `grant_type=authorization` means authorization_code.
        type: what kind of program it is, in the configuration's words; None for not said.
        permissions: what it may do by a management API with a token of its own.
        managed_populations: keys of those whose users they reach; None for all.
        receives_at: the adapter at which it gets attributes instead of tokens; only of receivers.
    """

    id: str
    key: str
    client_id: ClientId
    name: str
    enabled: bool
    auth_methods: frozenset[AuthMethod]
    grant_types: frozenset[str]
    scopes: frozenset[str]
    default_scopes: ScopeSet
    token_managers: tuple[TokenManagerId, ...]
    secrets: tuple[SecretDigest, ...] = field(default=(), repr=False)
    readable_secrets: tuple[ReadableSecret, ...] = field(default=(), repr=False)
    jwks: tuple[VerificationKey, ...] = field(default=(), repr=False)
    certificate_subject: CertificateSubject | None = None
    certificate_thumbprints: frozenset[str] = frozenset()
    binds_tokens: bool = False
    may_introspect: bool = False
    issuer_audience_only: bool = False
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    logout: LogoutURIs = field(default=LogoutURIs())
    response_types: frozenset[str] = frozenset({"code"})
    response_modes: frozenset[str] = frozenset()
    pkce: PKCE = PKCE.REQUIRED
    refresh: RefreshPolicy = field(default=RefreshPolicy())
    device: DevicePolicy = field(default=DevicePolicy())
    is_redirectless: bool = False
    is_cookieless: bool = False
    bypasses_approval: bool = False
    sends_issuer: bool = True
    policy: str | None = None
    policies: tuple[str, ...] = ()
    application: AuthenticationApplication | None = None
    ends_sessions: bool = False
    id_token_algorithm: Algorithm | None = None
    id_token_lifetime_seconds: int = 300
    userinfo_algorithm: Algorithm | None = None
    puts_claims_in_id_token: bool = False
    brings_passwords_unproved: bool = False
    exchanges: ExchangePolicy = field(default=ExchangePolicy())
    allows_authorization_alias: bool = False
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    type: str | None = None
    permissions: frozenset[Permission] = frozenset()
    managed_populations: frozenset[str] | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    receives_at: ReferenceAdapter | None = None
    granted_before: dict[str, ScopeSet] = field(default_factory=dict, repr=False)
    """What requests for scopes, as they were written, came to: a few, so that each is read once."""
    is_public: bool = field(init=False)
    """A public client cannot authenticate (RFC 6749 §2.1)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_public", self.auth_methods == frozenset({AuthMethod.NONE}))
