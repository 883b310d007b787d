"""Authorities: for whom they vouch, and for whom they do not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from ostiary.core.crypto.certificate_authorities import (
    CertificateAuthorities,
    CertificatesRefusedError,
    parse_certificates,
)
from ostiary.core.crypto.client_certificates import ClientCertificate, read_certificate

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = (START + timedelta(hours=1)).timestamp()
IS_AUTHORITY = x509.BasicConstraints(ca=True, path_length=None)
OF_CLIENTS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
OF_SERVERS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


@dataclass(frozen=True, slots=True)
class Owner:
    """A key with its certificate, which may sign others."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def shown(self) -> ClientCertificate:
        return read_certificate(self.certificate.public_bytes(Encoding.DER))

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


def _make(
    name: str, issuer: Owner | None = None, extensions: Iterable[x509.ExtensionType] = ()
) -> Owner:
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string(name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(START + timedelta(days=1))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return Owner(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _trust(authority: Owner, shown: Owner, *, now: float = NOW) -> bool:
    return CertificateAuthorities.parse([authority.pem]).trust(shown.shown, now=now)


ROOT = _make("CN=root", extensions=[IS_AUTHORITY])


@pytest.mark.parametrize("extensions", [(), (OF_CLIENTS,)])
def test_an_authority_vouches_for_what_it_signed(
    extensions: tuple[x509.ExtensionType, ...],
) -> None:
    assert _trust(ROOT, _make("CN=a", ROOT, extensions))


def test_nobody_vouches_where_no_authority_is_named() -> None:
    assert not CertificateAuthorities().trust(_make("CN=a", ROOT).shown, now=NOW)


def test_an_authority_of_the_same_name_is_another_one() -> None:
    namesake = _make("CN=root", extensions=[IS_AUTHORITY])
    assert not _trust(ROOT, _make("CN=a", namesake))


def test_a_certificate_of_a_server_identifies_no_client() -> None:
    assert not _trust(ROOT, _make("CN=a", ROOT, [OF_SERVERS]))


def test_a_caller_whose_own_certificate_is_named_vouches_for_itself_and_nobody_else() -> None:
    caller = _make("CN=caller", ROOT)
    assert _trust(caller, caller)
    assert not _trust(caller, _make("CN=a", caller))


@pytest.mark.parametrize(
    ("extensions", "is_trusted"),
    [
        ([x509.BasicConstraints(ca=False, path_length=None)], False),
        ([IS_AUTHORITY, _usage(signs_certificates=False)], False),
        ([IS_AUTHORITY, _usage(signs_certificates=True)], True),
    ],
)
def test_only_who_may_sign_certificates_vouches(
    extensions: list[x509.ExtensionType], is_trusted: bool
) -> None:
    issuer = _make("CN=issuer", ROOT, extensions)
    assert _trust(issuer, _make("CN=a", issuer)) is is_trusted


def test_an_intermediate_authority_is_named_itself() -> None:
    intermediate = _make("CN=intermediate", ROOT, [IS_AUTHORITY])
    leaf = _make("CN=a", intermediate)
    assert not _trust(ROOT, leaf)
    assert _trust(intermediate, leaf)


@pytest.mark.parametrize(("hours", "is_trusted"), [(-1, False), (0, True), (24, True), (25, False)])
def test_a_certificate_is_trusted_within_its_time(hours: int, is_trusted: bool) -> None:
    now = (START + timedelta(hours=hours)).timestamp()
    assert _trust(ROOT, _make("CN=a", ROOT), now=now) is is_trusted


def test_a_text_holds_any_number_of_authorities() -> None:
    other = _make("CN=other", extensions=[IS_AUTHORITY])
    authorities = CertificateAuthorities.parse([ROOT.pem + other.pem])
    assert authorities.dump() == {ROOT.shown.der, other.shown.der}
    assert authorities.trust(_make("CN=a", other).shown, now=NOW)


@pytest.mark.parametrize("text", ["", "x", "-----BEGIN CERTIFICATE-----\nx", "é"])
def test_a_text_without_certificates_is_refused(text: str) -> None:
    with pytest.raises(CertificatesRefusedError):
        parse_certificates(text)
