"""Mail: one message, one connection to the SMTP server that is configured."""

import asyncio
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

import aiosmtplib

from ostiary.adapters.delivery.carrier import CarryFailedError
from ostiary.adapters.delivery.mail_server import MailSecurity, MailServer
from ostiary.adapters.delivery.texts import Text
from ostiary.core.base.clock import Clock
from ostiary.core.base.hosts import host_of
from ostiary.core.base.mail_addresses import Mailbox, is_mail_address, read_mailbox
from ostiary.core.model.environment import Environment
from ostiary.core.ports.delivery import Message

IO_SECONDS = 10.0
_PERMANENT = range(500, 600)
_TEXT_POLICY = SMTP.clone(cte_type="7bit")


class MailCarrier:
    """Carries messages by SMTP.

    Spec: RFC 5321; RFC 3207 (STARTTLS); RFC 8314 §3.3 (TLS from the start); RFC 3834 §5.
    """

    def __init__(self, server: MailServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._context: ssl.SSLContext | None = None

    async def carry(self, env: Environment, message: Message, text: Text) -> None:
        if not is_mail_address(message.to):
            raise CarryFailedError("address", is_final=True)
        sender = read_mailbox(env.mail_sender or self._server.sender)
        mail = compose(sender, message.to, text, now=self._clock.now())
        try:
            async with await self._connect(env) as server:
                await server.send_message(mail, sender=sender.address, recipients=[message.to])
        except aiosmtplib.SMTPResponseException as refusal:
            raise CarryFailedError("refused", is_final=refusal.code in _PERMANENT) from None
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            codes = [recipient.code for recipient in refusal.recipients]
            raise CarryFailedError("refused", is_final=codes[0] in _PERMANENT) from None
        except (aiosmtplib.SMTPException, OSError):
            raise CarryFailedError("unreachable", is_final=False) from None

    async def _connect(self, env: Environment) -> aiosmtplib.SMTP:
        server = self._server
        if self._context is None and server.security is not MailSecurity.NONE:
            self._context = await asyncio.to_thread(_make_context, server.ca_file)
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username or None,
            password=server.password or None,
            # Left to itself the library would ask the resolver, and the event loop would wait.
            local_hostname=host_of(env.base_url),
            timeout=IO_SECONDS,
            use_tls=server.security is MailSecurity.TLS,
            # Never "if the server offers it": whoever sits between could take the offer away.
            start_tls=server.security is MailSecurity.STARTTLS,
            tls_context=self._context,
        )


def compose(sender: Mailbox, to: str, text: Text, *, now: float) -> EmailMessage:
    """Write the mail that says a text. Spec: RFC 5322; RFC 3834 §5 (Auto-Submitted)."""
    mail = EmailMessage(policy=_TEXT_POLICY)
    mail["From"] = Address(sender.name, addr_spec=sender.address)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = text.subject
    mail["Date"] = formatdate(now)
    mail["Message-ID"] = f"<{text.id}@{sender.address.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text.body)
    mail["Content-Language"] = text.language
    return mail


def _make_context(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context
