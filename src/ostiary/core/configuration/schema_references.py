"""Reference adapters in the configuration; PingFederate's labels stand beside our names."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictInt

from ostiary.core.configuration.field_types import KeyName, ScopeName
from ostiary.core.configuration.schema_secrets import Secret, Settings
from ostiary.core.crypto.distinguished_names import NamePattern
from ostiary.core.model.reference_adapter import AttributeFormat, Direction

MAX_REFERENCE_SECONDS = 3600


def _check_pattern(text: str) -> str:
    NamePattern.parse(text)
    return text


Pattern = Annotated[str, AfterValidator(_check_pattern)]


class ReferenceAdapterSettings(Settings):
    """A place where an application and the server hand each other a person's attributes.

    Callers prove themselves by user name and pass phrase, by a certificate or by an access token:
    whichever of them is set here.
    """

    direction: Direction = Field(
        default=Direction.IDP,
        description="`idp`: an application knows people and hands their attributes in "
        "(Reference ID IdP Adapter); `sp`: an application only fetches them "
        "(Reference ID SP Adapter).",
    )
    username: str | None = Field(
        default=None,
        min_length=1,
        max_length=256,
        description="Name that the application calls with, by HTTP Basic or in the header "
        "`ping.uname` (User Name).",
    )
    pass_phrase: Secret | None = Field(
        default=None, description="What it proves that name with (Pass Phrase)."
    )
    subject_dn: Pattern | None = Field(
        default=None,
        description="Subject of the certificate that it may show at the listener `mutual_tls`: "
        "`CN=app, O=Example`; `*` stands for any text within one part, alone for any subject "
        "(Allowed Subject DN).",
    )
    issuer_dn: Pattern | None = Field(
        default=None,
        description="Issuer of that certificate, written alike (Allowed Issuer DN).",
    )
    token_manager: KeyName | None = Field(
        default=None,
        description="Token manager whose access tokens it may call with (Access Token Manager).",
    )
    clients: tuple[KeyName, ...] = Field(
        default=(),
        description="Clients to which those tokens are issued (Allowed Bearer Access Token Client "
        "IDs).",
    )
    required_scopes: tuple[ScopeName, ...] = Field(
        default=(),
        description="Scopes that those tokens must all have (Required Bearer Access Token Scopes).",
    )
    user_tokens: StrictBool = Field(
        default=False,
        description="Those tokens may be for a user's data, too, and not only a program's own.",
    )
    reference_seconds: StrictInt = Field(
        default=3,
        ge=1,
        le=MAX_REFERENCE_SECONDS,
        description="How long a reference waits to be used (Reference Duration).",
    )
    reference_bytes: StrictInt = Field(
        default=30,
        ge=16,
        le=128,
        description="Random bytes of a reference, of which each becomes two characters "
        "(Reference Length).",
    )
    incoming_format: Literal[AttributeFormat.JSON, AttributeFormat.QUERY] = Field(
        default=AttributeFormat.JSON,
        description="How the application drops attributes off: `json` in the body, or `query`, as "
        "parameters (Incoming Attribute Format).",
    )
    outgoing_format: Literal[AttributeFormat.JSON, AttributeFormat.PROPERTIES] = Field(
        default=AttributeFormat.JSON,
        description="How it gets attributes that it picks up: `json`, or `properties` as Java "
        "reads them (Outgoing Attribute Format).",
    )
    include_null: StrictBool = Field(
        default=False,
        description="It also gets attributes that have no value (Include Null Attributes).",
    )
    dashed_headers: StrictBool = Field(
        default=False,
        description="It may write `ping-instanceId`, `ping-uname` and `ping-pwd`: for proxies that "
        "drop headers with dots.",
    )
