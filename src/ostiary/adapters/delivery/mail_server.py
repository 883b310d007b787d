"""The SMTP server that takes our mail: where it is, and how the way to it is protected."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class MailSecurity(StrEnum):
    """How the connection to the SMTP server is protected; its certificate is always verified."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


DEFAULT_PORTS: Mapping[MailSecurity, int] = {
    MailSecurity.STARTTLS: 587,
    MailSecurity.TLS: 465,
    MailSecurity.NONE: 25,
}
"""Spec: RFC 6409 §3.1; RFC 8314 §3.3; RFC 5321 §4.5.4.2."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The SMTP server that takes our mail.

    Args:
        sender: whom mail is from, where the environment names nobody.
        ca_file: certificates to be trusted beside the system's; "" for none.
    """

    host: str
    port: int
    sender: str
    security: MailSecurity = MailSecurity.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
