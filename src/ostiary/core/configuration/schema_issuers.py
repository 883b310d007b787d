"""Issuers that an environment trusts beside itself."""

from pydantic import Field, StrictInt

from ostiary.core.configuration.field_types import Audience, ClaimName, KeyName, ScopeName
from ostiary.core.configuration.schema_clients import JWKSettings
from ostiary.core.configuration.schema_secrets import Settings
from ostiary.core.configuration.url_types import WebhookURL
from ostiary.core.model.trusted_issuer import SubjectRule

MAX_LIFETIME_MINUTES = 24 * 60


class TrustedIssuerSettings(Settings):
    """Somebody else whose signed tokens this environment believes."""

    issuer: str = Field(
        min_length=1,
        max_length=1024,
        description="What stands in `iss` of its tokens, letter by letter.",
    )
    jwks: JWKSettings | None = Field(
        default=None, description="Its public keys; or give `jwks_url`."
    )
    jwks_url: WebhookURL | None = Field(
        default=None,
        description="Where it publishes them. They are read when they are needed, and again when "
        "they are ten minutes old; `[server.outbound]` says where that may be.",
    )
    algorithms: tuple[str, ...] = Field(
        default=("ES256", "EdDSA", "PS256", "RS256"),
        min_length=1,
        description="Signatures that it is believed by.",
    )
    audiences: tuple[Audience, ...] = Field(
        default=(),
        description="What may stand in `aud` of its tokens for this server, beside the issuer and "
        "the URL of the token endpoint.",
    )
    scopes: tuple[ScopeName, ...] = Field(
        default=(), description="The most that its tokens may lead to."
    )
    subject: SubjectRule = Field(
        default=SubjectRule.USERNAME,
        description="Whom its tokens are about here: the user of that `username` or `id`; "
        "`foreign`, nobody of ours, named in the new token as `NAME|SUBJECT` after this table; or "
        "`client`, the client itself.",
    )
    subject_claim: ClaimName = Field(
        default="sub", description="The claim that says so, such as `email`."
    )
    clients: tuple[KeyName, ...] = Field(
        default=(),
        description="Clients that may bring its tokens; default: all that have a grant for it.",
    )
    max_lifetime_minutes: StrictInt = Field(
        default=60,
        ge=1,
        le=MAX_LIFETIME_MINUTES,
        description="A token that is good for longer is refused.",
    )
