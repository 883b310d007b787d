"""What a checked configuration means for this node: addresses, files and keys, all settled."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from ostiary.adapters.delivery.mail_server import DEFAULT_PORTS, MailSecurity
from ostiary.core.configuration import implied
from ostiary.core.configuration.field_types import split_address
from ostiary.core.configuration.schema import (
    Configuration,
    MailSettings,
    SecretSource,
    ServerSettings,
    SMSSettings,
)
from ostiary.core.configuration.secret_sources import Surroundings, resolve
from ostiary.main import development_tls
from ostiary.main.data_directory import make_data_directory
from ostiary.main.master_key import find_master_key
from ostiary.main.serving.settings import ListenAddress, Overrides, ServeSettings
from ostiary.main.surroundings import MachineSurroundings


class LocalSettingsRefusedError(Exception):
    """The server must not start like this; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The settings, and what a person at the terminal should know.

    Args:
        authority: certificate of the development authority, when one is in use.
    """

    settings: ServeSettings
    authority: Path | None


def settle(file: Path, configuration: Configuration, overrides: Overrides) -> Settled:
    """Settle everything local, and make what may be made: directory, master key, certificate.

    Raises: DataDirectoryRefusedError, LocalSettingsRefusedError, MasterKeyRefusedError,
        SecretUnavailableError, OSError.
    """
    server = configuration.server
    surroundings = MachineSurroundings(os.environ)
    directory = make_data_directory(server, choice="--data-directory")
    master_key = find_master_key(server, surroundings)
    store = resolve(server.store, surroundings) if server.store else None
    certificate, private_key, authority = _tls_files(configuration, directory)
    settings = ServeSettings(
        mode=server.mode,
        data_directory=str(directory),
        store=store.reveal() if store else implied.default_store(server),
        master_keys=master_key.dump(),
        active_master_key=master_key.id,
        audit_file=str(directory / server.audit.file),
        is_audit_required=server.audit.required,
        workers=server.workers,
        tls=_address(server.listeners.tls),
        mutual_tls=_address(server.listeners.mutual_tls),
        http=_address(server.listeners.http),
        admin=_address(server.listeners.admin),
        certificate=certificate,
        private_key=private_key,
        trusted_proxies=server.proxies.trusted,
        certificate_header=server.proxies.certificate_header,
        outbound_allow=server.outbound.allow,
        outbound_ports=server.outbound.ports,
        outbound_ca_file=server.outbound.ca_file,
        mail=None if server.mail is None else _mail(server.mail, surroundings),
        sms=None if server.sms is None else _sms(server.sms, surroundings),
        configuration_file=str(file),
        overrides=tuple(overrides.items()),
        environ=dict(os.environ),
        flows_per_minute=server.flows_per_minute,
        has_flow_log=implied.has_flow_log(server),
        drain_seconds=server.drain_seconds,
    )
    return Settled(settings, authority)


def _tls_files(configuration: Configuration, directory: Path) -> tuple[str, str, Path | None]:
    server = configuration.server
    if server.tls is not None:
        if server.mode != "dev":
            _refuse_development_certificate(server)
        return server.tls.certificate, server.tls.key, None
    if server.listeners.tls is None and server.listeners.mutual_tls is None:
        return "", "", None
    hosts = implied.allowed_hosts(configuration)
    made = development_tls.provide(directory / "tls", hosts, now=time.time())
    return str(made.certificate), str(made.private_key), made.authority


def _refuse_development_certificate(server: ServerSettings) -> None:
    assert server.tls is not None  # noqa: S101 - told to the type checker
    pem = Path(server.tls.certificate).read_bytes()
    if any(map(development_tls.is_for_development, x509.load_pem_x509_certificates(pem))):
        raise LocalSettingsRefusedError(
            f"{server.tls.certificate} is a certificate for development, whose authority's key "
            "lies on a developer's disk. Use one of a real authority in production."
        )


def _mail(mail: MailSettings, surroundings: Surroundings) -> dict[str, object]:
    security = MailSecurity(mail.security)
    return {
        "host": mail.host,
        "port": mail.port or DEFAULT_PORTS[security],
        "sender": mail.sender,
        "security": security.value,
        "username": mail.username,
        "password": _fetch(mail.password, surroundings),
        "ca_file": mail.ca_file or "",
    }


def _sms(sms: SMSSettings, surroundings: Surroundings) -> dict[str, object]:
    return {"webhook": sms.webhook, "token": _fetch(sms.token, surroundings)}


def _fetch(source: SecretSource | None, surroundings: Surroundings) -> str:
    secret = None if source is None else resolve(source, surroundings)
    return "" if secret is None else secret.reveal()


def _address(text: str | None) -> ListenAddress | None:
    return None if text is None else ListenAddress(*split_address(text))
