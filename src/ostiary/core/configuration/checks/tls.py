"""[server.tls]: the certificate and its key are there, readable, and belong together."""

from collections.abc import Callable, Generator, Iterator

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from ostiary.core.configuration.checks.subject import Subject
from ostiary.core.configuration.problems import Path, Problem, error
from ostiary.core.configuration.secret_sources import UnreadableFileError

_CERTIFICATE: Path = ("server", "tls", "certificate")
_KEY: Path = ("server", "tls", "key")


def check_tls(subject: Subject) -> Iterator[Problem]:
    """Refuse a TLS listener without a usable certificate."""
    server = subject.configuration.server
    if server.tls is None:
        listeners = server.listeners
        is_needed = listeners.tls is not None or listeners.mutual_tls is not None
        if is_needed and not subject.is_dev:
            yield error(
                ("server", "listeners", "tls"),
                "needs a certificate in production",
                'give [server.tls] certificate and key, or tls = "off" behind a proxy',
            )
        return
    certified = yield from _read(subject, _CERTIFICATE, server.tls.certificate, _key_of_certificate)
    key = yield from _read(subject, _KEY, server.tls.key, _public_half)
    if certified and key and certified != key:
        yield error(_KEY, "does not belong to the certificate")
    if subject.surroundings.may_others_read(server.tls.key):
        yield subject.dev_warning(
            _KEY, "can be read by other users of this machine", f"chmod 600 {server.tls.key}"
        )


def _read(
    subject: Subject, path: Path, file: str, extract: Callable[[bytes], bytes]
) -> Generator[Problem, None, bytes | None]:
    """Return what `extract` makes of a file; None, with a problem yielded, when that fails."""
    try:
        return extract(subject.surroundings.read_text(file).encode())
    except UnreadableFileError as reason:
        yield error(path, f"the file {file} cannot be read: {reason}")
    except (ValueError, TypeError):
        yield error(path, f"the file {file} does not hold what is needed in PEM form, unencrypted")
    return None


def _key_of_certificate(pem: bytes) -> bytes:
    leaf = x509.load_pem_x509_certificates(pem)[0]
    return leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _public_half(pem: bytes) -> bytes:
    public_key = load_pem_private_key(pem, None).public_key()
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
