"""Certificates in real handshakes: by curl, by the SDK, on connections that outlive their trust."""

import asyncio
import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest

from ostiary_client import (
    AsyncClient,
    AsyncTokenVerifier,
    Client,
    Introspector,
    InvalidClientError,
    InvalidTokenError,
    TokenVerifier,
    TrustedIssuer,
)
from tests.support.certificates import Authority, make_authority, make_self_signed
from tests.support.server import MINIMAL, OSTIARY, Server, free_port, running_server, wait_for

PORT = free_port()
TOKEN = "/as/token.oauth2"
GRANT = "grant_type=client_credentials&client_id={}"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ASKED = "Request CERT"
"""What curl says of a server that asks for a certificate."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def worker(place: Path) -> tuple[Path, Path]:
    return make_self_signed(place / "worker.pem", "worker")


def _client(**certificate: Any) -> dict[str, Any]:
    return {
        "client_certificate": certificate,
        "certificate_bound_tokens": True,
        "grant_types": ["client_credentials"],
        "scopes": ["api:read"],
        "default_scopes": ["api:read"],
        "may_introspect": True,
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, worker: tuple[Path, Path]) -> Iterator[Server]:
    environment = MINIMAL["environments"]["default"]
    clients = {**environment["clients"], "worker": _client(own=[str(worker[1])])}
    configuration = {
        "server": {"mutual_tls_url": f"https://localhost:{PORT}"},
        "environments": {"default": {**environment, "clients": clients}},
    }
    directory = tmp_path_factory.mktemp("server")
    with running_server(directory, configuration, ports={"mutual_tls": PORT}) as running:
        yield running


@pytest.fixture
def friends(tmp_path: Path) -> Authority:
    """Return an authority that no test before has known."""
    return make_authority(tmp_path / "friends.pem")


@pytest.fixture
def portal(server: Server, friends: Authority, tmp_path: Path) -> Path:
    """Have a client of an authority's in the configuration, and return its certificate."""
    _change(server, authority=str(friends.path))
    shown = friends.issue(tmp_path / "portal.pem", "portal.example.com")
    wait_for(lambda: _curl(server, "portal", shown)[0] == 200, 5)
    return shown


