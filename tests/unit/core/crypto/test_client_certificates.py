"""Certificates of callers, as they are read."""

import hashlib
import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from ostiary.core.base.b64 import encode
from ostiary.core.crypto.client_certificates import UnreadableCertificateError, read_certificate
from ostiary.core.crypto.distinguished_names import parse_name

START = datetime(2026, 1, 1, tzinfo=UTC)


def _certificate(*names: x509.GeneralName) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string("CN=portal,O=Example"))
        .issuer_name(x509.Name.from_rfc4514_string("CN=authority,O=Example"))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(START)
        .not_valid_after(START + timedelta(days=1))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_certificate_says_whose_it_is_and_who_signed_it() -> None:
    der = _certificate()
    read = read_certificate(der)
    assert read.subject == parse_name("CN=portal, O=Example")
    assert read.issuer == parse_name("CN=authority, O=Example")
    assert read.subject_text == "CN=portal,O=Example"
    assert (read.not_before, read.not_after) == (START.timestamp(), START.timestamp() + 86_400)
    assert read.thumbprint == encode(hashlib.sha256(der).digest())


def test_alternative_names_are_read_by_kind() -> None:
    read = read_certificate(
        _certificate(
            x509.DNSName("portal.example.com"),
            x509.UniformResourceIdentifier("spiffe://example.com/portal"),
            x509.IPAddress(ipaddress.ip_address("192.0.2.7")),
            x509.RFC822Name("portal@example.com"),
        )
    )
    assert read.dns_names == ("portal.example.com",)
    assert read.uris == ("spiffe://example.com/portal",)
    assert read.ip_addresses == ("192.0.2.7",)
    assert read.mail_addresses == ("portal@example.com",)
    assert read_certificate(_certificate()).dns_names == ()


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"certificate", _certificate()[:-1]])
def test_what_is_no_certificate_is_refused(der: bytes) -> None:
    with pytest.raises(UnreadableCertificateError):
        read_certificate(der)
