"""The development authority and its certificate: made once, renewed when needed, private."""

import ssl
import time
from pathlib import Path

import pytest
from cryptography import x509

from ostiary.main import development_tls

NOW = time.time()
DAY = 86_400
HOSTS = ["id.example.com", "[::1]", "192.0.2.7"]


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def names(path: Path) -> set[str]:
    extension = certificate(path).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return {str(name.value) for name in extension.value}


def test_the_certificate_covers_every_host_and_this_machine(tmp_path: Path) -> None:
    made = development_tls.provide(tmp_path, HOSTS, now=NOW)

    assert names(made.certificate) == {
        *("id.example.com", "192.0.2.7", "localhost", "127.0.0.1", "::1")
    }
    certificate(made.certificate).verify_directly_issued_by(certificate(made.authority))
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.certificate, made.private_key)


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    development_tls.provide(tmp_path, HOSTS, now=NOW)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    development_tls.provide(tmp_path, HOSTS, now=NOW + DAY)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("hosts", "later"),
    [(["other.example.com"], DAY), (HOSTS, 340 * DAY)],
    ids=["other names", "nearly expired"],
)
def test_a_new_certificate_keeps_the_authority_that_clients_trust(
    tmp_path: Path, hosts: list[str], later: float
) -> None:
    made = development_tls.provide(tmp_path, HOSTS, now=NOW)
    authority, old = made.authority.read_bytes(), made.certificate.read_bytes()

    development_tls.provide(tmp_path, hosts, now=NOW + later)

    assert made.authority.read_bytes() == authority
    assert made.certificate.read_bytes() != old
    certificate(made.certificate).verify_directly_issued_by(certificate(made.authority))


@pytest.mark.parametrize("file", ["ca.pem", "ca.key", "server.pem", "server.key"])
@pytest.mark.parametrize("content", [None, b"", b"garbage"], ids=["missing", "empty", "garbage"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, file: str, content: bytes | None) -> None:
    made = development_tls.provide(tmp_path, HOSTS, now=NOW)
    if content is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_bytes(content)

    development_tls.provide(tmp_path, HOSTS, now=NOW)

    certificate(made.certificate).verify_directly_issued_by(certificate(made.authority))
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.certificate, made.private_key)


def test_private_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    directory = tmp_path / "tls"
    development_tls.provide(directory, HOSTS, now=NOW)

    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / "ca.key").stat().st_mode & 0o777 == 0o600
    assert (directory / "server.key").stat().st_mode & 0o777 == 0o600


def test_SEC_253_its_certificates_are_recognised(tmp_path: Path) -> None:
    made = development_tls.provide(tmp_path, HOSTS, now=NOW)

    assert development_tls.is_for_development(certificate(made.certificate))
    assert development_tls.is_for_development(certificate(made.authority))


def test_two_authorities_have_two_names(tmp_path: Path) -> None:
    one = development_tls.provide(tmp_path / "one", HOSTS, now=NOW)
    other = development_tls.provide(tmp_path / "other", HOSTS, now=NOW)

    assert certificate(one.authority).subject != certificate(other.authority).subject
