"""Certificates in the configuration: whom the back channel trusts, and how clients show theirs."""

from ipaddress import ip_address
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from ostiary.core.configuration.field_types import FilePath
from ostiary.core.configuration.schema_secrets import Settings
from ostiary.core.crypto.distinguished_names import parse_name

SUBJECTS = ("subject_dn", "san_dns", "san_uri", "san_ip", "san_email")


def _check_name(text: str) -> str:
    parse_name(text)
    return text


def _check_ip(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError("must be an IP address") from None


CertificateSource = Annotated[FilePath, Field(min_length=1)]
"""The path of a file in PEM form, or that form itself, as an export writes it."""


class ClientCertificateSettings(Settings):
    """The certificate that a client shows at the listener `mutual_tls`.

    Either it comes from one of the environment's `client_authorities` and has exactly one of these
    names, or it is one of the client's own.
    """

    subject_dn: Annotated[str, AfterValidator(_check_name)] | None = Field(
        default=None, description="Its whole subject: `CN=billing, O=Example`."
    )
    san_dns: Annotated[str, AfterValidator(str.lower)] | None = Field(
        default=None, min_length=1, description="A host name among its alternative names."
    )
    san_uri: str | None = Field(
        default=None, min_length=1, description="A URI among them (SPIFFE, for example)."
    )
    san_ip: Annotated[str, AfterValidator(_check_ip)] | None = Field(
        default=None, description="An IP address among them."
    )
    san_email: str | None = Field(
        default=None, min_length=1, description="An e-mail address among them."
    )
    own: tuple[CertificateSource, ...] = Field(
        default=(),
        max_length=10,
        description="Certificates that are the client's own, self-signed mostly, by path: it shows "
        "one of them and no other.",
    )

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        named = [name for name in SUBJECTS if getattr(self, name) is not None]
        if len(named) + bool(self.own) != 1:
            raise ValueError(f"must have own, or exactly one of {', '.join(SUBJECTS)}")
        return self
