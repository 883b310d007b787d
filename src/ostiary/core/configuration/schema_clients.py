"""Clients in the configuration: how they prove themselves, what they may do, how users see them."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictInt

from ostiary.core.configuration.field_types import (
    ApplicationType,
    KeyName,
    ScopeName,
    WireClientId,
)
from ostiary.core.configuration.schema_certificates import ClientCertificateSettings
from ostiary.core.configuration.schema_exchange import TokenExchangeSettings
from ostiary.core.configuration.schema_secrets import PreviousSecret, Secret, Settings
from ostiary.core.configuration.url_types import LogoutURI, RedirectURI, WebLink
from ostiary.core.crypto.keys import Algorithm
from ostiary.core.model.client import PKCE
from ostiary.core.model.permission import ROLES
from ostiary.core.oauth.response_types import parse_response_type

MAX_GRACE_SECONDS = 60
MAX_GRANT_DAYS = 3650


def _check_response_type(text: str) -> str:
    """Put the words of a response type in their order; it means the same in any."""
    parts = parse_response_type(text)
    if parts is None:
        raise ValueError('must be "none", or "code", "token" and "id_token" in any combination')
    return " ".join(parts)


def _check_role(name: str) -> str:
    if name not in ROLES:
        raise ValueError(f"must be one of {', '.join(sorted(ROLES))}")
    return name


RoleName = Annotated[str, AfterValidator(_check_role)]
ResponseType = Annotated[str, AfterValidator(_check_response_type)]


class JWKSettings(Settings):
    """A client's public keys, as a JWK Set (RFC 7517 §5)."""

    keys: tuple[dict[str, Any], ...] = Field(
        description="JSON Web Keys, public members only; at most 50."
    )


class RefreshSettings(Settings):
    """How refresh tokens of a client live."""

    rolling: StrictBool = Field(
        default=True,
        description="Every use gives the next one; always on for a client that proves nothing.",
    )
    grace_seconds: StrictInt = Field(
        default=10,
        ge=0,
        le=MAX_GRACE_SECONDS,
        description="So long the one before still works, for answers that got lost; after that "
        "it ends the whole grant.",
    )
    idle_days: StrictInt = Field(
        default=30, ge=1, le=MAX_GRANT_DAYS, description="Unused, one is over after so many days."
    )
    lifetime_days: StrictInt = Field(
        default=90,
        ge=1,
        le=MAX_GRANT_DAYS,
        description="After so many days the user signs on again in any case.",
    )


