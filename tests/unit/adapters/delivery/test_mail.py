"""Mail: handed to a real SMTP server, protected on the way, with nothing in its head but ours."""

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.adapters.delivery.carrier import CarryFailedError
from ostiary.adapters.delivery.mail import MailCarrier, compose
from ostiary.adapters.delivery.mail_server import DEFAULT_PORTS, MailSecurity, MailServer
from ostiary.adapters.delivery.texts import write
from ostiary.core.base.clock import FrozenClock
from ostiary.core.base.mail_addresses import Mailbox
from ostiary.core.ports.delivery import Channel, Message, Template
from tests.support.certificates import Authority, make_authority
from tests.support.environments import make_environment
from tests.support.smtp_server import Mailroom, running_smtp

ENV = make_environment()
TO = "joe@example.com"
SENDER = "Example Shop <no-reply@example.com>"
MESSAGE = Message(
    Channel.EMAIL, TO, Template.ONE_TIME_CODE, {"code": "123456", "minutes": "10"}, "de"
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("mail") / "authority.pem")


@pytest.fixture(scope="module")
def certificate(authority: Authority) -> Path:
    return authority.issue(authority.path.with_name("server.pem"))


def server_of(room: Mailroom, security: MailSecurity, ca_file: Path | None = None) -> MailServer:
    return MailServer(
        "localhost", room.port, SENDER, security, ca_file="" if ca_file is None else str(ca_file)
    )


async def carry(server: MailServer, message: Message = MESSAGE) -> None:
    env = ENV
    await MailCarrier(server, FrozenClock()).carry(env, message, write(env, message))


async def failure(server: MailServer, message: Message = MESSAGE) -> CarryFailedError:
    with pytest.raises(CarryFailedError) as failed:
        await carry(server, message)
    return failed.value


async def test_mail_arrives_over_starttls(authority: Authority, certificate: Path) -> None:
    async with running_smtp(certificate=certificate) as room:
        await carry(server_of(room, MailSecurity.STARTTLS, authority.path))
    (mail,) = room.mails
    assert mail["To"] == TO
    assert mail["From"] == SENDER
    assert mail["Subject"] == f"123456 ist Ihr Code für {ENV.name}"
    assert "    123456" in mail.get_content().splitlines()


async def test_mail_arrives_over_tls_from_the_first_byte(
    authority: Authority, certificate: Path
) -> None:
    async with running_smtp(certificate=certificate, is_tls=True) as room:
        await carry(server_of(room, MailSecurity.TLS, authority.path))
    assert len(room.mails) == 1


async def test_mail_arrives_in_the_clear_where_that_is_configured() -> None:
    async with running_smtp() as room:
        await carry(server_of(room, MailSecurity.NONE))
    assert len(room.mails) == 1


async def test_the_envelope_names_the_bare_addresses() -> None:
    async with running_smtp() as room:
        await carry(server_of(room, MailSecurity.NONE))
    assert room.received[0].mail_from == "no-reply@example.com"
    assert room.received[0].rcpt_tos == [TO]


async def test_an_environment_may_send_under_its_own_name() -> None:
    env = replace(ENV, mail_sender="Shop <shop@example.org>")
    async with running_smtp() as room:
        server = server_of(room, MailSecurity.NONE)
        await MailCarrier(server, FrozenClock()).carry(env, MESSAGE, write(env, MESSAGE))
    assert room.received[0].mail_from == "shop@example.org"
    assert room.mails[0]["From"] == "Shop <shop@example.org>"


async def test_a_mail_says_that_no_person_wrote_it() -> None:
    async with running_smtp() as room:
        await carry(server_of(room, MailSecurity.NONE))
    assert room.mails[0]["Auto-Submitted"] == "auto-generated"
    assert room.mails[0]["Content-Language"] == "de"
    assert room.mails[0]["Message-ID"].endswith("@example.com>")


async def test_mail_is_plain_text_in_seven_bits() -> None:
    async with running_smtp() as room:
        await carry(server_of(room, MailSecurity.NONE))
    content = room.received[0].original_content
    assert content is not None
    assert content.isascii()
    assert room.mails[0].get_content_type() == "text/plain"


async def test_it_greets_by_the_name_of_the_environment_and_asks_no_resolver() -> None:
    async with running_smtp() as room:
        await carry(server_of(room, MailSecurity.NONE))
    assert room.greeted_as == ENV.base_url.removeprefix("https://").partition(":")[0]


async def test_it_signs_on_where_the_server_wants_it(
    authority: Authority, certificate: Path
) -> None:
    async with running_smtp(
        Mailroom(sign_on=("ostiary", "s3cret")), certificate=certificate
    ) as room:
        server = server_of(room, MailSecurity.STARTTLS, authority.path)
        await carry(replace(server, username="ostiary", password="s3cret"))
        assert len(room.mails) == 1
        refusal = await failure(replace(server, username="ostiary", password="wrong"))
    assert (refusal.reason, refusal.is_final) == ("refused", True)


