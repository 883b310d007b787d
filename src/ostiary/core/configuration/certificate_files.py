"""Certificates that a configuration names by their files, or holds itself in PEM form."""

from cryptography.hazmat.primitives.serialization import Encoding

from ostiary.core.configuration.secret_sources import Surroundings, UnreadableFileError
from ostiary.core.crypto.certificate_authorities import CertificatesRefusedError, parse_certificates

_BEGINNING = "-----BEGIN CERTIFICATE-----"


def is_pem(source: str) -> bool:
    """Tell whether a text is a certificate itself and no path of one."""
    return source.lstrip().startswith(_BEGINNING)


def read_certificates(source: str, surroundings: Surroundings) -> str:
    """Return certificates in PEM form, and nothing but them: no key that lies beside them.

    Raises: CertificatesRefusedError.
    """
    try:
        text = source if is_pem(source) else surroundings.read_text(source)
    except UnreadableFileError as error:
        raise CertificatesRefusedError(f"the file {source} cannot be read: {error}") from error
    found = parse_certificates(text)
    return "".join(each.public_bytes(Encoding.PEM).decode() for each in found)
