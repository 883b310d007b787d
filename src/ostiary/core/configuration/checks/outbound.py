"""[server.outbound]: where the server itself may connect to."""

from collections.abc import Iterator
from ipaddress import ip_network

from cryptography import x509

from ostiary.core.configuration.checks.subject import Subject
from ostiary.core.configuration.problems import Path, Problem, error, warning
from ostiary.core.configuration.secret_sources import UnreadableFileError


def check_outbound(subject: Subject) -> Iterator[Problem]:
    """Refuse a file without certificates, and warn of allowing everything."""
    outbound = subject.configuration.server.outbound
    for index, place in enumerate(outbound.allow):
        if _is_everything(place):
            yield warning(
                ("server", "outbound", "allow", index),
                "lets whoever names a URL reach every machine that the server reaches",
                "name the networks of your applications",
            )
    if outbound.ca_file is not None:
        yield from check_certificates(subject, ("server", "outbound", "ca_file"), outbound.ca_file)


def _is_everything(place: str) -> bool:
    try:
        return ip_network(place).prefixlen == 0
    except ValueError:
        return False


def check_certificates(subject: Subject, path: Path, file: str) -> Iterator[Problem]:
    """Refuse a file that holds no certificates."""
    try:
        x509.load_pem_x509_certificates(subject.surroundings.read_text(file).encode())
    except UnreadableFileError as reason:
        yield error(path, f"the file {file} cannot be read: {reason}")
    except ValueError:
        yield error(path, f"the file {file} holds no certificates in PEM form")
