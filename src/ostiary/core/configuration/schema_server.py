"""The table `[server]`: what belongs to the whole server."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StrictBool, StrictFloat, StrictInt

from ostiary.core.configuration.field_types import (
    Address,
    BaseURL,
    FilePath,
    HeaderName,
    HostName,
    KeyName,
    Mode,
    Network,
    PageURL,
    Place,
    Port,
    off_as_none,
)
from ostiary.core.configuration.schema_delivery import MailSettings, SMSSettings
from ostiary.core.configuration.schema_secrets import Secret, SecretSource, Settings


def _generated() -> SecretSource:
    return SecretSource(generate=True)


class ListenerSettings(Settings):
    """Addresses that the server listens on, as `host:port`."""

    tls: Annotated[Address | None, BeforeValidator(off_as_none)] = Field(
        default="127.0.0.1:9031",
        description='HTTPS; `"off"` where a proxy in front ends TLS.',
    )
    mutual_tls: Annotated[Address | None, BeforeValidator(off_as_none)] = Field(
        default=None,
        description="HTTPS that asks for a client certificate, on the same paths (PingFederate: "
        "secondary port, 9032). The authorities of its environments' clients are trusted there.",
    )
    admin: Annotated[Address | None, BeforeValidator(off_as_none)] = Field(
        default="127.0.0.1:9999",
        description='Health, metrics and administration; `"off"` closes it.',
    )
    http: Annotated[Address | None, BeforeValidator(off_as_none)] = Field(
        default=None, description="Plain HTTP, for a proxy in front or for development."
    )


class TLSSettings(Settings):
    """The server's own certificate; in dev mode one is made when this table is absent."""

    certificate: FilePath = Field(
        min_length=1, description="Path of the certificate chain in PEM form, the server's first."
    )
    key: FilePath = Field(min_length=1, description="Path of its private key in PEM form.")


class ProxySettings(Settings):
    """Proxies in front of the server."""

    trusted: tuple[Network, ...] = Field(
        default=(), description="Networks whose forwarded headers are believed: `10.0.0.0/8`."
    )
    certificate_header: HeaderName | None = Field(
        default=None,
        description="Header in which they hand on the certificate that a client showed them: PEM "
        "with percent signs (nginx: `$ssl_client_escaped_cert`), or base64 of DER (HAProxy; "
        "RFC 9440). They must remove it from what comes from outside.",
    )


class OutboundSettings(Settings):
    """Where the server itself may connect to, beside hosts of the public internet."""

    allow: tuple[Place, ...] = Field(
        default=(),
        description="Networks (`10.0.0.0/8`), addresses and host names that it may connect to "
        "although they are internal; a name is allowed wherever it leads. Nothing internal is "
        "allowed by itself, in dev mode this machine is.",
    )
    ports: tuple[Port, ...] | None = Field(
        default=None,
        description="Ports that it may connect to; default: 443 and 8443, in dev mode any.",
    )
    ca_file: FilePath | None = Field(
        default=None,
        min_length=1,
        description="Path of certificates in PEM form that are trusted beside the system's, for "
        "hosts with certificates of one's own. The check of certificates cannot be switched off; "
        "only the name in one is not looked at where a reference adapter says "
        "`skip_host_name_check`.",
    )


class AuditSettings(Settings):
    """Where the audit trail goes."""

    file: FilePath = Field(
        default="audit.jsonl",
        min_length=1,
        description="Path of the file, one event a line; counts from the data directory.",
    )
    required: StrictBool = Field(
        default=False,
        description="Answer nothing while the file cannot be written; else lost lines are counted.",
    )


class ServerSettings(Settings):
    """What belongs to the whole server."""

    mode: Mode = Field(
        default="production",
        description="`dev` accepts plain-text secrets and makes its own certificates, on "
        "loopback addresses only.",
    )
    public_url: BaseURL = Field(
        default="https://localhost:9031",
        description="The URL under which clients reach the server; every issuer and link starts "
        "with it unless an environment has its own.",
    )
    mutual_tls_url: BaseURL | None = Field(
        default=None,
        description="The URL under which programs reach the listener `mutual_tls`; metadata names "
        "its endpoints then (`mtls_endpoint_aliases`). Of an environment with a URL of its own it "
        "is that host, with this port.",
    )
    errors_url: PageURL | None = Field(
        default=None,
        description="Where refusals are explained: your copy of docs/errors.md. Every OAuth error "
        "then carries `error_uri`: this URL, `#` and the error's code. Default: none does, as with "
        "PingFederate.",
    )
    hosts: tuple[HostName, ...] = Field(
        default=("localhost", "127.0.0.1", "[::1]"),
        description="Further host names that requests may be addressed to; those of every base "
        "URL and environment are allowed anyway.",
    )
    data_directory: FilePath = Field(
        default=".ostiary",
        min_length=1,
        description="Where the server keeps its own files; counts from the working directory.",
    )
    store: Secret | None = Field(
        default=None,
        description="`memory:`, `sqlite:///path` or `postgresql://…`; default: `ostiary.db` in "
        "the data directory. A reference keeps a password out of the file.",
    )
    workers: StrictInt = Field(default=1, ge=1, le=256, description="Worker processes.")
    force_workers: StrictBool = Field(
        default=False,
        description="Allow several workers on SQLite, where they wait for each other.",
    )
    flows_per_minute: StrictInt = Field(
        default=600,
        ge=0,
        le=1_000_000,
        description="How many sign-ons one address may begin at each worker; 0 for any number. "
        "Raise it where many people come from one address, as behind a proxy that is not trusted.",
    )
    flow_log: StrictBool | None = Field(
        default=None,
        description="Keep in memory what each step of the last sign-ons said, for whoever may use "
        "the admin listener: never a password or code, but users' ids; default: in dev mode alone.",
    )
    drain_seconds: StrictFloat = Field(
        default=5.0,
        ge=0,
        le=600,
        description="How long a stopping server says that it is not ready and still answers: "
        "at least two health checks of the balancer in front.",
    )
    default_environment: KeyName | None = Field(
        default=None,
        description="Environment that answers PingFederate's paths on hosts that none claims; "
        "default: the only one with that face.",
    )
    pingone_default: KeyName | None = Field(
        default=None,
        description="Environment that answers PingOne's paths without an environment id; "
        "default: the only one with that face.",
    )
    master_key: Secret = Field(
        default_factory=_generated,
        description="Seals what must be readable: 32 bytes in base64url. `generate` keeps it in "
        "`master.key` in the data directory.",
    )
    listeners: ListenerSettings = Field(default_factory=ListenerSettings, description="Addresses.")
    tls: TLSSettings | None = Field(default=None, description="The server's certificate.")
    proxies: ProxySettings = Field(default_factory=ProxySettings, description="Proxies in front.")
    outbound: OutboundSettings = Field(
        default_factory=OutboundSettings, description="Where the server itself connects to."
    )
    mail: MailSettings | None = Field(
        default=None,
        description="The SMTP server that takes mail; without it none is sent, in dev mode mail "
        "stands in the log.",
    )
    sms: SMSSettings | None = Field(
        default=None,
        description="The web service that takes text messages; without it none is sent, in dev "
        "mode they stand in the log.",
    )
    audit: AuditSettings = Field(default_factory=AuditSettings, description="The audit trail.")
