"""Certificates of callers: files that can be read, names that somebody can have shown."""

from collections.abc import Iterator

from ostiary.core.configuration import implied
from ostiary.core.configuration.certificate_files import read_certificates
from ostiary.core.configuration.checks.subject import Subject, clients, environments
from ostiary.core.configuration.problems import Path, Problem, error, warning
from ostiary.core.configuration.schema_clients import ClientSettings
from ostiary.core.crypto.certificate_authorities import CertificatesRefusedError
from ostiary.core.model.client import BY_CERTIFICATE, AuthMethod


def check_files(subject: Subject) -> Iterator[Problem]:
    """Refuse certificates that are not there or not in PEM form."""
    for path, _, environment in environments(subject):
        for key, source in environment.client_authorities.items():
            yield from _check_source(subject, source, (*path, "client_authorities", key))
    for placed in clients(subject):
        table = placed.client.client_certificate
        own = table.own if table else ()
        for index, source in enumerate(own):
            yield from _check_source(
                subject, source, (*placed.path, "client_certificate", "own", index)
            )


def check_certificates(subject: Subject) -> Iterator[Problem]:
    """Refuse methods without the certificate that they need; point out what nobody can show."""
    is_listening = subject.configuration.server.listeners.mutual_tls is not None
    is_proxied = subject.configuration.server.proxies.certificate_header is not None
    for placed in clients(subject):
        client, methods = placed.client, frozenset(implied.auth_methods(placed.client))
        table, path = client.client_certificate, (*placed.path, "client_certificate")
        if AuthMethod.TLS_CLIENT_AUTH in methods and (table is None or table.own):
            yield error(path, "must say whom it is about: tls_client_auth needs subject_dn or such")
        if AuthMethod.SELF_SIGNED_TLS_CLIENT_AUTH in methods and not (table and table.own):
            yield error(path, "must have own: self_signed_tls_client_auth needs it")
        is_asked_for = client.certificate_bound_tokens or methods & BY_CERTIFICATE
        if table is not None and not is_asked_for:
            yield warning(path, "is never asked for by the methods of this client")
        if is_asked_for and not (is_listening or is_proxied):
            yield warning(
                placed.path,
                "needs a certificate, and nothing here asks for one",
                'give server.listeners.mutual_tls an address, such as "127.0.0.1:9032"',
            )
        if client.certificate_bound_tokens and _may_use_browser(client):
            yield error(
                (*placed.path, "certificate_bound_tokens"),
                "cannot be kept for tokens that come by a browser, which shows no certificate",
                "take the types with token out of response_types",
            )
        if table and not table.own and not placed.environment.client_authorities:
            yield error(path, "comes from an authority, and client_authorities names none")


def _may_use_browser(client: ClientSettings) -> bool:
    """Tell whether access tokens come to a client by its users' browsers."""
    return any("token" in types.split() for types in implied.response_types(client))


def _check_source(subject: Subject, source: str, path: Path) -> Iterator[Problem]:
    try:
        read_certificates(source, subject.surroundings)
    except CertificatesRefusedError as refusal:
        yield error(path, str(refusal))
