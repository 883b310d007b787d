"""Certificates: the self-signed ones that carry our signing keys."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import NameOID

from ostiary.core.crypto.keys import PrivateKey


def self_signed(
    private_key: PrivateKey, common_name: str, *, now: float, lifetime_days: int = 3650
) -> bytes:
    """Make the certificate in which a signing key is published (`x5c`); DER.

    Spec: RFC 7517 §4.7.
    """
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])
    start = datetime.fromtimestamp(int(now), UTC)
    digest = None if isinstance(private_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - timedelta(minutes=5))
        .not_valid_after(start + timedelta(days=lifetime_days))
        .sign(private_key, digest)
    )
    return certificate.public_bytes(serialization.Encoding.DER)
