"""A certificate for development: made at the first start, with an authority that clients can trust.

Only the authority's certificate is worth giving to clients: it stays the same for ten years, while
the server's own is renewed before it expires and whenever the server gets other names.
"""

import ipaddress
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ORGANIZATION = "Ostiary development"
"""Marks the certificates made here, so that production refuses them."""
_CA_DAYS = 3650
_SERVER_DAYS = 365
_RENEW_DAYS = 30
_ALWAYS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class DevelopmentTLS:
    """Where the files are; the keys can be read by their owner alone."""

    authority: Path
    certificate: Path
    private_key: Path


@dataclass(frozen=True, slots=True)
class _Pair:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def provide(directory: Path, hosts: Iterable[str], *, now: float) -> DevelopmentTLS:
    """Return the files of a certificate that is valid for `hosts`, made as far as it is lacking.

    Args: hosts may have brackets around IPv6 addresses; loopback names are always added.
    Raises: OSError.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = DevelopmentTLS(directory / "ca.pem", directory / "server.pem", directory / "server.key")
    names = sorted({host.strip("[]") for host in hosts} | set(_ALWAYS))
    moment = datetime.fromtimestamp(now, UTC)
    authority = _load(files.authority, directory / "ca.key")
    if authority is None or _is_ending(authority.certificate, moment):
        authority = _make_authority(moment)
        _save(authority, files.authority, directory / "ca.key")
    server = _load(files.certificate, files.private_key)
    if server is None or not _serves(server.certificate, authority, names, moment):
        _save(_make_server(authority, names, moment), files.certificate, files.private_key)
    return files


def is_for_development(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate was made here."""
    issuers = certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return any(issuer.value == ORGANIZATION for issuer in issuers)


def _serves(
    certificate: x509.Certificate, authority: _Pair, names: list[str], now: datetime
) -> bool:
    if _is_ending(certificate, now):
        return False
    try:
        certificate.verify_directly_issued_by(authority.certificate)
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except Exception:  # noqa: BLE001 - whatever is wrong with it, a new one is made
        return False
    return found == _alternative_names(names)


def _is_ending(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_after_utc - now < timedelta(days=_RENEW_DAYS)


def _make_authority(now: datetime) -> _Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    # A name of its own, so that authorities of several machines can lie in one trust store.
    name = _name(f"Ostiary development CA {secrets.token_hex(4)}")
    certificate = (
        _builder(name, name, key, now, _CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _Pair(certificate, key)


def _make_server(authority: _Pair, names: list[str], now: datetime) -> _Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate.subject
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    certificate = (
        _builder(_name("Ostiary development server"), issuer, key, now, _SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_alternative_names(names), critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return _Pair(certificate, key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    public_key = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative_names(names: list[str]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([_alternative_name(name) for name in names])


def _alternative_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _load(certificate: Path, key: Path) -> _Pair | None:
    """Read a pair; None when it is not there, not readable or does not belong together."""
    try:
        parsed = x509.load_pem_x509_certificate(certificate.read_bytes())
        private_key = serialization.load_pem_private_key(key.read_bytes(), None)
    except (FileNotFoundError, ValueError, TypeError):
        return None
    if not isinstance(private_key, ec.EllipticCurvePrivateKey):
        return None
    return _Pair(parsed, private_key) if parsed.public_key() == private_key.public_key() else None


def _save(pair: _Pair, certificate: Path, key: Path) -> None:
    pem = pair.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(key, pem, mode=0o600)
    _write(certificate, pair.certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)


def _write(path: Path, content: bytes, *, mode: int) -> None:
    written = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)
        file.write(content)
    written.replace(path)
