"""The back channel's listener: certificates of programs, trusted and forgotten while it runs."""

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.certificates import Authority, make_authority, make_self_signed
from tests.support.server import (
    MINIMAL,
    OSTIARY,
    Answer,
    Server,
    ask,
    free_port,
    running_server,
    wait_for,
)

PORT = free_port()
GRANT = "grant_type=client_credentials&client_id={}"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def authority(place: Path) -> Authority:
    return make_authority(place / "authority.pem")


@pytest.fixture(scope="module")
def stranger(place: Path) -> Authority:
    return make_authority(place / "stranger.pem")


@pytest.fixture(scope="module")
def own(place: Path) -> tuple[Path, Path]:
    """Return a certificate that signed itself, with its key and alone."""
    return make_self_signed(place / "own.pem", "worker")


def _client(**certificate: Any) -> dict[str, Any]:
    return {
        "client_certificate": certificate,
        "grant_types": ["client_credentials"],
        "scopes": ["api:read"],
        "default_scopes": ["api:read"],
    }


@pytest.fixture(scope="module")
def configuration(authority: Authority, own: tuple[Path, Path]) -> dict[str, Any]:
    environment = MINIMAL["environments"]["default"]
    clients = {
        **environment["clients"],
        "portal": _client(san_dns="portal.example.com"),
        "named": _client(subject_dn="CN=named.example.com"),
        "worker": _client(own=[str(own[1])]),
    }
    authorities = {"partners": str(authority.path)}
    settled = {**environment, "clients": clients, "client_authorities": authorities}
    return {
        "server": {"mutual_tls_url": f"https://localhost:{PORT}"},
        "environments": {"default": settled},
    }


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, configuration: dict[str, Any]
) -> Iterator[Server]:
    ports = {"mutual_tls": PORT}
    with running_server(tmp_path_factory.mktemp("server"), configuration, ports=ports) as running:
        yield running


def _token(
    server: Server, client: str, certificate: Path | None, *, listener: str = "mutual_tls"
) -> Answer:
    context = server.ssl_context()
    if certificate is not None:
        context.load_cert_chain(certificate)
    return ask(
        "localhost",
        server.ports[listener],
        "/as/token.oauth2",
        method="POST",
        body=GRANT.format(client),
        headers=FORM,
        tls=context,
    )


def _issue(authority: Authority, place: Path, host: str, name: str) -> Path:
    return authority.issue(place / f"{name}.pem", host)


def test_a_certificate_of_a_trusted_authority_proves_the_client_that_it_is_about(
    server: Server, authority: Authority, place: Path
) -> None:
    shown = _issue(authority, place, "portal.example.com", "portal")
    answer = _token(server, "portal", shown)
    assert answer.status == 200, answer.body
    assert _token(server, "named", _issue(authority, place, "named.example.com", "n")).status == 200


def test_a_certificate_about_somebody_else_proves_nothing(
    server: Server, authority: Authority, place: Path
) -> None:
    shown = _issue(authority, place, "other.example.com", "other")
    for client in ("portal", "named", "worker", "app", "unknown"):
        answer = _token(server, client, shown)
        assert (answer.status, answer.json()["error"]) == (401, "invalid_client")


def test_a_clients_own_certificate_proves_it_and_nobody_else(
    server: Server, own: tuple[Path, Path]
) -> None:
    assert _token(server, "worker", own[0]).status == 200
    assert _token(server, "portal", own[0]).status == 401


def test_without_a_certificate_nobody_is_proved(server: Server) -> None:
    for listener in ("mutual_tls", "tls"):
        assert _token(server, "portal", None, listener=listener).status == 401


def test_S1_6_the_other_listener_asks_for_no_certificate(
    server: Server, authority: Authority, place: Path
) -> None:
    shown = _issue(authority, place, "portal.example.com", "elsewhere")
    assert _token(server, "portal", shown, listener="tls").status == 401


def test_S1_6_a_certificate_of_a_stranger_ends_in_the_handshake(
    server: Server, stranger: Authority, place: Path
) -> None:
    shown = _issue(stranger, place, "portal.example.com", "strangers")
    with pytest.raises(OSError, match=r"alert|reset|EOF|closed"):
        _token(server, "portal", shown)


@pytest.mark.parametrize("from_day", [-2, 1])
def test_a_certificate_that_is_not_valid_now_ends_in_the_handshake(
    server: Server, authority: Authority, place: Path, from_day: int
) -> None:
    shown = authority.issue(place / "late.pem", "portal.example.com", from_day=from_day)
    with pytest.raises(OSError, match=r"alert|reset|EOF|closed"):
        _token(server, "portal", shown)


def test_an_authority_is_trusted_as_soon_as_it_is_applied_and_no_longer_than_that(
    server: Server, stranger: Authority, place: Path, configuration: dict[str, Any]
) -> None:
    shown = _issue(stranger, place, "portal.example.com", "late-friend")
    written = json.loads(server.configuration_path.read_text())
    authorities = written["environments"]["default"]["client_authorities"]
    authorities["friends"] = str(stranger.path)
    _apply(server, written)
    wait_for(lambda: _status(server, shown) == 200, 5)

    del authorities["friends"]
    _apply(server, written)
    wait_for(lambda: _status(server, shown) is None, 5)


def test_metadata_say_where_certificates_are_asked_for(server: Server) -> None:
    members = server.ask("/.well-known/openid-configuration", listener="tls").json()
    aliases = members["mtls_endpoint_aliases"]
    assert aliases["token_endpoint"] == f"https://localhost:{PORT}/as/token.oauth2"
    assert members["token_endpoint"].startswith(server.base_url)
    assert {"tls_client_auth", "self_signed_tls_client_auth"} <= set(
        members["token_endpoint_auth_methods_supported"]
    )


def _status(server: Server, certificate: Path) -> int | None:
    """Return the status of a token request, None where the handshake failed."""
    try:
        return _token(server, "portal", certificate).status
    except (ssl.SSLError, ConnectionError):
        return None


def _apply(server: Server, configuration: dict[str, Any]) -> None:
    server.configuration_path.write_text(json.dumps(configuration))
    command = [*OSTIARY, "apply", "--yes", "--config", str(server.configuration_path)]
    done = subprocess.run(
        command, cwd=server.directory, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    sys.stdout.write(done.stdout)
