"""Mail and text messages: protected on their way, and there where something needs them."""

from collections.abc import Iterator, Mapping

from ostiary.core.base.outbound import OutboundRefusedError, make_rules
from ostiary.core.configuration.checks.outbound import check_certificates
from ostiary.core.configuration.checks.secrets import PlacedSecret, fetch
from ostiary.core.configuration.checks.subject import Subject, environments
from ostiary.core.configuration.field_types import is_loopback
from ostiary.core.configuration.problems import Path, Problem, error
from ostiary.core.configuration.schema import MailSettings, SecretSource, StepSettings

_MAIL: Path = ("server", "mail")
_SMS: Path = ("server", "sms")
_NEEDED: Mapping[str, tuple[str, str]] = {
    "email": ("server.mail", "mail"),
    "sms": ("server.sms", "text messages"),
}
"""By channel: the table that opens it, and what goes over it."""


def check_mail(subject: Subject) -> Iterator[Problem]:
    """Refuse mail whose password or codes others could read on the way."""
    mail = subject.configuration.server.mail
    if mail is None:
        return
    if mail.ca_file is not None:
        yield from check_certificates(subject, (*_MAIL, "ca_file"), mail.ca_file)
    if mail.security == "none" and not is_loopback(mail.host):
        yield error(
            (*_MAIL, "security"),
            "lets everybody between here and there read the codes",
            'use "starttls" or "tls", or an SMTP server on this machine',
        )
    yield from _check_sign_on(mail)
    if mail.password is not None:
        yield from _check_secret(subject, (*_MAIL, "password"), mail.password)


def check_sms(subject: Subject) -> Iterator[Problem]:
    """Refuse a web service that the server may not connect to."""
    sms, outbound = subject.configuration.server.sms, subject.configuration.server.outbound
    if sms is None:
        return
    rules = make_rules(outbound.allow, outbound.ports, is_dev=subject.is_dev)
    try:
        rules.read(sms.webhook)
    except OutboundRefusedError as refusal:
        yield error((*_SMS, "webhook"), refusal.message, "see [server.outbound]")
    if sms.token is not None:
        yield from _check_secret(subject, (*_SMS, "token"), sms.token)
    else:
        yield subject.dev_warning(
            (*_SMS, "token"), "is missing: anybody who reaches the web service could use it"
        )


def check_needs(subject: Subject) -> Iterator[Problem]:
    """Refuse steps that send what nothing can carry; in dev mode the log carries it."""
    server = subject.configuration.server
    open_channels = {"email": server.mail, "sms": server.sms}
    for path, _, environment in environments(subject):
        for name, step in environment.steps.items():
            for field, channel in _needs(step):
                if open_channels[channel] is None and not subject.is_dev:
                    table, what = _NEEDED[channel]
                    yield error(
                        (*path, "steps", name, field),
                        f"needs {what}, and nothing sends any",
                        f"add [{table}]",
                    )


def _needs(step: StepSettings) -> Iterator[tuple[str, str]]:
    """Yield the fields of a step that want something sent, each with its channel."""
    if step.recovery:
        yield "recovery", "email"
    if step.registration:
        yield "registration", "email"
    for method in step.methods:
        if method in _NEEDED:
            yield "methods", method


def _check_sign_on(mail: MailSettings) -> Iterator[Problem]:
    if bool(mail.username) != (mail.password is not None):
        missing = "password" if mail.username else "username"
        yield error((*_MAIL, missing), "is missing: username and password belong together")
    elif mail.username and mail.security == "none":
        yield error((*_MAIL, "password"), "must not travel readable", 'use "starttls" or "tls"')


def _check_secret(subject: Subject, path: Path, source: SecretSource) -> Iterator[Problem]:
    if source.generate or source.stored:
        yield error(path, "must be one that the other side knows")
    yield from fetch(subject, PlacedSecret(path, source))
    if source.value is not None:
        hint = 'refer to it: { env = "NAME" } or { file = "PATH" }'
        yield subject.plain_secret(path, "stands here in plain text", hint)
