"""An SMTP server on this machine that keeps what it is given."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

OK = "250 OK"


@dataclass
class Mailroom:
    """What arrived, and how the server answers.

    Args:
        answers: to each mail's end in turn; the last one again and again.
        sign_on: username and password without which it takes nothing; None for anybody.
    """

    port: int = 0
    answers: list[str] = field(default_factory=lambda: [OK])
    sign_on: tuple[str, str] | None = None
    received: list[Envelope] = field(default_factory=list)
    asked: int = 0
    greeted_as: str | None = None

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails that arrived, parsed."""
        contents = [each.original_content or b"" for each in self.received]
        return [message_from_bytes(each, policy=policy.default) for each in contents]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        self.greeted_as = session.host_name
        if answer == OK:
            self.received.append(envelope)
        return answer

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        shown = (data.login.decode(), data.password.decode())
        return AuthResult(success=shown == self.sign_on, handled=False)


@asynccontextmanager
async def running_smtp(
    mailroom: Mailroom | None = None, *, certificate: Path | None = None, is_tls: bool = False
) -> AsyncIterator[Mailroom]:
    """Run a server in this event loop.

    Args:
        certificate: offer STARTTLS with it, and take nothing without.
        is_tls: instead, speak TLS from the first byte.
    """
    room, loop = mailroom or Mailroom(), asyncio.get_running_loop()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    needs_sign_on = room.sign_on is not None

    def make() -> SMTP:
        return SMTP(
            room,
            hostname="mailroom.test",
            enable_SMTPUTF8=False,
            tls_context=None if is_tls else context,
            require_starttls=context is not None and not is_tls,
            auth_required=needs_sign_on,
            auth_require_tls=not is_tls,
            authenticator=room.authenticate if needs_sign_on else None,
            loop=loop,
        )

    server = await loop.create_server(make, "127.0.0.1", 0, ssl=context if is_tls else None)
    room.port = server.sockets[0].getsockname()[1]
    try:
        yield room
    finally:
        server.close()
        await server.wait_closed()
