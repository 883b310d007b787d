"""Authorities whose certificates say who a caller is."""

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from ostiary.core.crypto.client_certificates import ClientCertificate


class CertificatesRefusedError(ValueError):
    """A text holds no certificates in PEM form; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class CertificateAuthorities:
    """Certificates that are trusted to say who somebody is: of authorities, or of one caller.

    The handshake has verified a whole chain, but against the authorities of every environment at
    once. Whether it was one of this environment's is asked here of the last link, which is all that
    Python 3.11 shows: so intermediate authorities are named themselves.
    """

    certificates: tuple[x509.Certificate, ...] = ()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> "CertificateAuthorities":
        """Read certificates in PEM form, any number in each text.

        Raises: CertificatesRefusedError.
        """
        return cls(tuple(each for text in texts for each in parse_certificates(text)))

    def trust(self, certificate: ClientCertificate, *, now: float) -> bool:
        """Tell whether one of them vouches for a caller's certificate at this moment."""
        if not certificate.holds_at(now):
            return False
        shown = x509.load_der_x509_certificate(certificate.der)
        return any(shown == each or _is_issued_by(shown, each) for each in self.certificates)

    def dump(self) -> frozenset[bytes]:
        """Return them in DER form."""
        return frozenset(each.public_bytes(Encoding.DER) for each in self.certificates)


def parse_certificates(text: str) -> tuple[x509.Certificate, ...]:
    """Read the certificates of a text in PEM form; at least one.

    Raises: CertificatesRefusedError.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(text.encode()))
    except ValueError as error:
        raise CertificatesRefusedError("holds no certificate in PEM form") from error


def _is_issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    if certificate.issuer != authority.subject:
        return False
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