class DeviceSettings(Settings):
    """How a client without a browser gets its users signed on elsewhere."""

    lifetime_seconds: StrictInt = Field(
        default=600, ge=60, le=1800, description="So long its codes can be used."
    )
    interval_seconds: StrictInt = Field(
        default=5,
        ge=1,
        le=60,
        description="So far apart it asks whether somebody has used them; whoever asks too early "
        "has to wait five seconds longer from then on.",
    )
    without_authentication: StrictBool = Field(
        default=False,
        description="A client with a secret may leave it out where it asks for codes, as some old "
        "programs do. Its secret is wanted for the tokens in any case.",
    )
    fresh_sign_on: StrictBool = Field(
        default=False,
        description="Nobody lets it in without having signed on for that, whoever is signed on in "
        "the browser.",
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
        "`client_secret_post` with a secret, `private_key_jwt` with keys, `tls_client_auth` or "
        "`self_signed_tls_client_auth` with a certificate, else `none`.",
    )
    jwks: JWKSettings | None = Field(
        default=None, description="Its public keys, for `private_key_jwt`."
    )
    client_certificate: ClientCertificateSettings | None = Field(
        default=None,
        description="Its certificate, for `tls_client_auth` or `self_signed_tls_client_auth`.",
    )
    certificate_bound_tokens: StrictBool = Field(
        default=False,
        description="Its access tokens are good only on connections with the certificate that it "
        "got them with (RFC 8705), so it gets none without one.",
    )
    grant_types: tuple[str, ...] | None = Field(
        default=None,
        description="Grants it may use; default: none, of a worker `client_credentials`.",
    )
    response_types: tuple[ResponseType, ...] | None = Field(
        default=None,
        description="What it may ask for when a user signs on: `code`, `token`, `id_token`, "
        '`none` or a combination such as `"code id_token"`; default: `code` with the grant '
        "`authorization_code`, else nothing. Whatever holds `token` is deprecated: tokens travel "
        "through the browser.",
    )
    response_modes: tuple[Literal["query", "fragment", "form_post"], ...] = Field(
        default=(),
        description="How its answers may come, so that no request chooses another way; default: "
        "any. What a request without `response_mode` gets must be among them: `query` for a code "
        "alone, else `fragment`. `pi.flow` is switched by `allow_redirectless`.",
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
    redirect_uris: tuple[RedirectURI, ...] = Field(
        default=(),
        description="Where users return to it: compared letter by letter, but any port will do "
        "for `http://127.0.0.1` and `http://[::1]`. Programs on phones and desktops may have a "
        "scheme of their own.",
    )
    post_logout_redirect_uris: tuple[RedirectURI, ...] = Field(
        default=(), description="Where users may go after signing off."
    )
    backchannel_logout_uri: LogoutURI | None = Field(
        default=None,
        description="Where the server itself tells it that a session of one of its users is over "
        "(OpenID Connect Back-Channel Logout). `[server.outbound]` says where that may be.",
    )
    backchannel_logout_session_required: StrictBool = Field(
        default=True,
        description="Name the session in `sid`; false for a program that can only sign its user "
        "off everywhere.",
    )
    frontchannel_logout_uri: LogoutURI | None = Field(
        default=None,
        description="What the browser loads in a hidden frame when its user signs off (OpenID "
        "Connect Front-Channel Logout): on the origin of one of its redirect URIs. Browsers that "
        "block cookies of other sites keep such a frame from what it is for; prefer the other one.",
    )
    frontchannel_logout_session_required: StrictBool = Field(
        default=True, description="Add `iss` and `sid` to it."
    )
    pkce: PKCE = Field(
        default=PKCE.REQUIRED,
        description="`required`: every code is asked for with a challenge by S256; `optional`: or "
        "without one; `plain`: or with one that anybody who sees it can answer. The last two are "
        "for old programs that have a secret or a key.",
    )
    refresh: RefreshSettings = Field(
        default_factory=RefreshSettings, description="How its refresh tokens live."
    )
    device: DeviceSettings = Field(
        default_factory=DeviceSettings,
        description="How its users let it in, with the grant "
        "`urn:ietf:params:oauth:grant-type:device_code`.",
    )
    policy: KeyName | None = Field(
        default=None,
        description="Authentication policy of its users; default: the environment's.",
    )
    policies: tuple[KeyName, ...] = Field(
        default=(),
        description="Beside `policy`, further ones that a request may choose by `acr_values`.",
    )
    authentication_application: KeyName | None = Field(
        default=None,
        description="The authentication application that its users are sent to for signing on; "
        "default: the environment's (PingOne: `loginPageUrl`).",
    )
    idp_signoff: StrictBool = Field(
        default=False,
        description="It may sign its users off by an ID token alone, where the browser's cookie "
        "does not come along (PingOne: `idpSignoff`).",
    )
    allow_redirectless: StrictBool = Field(
        default=False,
        description="It may sign users on with `response_mode=pi.flow`, in JSON and without a "
        "browser (PingFederate: Allow Authentication API Redirectless Mode).",
    )
    cookieless: StrictBool = Field(
        default=False,
        description="In these flows a state in each answer does what the cookie does elsewhere.",
    )
    bypass_approval: StrictBool = Field(
        default=False,
        description="Its users are not asked whether it may have its scopes; always on with "
        "`allow_redirectless`, where nobody can be asked.",
    )
    restrict_scopes: StrictBool = Field(
        default=False,
        description="PingFederate's Restrict Common Scopes, always on with `allow_redirectless`. "
        "It changes nothing: a client gets none but the scopes listed for it.",
    )
    send_issuer: StrictBool = Field(
        default=True,
        description="Answers to its authorization requests name the issuer in `iss` (RFC 9207).",
    )
    id_token_algorithm: Algorithm | None = Field(
        default=None,
        description="Signature of its ID tokens, one of the environment's `algorithms`; default: "
        "`RS256` if it is among them, else the first.",
    )
    id_token_lifetime_minutes: StrictInt = Field(
        default=5, ge=1, le=1440, description="How long its ID tokens are valid."
    )
    userinfo_algorithm: Algorithm | None = Field(
        default=None,
        description="Userinfo answers are JWTs signed so; default: plain JSON.",
    )
    claims_in_id_token: StrictBool = Field(
        default=False,
        description="What its scopes tell about a user also stands in ID tokens, not only at "
        "userinfo.",
    )
    token_exchange: TokenExchangeSettings = Field(
        default_factory=TokenExchangeSettings,
        description="What it may exchange tokens for, and whose; with the grant "
        "`urn:ietf:params:oauth:grant-type:token-exchange`.",
    )
    password_without_proof: StrictBool = Field(
        default=False,
        description="It may use the grant `password` though it proves nothing itself: then anybody "
        "may try passwords in its name.",
    )
    authorization_alias: StrictBool = Field(
        default=False,
        description="It may write `grant_type=authorization` for `authorization_code`.",
    )
    logo_uri: WebLink | None = Field(
        default=None, description="Its logo, shown when users are asked for their approval."
    )
    policy_uri: WebLink | None = Field(
        default=None, description="What it does with users' data, linked from the same page."
    )
    tos_uri: WebLink | None = Field(
        default=None, description="Its terms of service, linked from the same page."
    )
    roles: tuple[RoleName, ...] = Field(
        default=(),
        description="What a worker may do by PingOne's management API: `Environment Admin`, "
        "`Identity Data Admin`, `Identity Data Read Only`, `Client Application Developer`, "
        "`Configuration Read Only`.",
    )
    managed_populations: tuple[KeyName, ...] = Field(
        default=(), description="Its roles reach users of these populations alone; default: all."
    )