async def test_a_certificate_of_an_unknown_authority_is_no_server_of_ours(
    certificate: Path,
) -> None:
    for security in (MailSecurity.STARTTLS, MailSecurity.TLS):
        is_tls = security is MailSecurity.TLS
        async with running_smtp(certificate=certificate, is_tls=is_tls) as room:
            refusal = await failure(server_of(room, security))
        assert refusal.reason == "unreachable"
        assert not room.received


async def test_a_certificate_for_another_host_is_no_server_of_ours(
    authority: Authority, tmp_path: Path
) -> None:
    other = authority.issue(tmp_path / "other.pem", "other.example")
    async with running_smtp(certificate=other) as room:
        refusal = await failure(server_of(room, MailSecurity.STARTTLS, authority.path))
    assert refusal.reason == "unreachable"
    assert not room.received


async def test_a_server_that_offers_no_starttls_gets_no_mail(authority: Authority) -> None:
    async with running_smtp() as room:
        refusal = await failure(server_of(room, MailSecurity.STARTTLS, authority.path))
    assert refusal.reason == "unreachable"
    assert not room.received


async def test_what_stands_behind_the_answer_to_starttls_in_the_clear_counts_for_nothing(
    authority: Authority, certificate: Path
) -> None:
    """Somebody between says beforehand what the server is to have said under TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    heard = bytearray()

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mailroom.test\r\n")
        await reader.readline()
        writer.write(b"250-mailroom.test\r\n250 STARTTLS\r\n")
        await reader.readline()
        writer.write(b"220 go ahead\r\n250 injected\r\n250 injected\r\n")
        await writer.drain()
        heard.extend(await reader.read(5))
        writer.close()

    server = await asyncio.start_server(play, "127.0.0.1", 0)
    async with server:
        room = Mailroom(server.sockets[0].getsockname()[1])
        refusal = await failure(server_of(room, MailSecurity.STARTTLS, authority.path))
    assert refusal.reason == "unreachable"
    assert bytes(heard[:1]) in {b"", b"\x16"}  # nothing, or the beginning of TLS


@pytest.mark.parametrize(
    ("answer", "is_final"), [("451 later", False), ("550 nobody here", True), ("552 full", True)]
)
async def test_what_the_server_says_for_good_is_final(answer: str, is_final: bool) -> None:
    async with running_smtp(Mailroom(answers=[answer])) as room:
        refusal = await failure(server_of(room, MailSecurity.NONE))
    assert (refusal.reason, refusal.is_final) == ("refused", is_final)


async def test_a_server_that_is_not_there_is_worth_another_try() -> None:
    async with running_smtp() as room:
        server = server_of(room, MailSecurity.NONE)
    refusal = await failure(server)
    assert (refusal.reason, refusal.is_final) == ("unreachable", False)


@pytest.mark.parametrize(
    "to",
    [
        "joe@example.com\r\nBcc: eve@example.com",
        "joe@example.com\nRCPT TO:<eve@example.com>",
        "joe@example.com, eve@example.com",
        "<joe@example.com>",
        "joe@example.com>\r\nDATA",
        "j\u00f6e@example.com",
        "joe@ex\u0000ample.com",
        "joe",
        "",
    ],
)
async def test_SEC_239_nothing_but_one_address_is_sent_to(to: str) -> None:
    async with running_smtp() as room:
        message = Message(Channel.EMAIL, to, MESSAGE.template, MESSAGE.values)
        refusal = await failure(server_of(room, MailSecurity.NONE), message)
    assert (refusal.reason, refusal.is_final) == ("address", True)
    assert room.asked == 0


def test_neither_password_nor_code_is_shown_by_accident() -> None:
    server = MailServer("localhost", 25, SENDER, username="joe", password="s3cret")
    assert "s3cret" not in repr(server)
    assert "123456" not in repr(MESSAGE)
    assert "123456" not in repr(write(ENV, MESSAGE))


def test_each_protection_has_its_usual_port() -> None:
    assert dict(DEFAULT_PORTS) == {"starttls": 587, "tls": 465, "none": 25}


@given(st.text(max_size=60), st.text(max_size=60))
def test_SEC_239_no_value_adds_a_header_or_ends_the_head(name: str, nickname: str) -> None:
    env = replace(ENV, name=name)
    message = Message(Channel.EMAIL, TO, Template.AUTHENTICATOR_ADDED, {"authenticator": nickname})
    sender = Mailbox("Example", "no-reply@example.com")
    head = compose(sender, TO, write(env, message), now=0).as_bytes().partition(b"\r\n\r\n")[0]
    lines = [line for line in head.split(b"\r\n") if line[:1] not in {b" ", b"\t"}]
    assert [line.partition(b":")[0].decode().lower() for line in lines] == [
        *("from", "to", "subject", "date", "message-id", "auto-submitted"),
        *("content-type", "content-transfer-encoding", "mime-version", "content-language"),
    ]
    assert not set(head.replace(b"\r\n", b"")) & {0, 10, 13}
