"""The tables `[server.mail]` and `[server.sms]`: by what the server tells people something."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ostiary.core.base.mail_addresses import read_mailbox
from ostiary.core.configuration.field_types import FilePath, HostName, Port
from ostiary.core.configuration.schema_secrets import Secret, Settings
from ostiary.core.configuration.url_types import WebhookURL

MAX_SENDER_CHARACTERS = 320


def _check_sender(text: str) -> str:
    read_mailbox(text)
    return text


Sender = Annotated[str, Field(max_length=MAX_SENDER_CHARACTERS), AfterValidator(_check_sender)]


class MailSettings(Settings):
    """The SMTP server that takes the server's mail."""

    host: HostName = Field(description="Its name or address.")
    sender: Sender = Field(
        description='Whom mail is from: `"Example <no-reply@example.com>"`; an environment may '
        "have a `mail_sender` of its own."
    )
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="`starttls` and `tls` verify its certificate; without TLS there is no mail. "
        "`none` is for an SMTP server on this machine.",
    )
    port: Port | None = Field(
        default=None, description="Default: 587 for `starttls`, 465 for `tls`, 25 for `none`."
    )
    username: str = Field(default="", max_length=256, description="As whom to sign on there.")
    password: Secret | None = Field(default=None, description="With which password.")
    ca_file: FilePath | None = Field(
        default=None,
        min_length=1,
        description="Path of certificates in PEM form that are trusted beside the system's.",
    )


class SMSSettings(Settings):
    """The web service that takes text messages."""

    webhook: WebhookURL = Field(
        description="Where each message is posted to as JSON; `[server.outbound]` says where that "
        "may be."
    )
    token: Secret | None = Field(default=None, description="What it is shown as a bearer token.")
