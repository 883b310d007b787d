"""Real proxies, with the configurations of `examples/proxies/`, in front of a real server."""

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.certificates import Authority, make_authority
from tests.support.processes import can_connect
from tests.support.server import MINIMAL, Server, free_port, running_server, wait_for

EXAMPLES = Path(__file__).parents[2] / "examples" / "proxies"
CERTIFICATE_HEADER = "x-client-certificate"
PROXY_ADDRESS = "127.0.0.2"
"""From where proxies of tests connect: only they are trusted, and nothing else on loopback."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy's two ports; its authority vouches for it, and for whoever shows a certificate."""

    people: int
    certificates: int
    authority: Authority

    @property
    def base_url(self) -> str:
        return f"https://localhost:{self.people}"

    @property
    def ca_path(self) -> Path:
        return self.authority.path

    def context(self, certificate: Path | None = None) -> ssl.SSLContext:
        """Return a client's context, which shows a certificate if there is one."""
        context = ssl.create_default_context(cafile=str(self.ca_path))
        if certificate is not None:
            context.load_cert_chain(certificate)
        return context


@dataclass(frozen=True, slots=True)
class _Place:
    """What a configuration is moved to."""

    directory: Path
    people: int
    certificates: int
    upstream: int
    certificate: Path
    authority: Path


def _nginx(place: _Place) -> list[str]:
    """Write nginx's configuration, with the example in it, and return the command."""
    text = (EXAMPLES / "nginx" / "ostiary.conf").read_text()
    moved = _move(
        text,
        {
            "listen 443 ssl": f"listen 127.0.0.1:{place.people} ssl",
            "listen 9032 ssl": f"listen 127.0.0.1:{place.certificates} ssl",
            "server 127.0.0.1:9080": f"server 127.0.0.1:{place.upstream}",
            "server_name login.example.com": "server_name localhost",
            "/etc/ssl/login.pem": str(place.certificate),
            "/etc/ssl/private/login.key": str(place.certificate),
        },
    )
    (place.directory / "ostiary.conf").write_text(moved)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {place.directory}/{kind};" for kind in kinds)
    path = place.directory / "nginx.conf"
    path.write_text(
        f"daemon off; master_process off; pid {place.directory}/pid;"
        f" error_log {place.directory}/log; events {{}} http {{ access_log off; {temporary}"
        f" proxy_bind {PROXY_ADDRESS}; include {place.directory}/ostiary.conf; }}"
    )
    return [_find("nginx"), "-c", str(path), "-p", str(place.directory), "-e", "stderr"]


def _haproxy(place: _Place) -> list[str]:
    """Write HAProxy's configuration, and return the command."""
    text = (EXAMPLES / "haproxy" / "haproxy.cfg").read_text()
    moved = _move(
        text,
        {
            "bind :443": f"bind 127.0.0.1:{place.people}",
            "bind :9032": f"bind 127.0.0.1:{place.certificates}",
            "127.0.0.1:9080 check": f"127.0.0.1:{place.upstream} check source {PROXY_ADDRESS}",
            "host login.example.com": "host localhost",
            "/etc/ssl/private/login.pem": str(place.certificate),
            "/etc/ssl/partners.pem": str(place.authority),
        },
    )
    path = place.directory / "haproxy.cfg"
    path.write_text(moved)
    return [_find("haproxy"), "-db", "-f", str(path)]


PROXIES: Mapping[str, Callable[[_Place], list[str]]] = {"nginx": _nginx, "haproxy": _haproxy}


def make_proxy(directory: Path) -> Proxy:
    """Choose ports, and make an authority with a certificate for `localhost`."""
    directory.mkdir(exist_ok=True)
    authority = make_authority(directory / "authority.pem")
    authority.issue(directory / "localhost.pem")
    people, certificates = free_port(), free_port()
    while certificates == people:
        certificates = free_port()
    return Proxy(people, certificates, authority)


@contextmanager
def running_proxy(kind: str, proxy: Proxy, upstream: int) -> Iterator[Proxy]:
    """Run a proxy in front of a port for as long as the block lasts."""
    directory = proxy.ca_path.parent
    place = _Place(
        directory,
        proxy.people,
        proxy.certificates,
        upstream,
        directory / "localhost.pem",
        proxy.ca_path,
    )
    with _running(PROXIES[kind](place), directory / "output", proxy.people):
        yield proxy


@contextmanager
def proxied(
    kind: str, directory: Path, configuration: Mapping[str, Any] = MINIMAL
) -> Iterator[tuple[Server, Proxy]]:
    """Run a server with a proxy in front of it for as long as the block lasts."""
    proxy = make_proxy(directory)
    whole = {**configuration, "server": server_settings(proxy)}
    with (
        running_server(directory / "server", whole) as server,
        running_proxy(kind, proxy, server.ports["http"]),
    ):
        yield server, proxy


def server_settings(proxy: Proxy) -> dict[str, Any]:
    """Return what a server behind a proxy is told."""
    return {
        "public_url": proxy.base_url,
        "mutual_tls_url": f"https://localhost:{proxy.certificates}",
        "proxies": {
            "trusted": [f"{PROXY_ADDRESS}/32"],
            "certificate_header": CERTIFICATE_HEADER,
        },
    }


@contextmanager
def _running(command: list[str], output: Path, port: int) -> Iterator[None]:
    with output.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        wait_for(lambda: process.poll() is not None or can_connect(port), 20)
        assert process.poll() is None, output.read_text()
        yield
    finally:
        process.terminate()
        process.wait(20)


def _move(text: str, places: Mapping[str, str]) -> str:
    """Return a configuration with ports and files of this test; it names each of the others."""
    for named, own in places.items():
        assert named in text, named
        text = text.replace(named, own)
    return text


def _find(program: str) -> str:
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    assert found is not None, f"{program} is not installed"
    return found