def _change(server: Server, *, authority: str | None = None, own: str | None = None) -> None:
    """Apply a configuration with one more client of a certificate, or with none."""
    written = json.loads(server.configuration_path.read_text())
    environment = written["environments"]["default"]
    for name, certificate in (
        ("portal", {"san_dns": "portal.example.com"} if authority else None),
        ("late", {"own": [own]} if own else None),
    ):
        environment["clients"].pop(name, None)
        if certificate:
            environment["clients"][name] = _client(**certificate)
    environment["client_authorities"] = {"friends": authority} if authority else {}
    server.configuration_path.write_text(json.dumps(written))
    command = [*OSTIARY, "apply", "--yes", "--config", str(server.configuration_path)]
    done = subprocess.run(
        command, cwd=server.directory, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout


def _curl(
    server: Server, client: str, certificate: Path | None, *, listener: str = "mutual_tls"
) -> tuple[int, str]:
    """Ask for a token with curl; return the status, 0 without an answer, and what curl said."""
    curl = shutil.which("curl")
    assert curl is not None
    command = [curl, "--silent", "--verbose", "--cacert", str(server.ca_path)]
    command += ["--output", "/dev/null", "--write-out", "%{http_code}"]
    command += [] if certificate is None else ["--cert", str(certificate)]
    command += ["--data", GRANT.format(client)]
    command += [f"https://localhost:{server.ports[listener]}{TOKEN}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    return int(done.stdout), done.stderr


def test_S1_6_curl_shows_a_certificate_that_was_added_a_moment_before(
    server: Server, tmp_path: Path
) -> None:
    shown, alone = make_self_signed(tmp_path / "late.pem", "late")
    assert _curl(server, "late", shown)[0] == 0
    _change(server, own=str(alone))
    wait_for(lambda: _curl(server, "late", shown)[0] == 200, 5)
    other, _ = make_self_signed(tmp_path / "other.pem", "late")
    assert _curl(server, "late", other)[0] == 0


def test_S1_6_only_the_back_channel_asks_curl_for_a_certificate(
    server: Server, worker: tuple[Path, Path]
) -> None:
    status, said = _curl(server, "worker", worker[0])
    assert (status, ASKED in said) == (200, True)
    status, said = _curl(server, "worker", worker[0], listener="tls")
    assert (status, ASKED in said) == (401, False)


def test_the_server_says_at_its_start_where_it_asks_for_certificates(server: Server) -> None:
    assert f"client certificates, at https://localhost:{PORT}\n" in server.errors


def test_a_certificate_that_was_removed_proves_nothing_on_a_connection_that_is_still_open(
    server: Server, portal: Path
) -> None:
    connection = HTTPSConnection("localhost", PORT, context=_context(server, portal), timeout=10)
    connection.connect()
    kept = connection.sock
    assert _ask(connection) == 200
    _change(server)
    wait_for(lambda: _ask(connection) == 401, 5)
    assert connection.sock is kept
    connection.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_that_is_resumed_trusts_nobody_who_was_removed(
    server: Server, portal: Path, version: ssl.TLSVersion
) -> None:
    context = _context(server, portal)
    context.maximum_version = version
    status, session, _ = _resume(context, None)
    assert status == 200
    status, session, is_resumed = _resume(context, session)
    assert (status, is_resumed) == (200, True)
    _change(server)
    wait_for(lambda: _curl(server, "portal", portal)[0] == 0, 5)
    with pytest.raises(OSError, match=r"alert|reset|EOF|closed"):
        _resume(context, session)


def test_the_sdk_shows_its_certificate_where_the_server_asks_for_one(
    server: Server, worker: tuple[Path, Path]
) -> None:
    with Client(
        server.base_url, client_id="worker", cert=worker[0], verify=server.ca_path
    ) as client:
        token = client.token()
        assert client.metadata().token_endpoint == f"https://localhost:{PORT}{TOKEN}"
    assert asyncio.run(_ask_from_a_coroutine(server, worker[0]))
    with (
        Client(server.base_url, client_id="worker", verify=server.ca_path) as client,
        pytest.raises(InvalidClientError),
    ):
        client.token()

    issuer = TrustedIssuer(server.base_url, audience=server.base_url)
    verifier = TokenVerifier(issuer, verify=server.ca_path)
    certificate = worker[1].read_text()
    assert verifier.verify(token.value, certificate=certificate).client_id == "worker"
    with pytest.raises(InvalidTokenError, match="bound"):
        verifier.verify(token.value)


def test_the_sdk_asks_about_tokens_with_its_certificate(
    server: Server, worker: tuple[Path, Path]
) -> None:
    with Client(
        server.base_url, client_id="worker", cert=worker[0], verify=server.ca_path
    ) as client:
        token = client.token()
    how = Introspector("worker", jwts_too=True, cert=worker[0])
    issuer = TrustedIssuer(server.base_url, audience=server.base_url, introspection=how)
    certificate = worker[1].read_text()
    with TokenVerifier(issuer, verify=server.ca_path) as verifier:
        assert verifier.verify(token.value, certificate=certificate).client_id == "worker"
    assert asyncio.run(_ask_about(server, issuer, token.value, certificate)) == "worker"


async def _ask_about(
    server: Server, issuer: TrustedIssuer, token: str, certificate: str
) -> str | None:
    verifier = AsyncTokenVerifier(issuer, verify=server.ca_path)
    return (await verifier.verify(token, certificate=certificate)).client_id


def test_a_profile_shows_its_certificate(
    server: Server, worker: tuple[Path, Path], tmp_path: Path
) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "OSTIARY_CERT_FILE": str(worker[0]),
        "OSTIARY_AUTH_METHOD": "self_signed_tls_client_auth",
        "OSTIARY_BASE_URL": server.base_url,
        "OSTIARY_CLIENT_ID": "worker",
        "OSTIARY_CA_FILE": str(server.ca_path),
    }
    asked = subprocess.run(
        [*OSTIARY, "token"], env=environ, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stderr
    given = ["--cert-file", str(worker[1])]
    refused = subprocess.run(
        [*OSTIARY, "token", *given], env=environ, capture_output=True, text=True, check=False
    )
    assert "cannot be used with the key" in refused.stderr


async def _ask_from_a_coroutine(server: Server, certificate: Path) -> str:
    async with AsyncClient(
        server.base_url,
        client_id="worker",
        auth_method="self_signed_tls_client_auth",
        cert=(certificate, certificate),
        verify=server.ca_path,
    ) as client:
        return (await client.token()).value


def _context(server: Server, certificate: Path) -> ssl.SSLContext:
    context = server.ssl_context()
    context.load_cert_chain(certificate)
    return context


def _ask(connection: HTTPSConnection) -> int:
    connection.request("POST", TOKEN, GRANT.format("portal"), FORM)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _resume(
    context: ssl.SSLContext, session: ssl.SSLSession | None
) -> tuple[int, ssl.SSLSession | None, bool]:
    """Ask once; return the status, the session to resume, and whether this one was resumed."""
    connection = HTTPSConnection("localhost", PORT, context=context, timeout=10)
    plain = connection._create_connection(("localhost", PORT), 10)  # type: ignore[attr-defined]
    with context.wrap_socket(plain, server_hostname="localhost", session=session) as secured:
        connection.sock = secured
        status = _ask(connection)
        return status, secured.session, bool(secured.session_reused)
