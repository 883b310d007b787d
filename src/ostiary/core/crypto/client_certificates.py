"""Certificates that callers show in the TLS handshake: read into what they say."""

import hashlib

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ostiary.core.base.b64 import encode
from ostiary.core.crypto.distinguished_names import DistinguishedName, read_name


class ClientCertificate(msgspec.Struct, frozen=True):
    """What a certificate says; whether it is trusted was decided in the handshake.

    Spec: RFC 8705 §2.1.2 (subjects), §3.1 (thumbprint).

    Args:
        der: the certificate itself.
        thumbprint: SHA-256 of its DER in base64url, as `x5t#S256` has it.
        subject_text, issuer_text: the names as a log has them (RFC 4514).
        public_key: SubjectPublicKeyInfo, DER.
        dns_names, uris, ip_addresses, mail_addresses: its alternative names.
    """

    der: bytes
    thumbprint: str
    subject: DistinguishedName
    issuer: DistinguishedName
    subject_text: str
    issuer_text: str
    public_key: bytes
    not_before: float
    not_after: float
    dns_names: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    mail_addresses: tuple[str, ...] = ()

    def holds_at(self, moment: float) -> bool:
        """Tell whether a moment, in seconds since the epoch, lies within its time."""
        return self.not_before <= moment <= self.not_after


class UnreadableCertificateError(ValueError):
    """The bytes are no certificate that anybody could be recognised by."""


def thumbprint(der: bytes) -> str:
    """Return what stands for a certificate, `x5t#S256`.

    Spec: RFC 8705 §3.1.
    """
    return encode(hashlib.sha256(der).digest())


def read_certificate(der: bytes) -> ClientCertificate:
    """Read a certificate.

    Spec: RFC 5280 §4.1; RFC 8705 §3.1.
    Raises: UnreadableCertificateError.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        names = _alternative_names(certificate)
        return ClientCertificate(
            der=der,
            thumbprint=thumbprint(der),
            subject=read_name(certificate.subject),
            issuer=read_name(certificate.issuer),
            subject_text=certificate.subject.rfc4514_string(),
            issuer_text=certificate.issuer.rfc4514_string(),
            public_key=certificate.public_key().public_bytes(
                Encoding.DER, PublicFormat.SubjectPublicKeyInfo
            ),
            not_before=certificate.not_valid_before_utc.timestamp(),
            not_after=certificate.not_valid_after_utc.timestamp(),
            dns_names=tuple(names.get_values_for_type(x509.DNSName)),
            uris=tuple(names.get_values_for_type(x509.UniformResourceIdentifier)),
            ip_addresses=tuple(map(str, names.get_values_for_type(x509.IPAddress))),
            mail_addresses=tuple(names.get_values_for_type(x509.RFC822Name)),
        )
    except Exception as error:
        # The library has a type of its own for each of a hundred ways to be malformed.
        raise UnreadableCertificateError("the certificate cannot be read") from error


def _alternative_names(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return x509.SubjectAlternativeName([])
    return found.value
