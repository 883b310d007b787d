"""TLS as the server speaks it: new versions, strong suites, no renegotiation."""

import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from ostiary.main import development_tls
from tests.support.server import MINIMAL, Server, running_server, start_server

WEAK = "AES128-SHA:AES256-SHA:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES256-SHA:AES128-GCM-SHA256:DHE"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run one server for all tests of this file."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


def shake_hands(server: Server, context: ssl.SSLContext) -> tuple[str | None, str, str | None]:
    """Return protocol version, cipher suite and ALPN protocol of a new connection."""
    address = ("127.0.0.1", server.ports["tls"])
    with (
        socket.create_connection(address, timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as tls,
    ):
        cipher = tls.cipher()
        assert cipher is not None
        return tls.version(), cipher[0], tls.selected_alpn_protocol()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_SEC_259_new_versions_are_spoken_with_aead_suites(
    server: Server, version: ssl.TLSVersion
) -> None:
    context = server.ssl_context()
    context.minimum_version = context.maximum_version = version
    context.set_alpn_protocols(["h2", "http/1.1"])

    spoken, suite, protocol = shake_hands(server, context)

    assert spoken == version.name.replace("v1_", "v1.")
    assert "GCM" in suite or "CHACHA20" in suite
    assert protocol == "http/1.1"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_SEC_259_old_versions_are_refused(server: Server, version: ssl.TLSVersion) -> None:
    context = server.ssl_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version

    with pytest.raises(ssl.SSLError):
        shake_hands(server, context)


def test_SEC_259_weak_suites_are_refused(server: Server) -> None:
    context = server.ssl_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{WEAK}:@SECLEVEL=0")

    with pytest.raises(ssl.SSLError):
        shake_hands(server, context)


def test_SEC_259_renegotiation_is_refused(server: Server) -> None:
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.ports['tls']}", "-tls1_2"],
        input=b"R\n",
        capture_output=True,
        timeout=20,
        check=False,
    )

    assert b"RENEGOTIATING" in done.stdout + done.stderr
    assert b"no renegotiation" in done.stderr


def test_no_certificate_is_asked_of_clients(server: Server) -> None:
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.ports['tls']}"],
        input=b"",
        capture_output=True,
        timeout=20,
        check=False,
    )

    assert b"No client certificate CA names sent" in done.stdout


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_development_certificate_is_good_for_this_machine(server: Server, host: str) -> None:
    context = server.ssl_context()
    address = ("127.0.0.1", server.ports["tls"])
    with (
        socket.create_connection(address, timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=host) as tls,
    ):
        assert tls.version() == "TLSv1.3"


def test_plain_http_on_the_tls_port_gets_nothing(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.ports["tls"]), timeout=5) as connection:
        connection.sendall(b"GET /pf/heartbeat.ping HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            answer = connection.recv(4096)
        except ConnectionResetError:
            answer = b""

    assert not answer.startswith(b"HTTP/")


def test_SEC_253_production_refuses_a_development_certificate(tmp_path: Path) -> None:
    made = development_tls.provide(tmp_path / "elsewhere", ["id.example.com"], now=time.time())
    made.certificate.chmod(0o600)
    clients = {"app": {**MINIMAL["environments"]["default"]["clients"]["app"]}}
    clients["app"]["secret"] = {"env": "APP_SECRET"}
    configuration = {
        "server": {
            "mode": "production",
            "public_url": "https://id.example.com",
            "tls": {"certificate": str(made.certificate), "key": str(made.private_key)},
        },
        "environments": {
            "default": {**MINIMAL["environments"]["default"], "clients": clients},
        },
    }
    server = start_server(tmp_path / "server", configuration, environ={"APP_SECRET": "x" * 40})

    assert server.wait(20) == 1
    assert "certificate for development" in server.errors


def test_the_authority_signs_nothing_but_server_certificates(server: Server) -> None:
    authority = x509.load_pem_x509_certificate(server.ca_path.read_bytes())
    constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints)

    assert constraints.critical
    assert (constraints.value.ca, constraints.value.path_length) == (True, 0)
