"""Reference adapters in the configuration; PingFederate's labels stand beside our names."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictInt

from ostiary.core.configuration.field_types import ClaimName, KeyName, ScopeName
from ostiary.core.configuration.schema_secrets import Secret, Settings
from ostiary.core.configuration.url_types import ApplicationURL, TargetURL
from ostiary.core.crypto.distinguished_names import NamePattern
from ostiary.core.model.reference_adapter import (
    AttributeFormat,
    Direction,
    LogoutMode,
    Transport,
    UserSource,
)
from ostiary.core.model.user import DEFAULT_POPULATION

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
    endpoint: ApplicationURL | None = Field(
        default=None,
        description="Page of the application: with `idp`, where a browser is sent to sign on; with "
        "`sp`, where it is sent with what was dropped for the application (Authentication "
        "Endpoint).",
    )
    transport: Transport = Field(
        default=Transport.QUERY,
        description="How a browser brings a reference there: `query`, in the URL, or `form_post`, "
        "by a form that is sent by itself (Transport Mode).",
    )
    targets: tuple[TargetURL, ...] = Field(
        default=(),
        description="Pages, beside `endpoint`, that a browser may be sent to when the request that "
        "begins a sign-on or a logout names one: exact, or with a star at the end of the path, "
        '`"https://shop.example.com/app/*"` (Target URL Validation).',
    )
    policies: tuple[KeyName, ...] = Field(
        default=(),
        description="With `sp`, the authentication policies by which people sign on for the "
        "application: the first, or another one that asks the step which the request names; "
        "default: the environment's (Adapter-to-Adapter Mapping).",
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
    keep_json: StrictBool = Field(
        default=True,
        description="It gets lists and objects as they are, and otherwise as JSON in a text "
        "(Preserve JSON).",
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
    attributes: tuple[ClaimName, ...] = Field(
        default=(),
        description="Attributes beside `subject`: with `idp`, those that are kept of a person, "
        "while others are passed over; with `sp`, those that the application gets (Attribute "
        "Contract).",
    )
    users: UserSource = Field(
        default=UserSource.CREATED,
        description="With `idp`, whom it signs on: `created`, users of its own, made and kept up "
        "to date by what the application says of them, or `known`, users who are there already, "
        "by their names.",
    )
    population: KeyName = Field(
        default=DEFAULT_POPULATION, description="Which group of users those of its own belong to."
    )
    take_unasked: StrictBool = Field(
        default=False,
        description="With `idp`, a browser may bring a reference that nobody sent it for, and is "
        "signed on by it. Whoever gets somebody to follow a link could then sign them on as "
        "somebody else: only for applications that begin with themselves.",
    )
    logout_endpoint: ApplicationURL | None = Field(
        default=None,
        description="Where the application is told that somebody signed off (Logout Service "
        "Endpoint).",
    )
    logout_mode: LogoutMode = Field(
        default=LogoutMode.NONE,
        description="How it is told: `none`, not at all, `front_channel`, by the browser, which "
        "goes there and comes back, or `back_channel`, by a call of the server (Logout Mode).",
    )
    skip_host_name_check: StrictBool = Field(
        default=False,
        description="The server calls `logout_endpoint` though its certificate is for another "
        "host: anybody who has a certificate of a trusted authority can then stand in for it (Skip "
        "Host Name Validation).",
    )
