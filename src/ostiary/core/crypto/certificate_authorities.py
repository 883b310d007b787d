"""Authorities whose certificates say who a caller is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from ostiary.core.crypto.client_certificates import ClientCertificate

_E = TypeVar("_E", bound=x509.ExtensionType)
_OF_CLIENTS = frozenset(
    {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
)


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
        if not _may_identify_client(shown):
            return False
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
    if certificate.issuer != authority.subject or not _may_issue(authority):
        return False
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _may_issue(authority: x509.Certificate) -> bool:
    """Tell whether a certificate is an authority's: a caller's own says nothing of others.

    The handshake asks this too, but not of what a proxy hands on.
    Spec: RFC 5280 §4.2.1.9, §4.2.1.3.
    """
    constraints = _find_extension(authority, x509.BasicConstraints)
    usage = _find_extension(authority, x509.KeyUsage)
    if constraints is None or not constraints.ca:
        return False
    return usage is None or usage.key_cert_sign


def _may_identify_client(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate is made for clients; one that says nothing is made for all.

    Spec: RFC 5280 §4.2.1.12.
    """
    purposes = _find_extension(certificate, x509.ExtendedKeyUsage)
    return purposes is None or bool(_OF_CLIENTS.intersection(purposes))


def _find_extension(certificate: x509.Certificate, kind: type[_E]) -> _E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
