"""The floor below every server on uvicorn: the same token minted by hand, nothing checked."""

import sys
from collections.abc import Mapping
from pathlib import Path

from bench.processes import free_ports
from bench.servers.contract import Launch
from bench.servers.versions import python_versions
from bench.work import Endpoint, Work


class BareUvicorn:
    """A raw ASGI callable; no server, but what a server is built on."""

    key = "bare"
    title = "bare uvicorn"
    setting = "raw ASGI callable: no client, no policy, no record"
    persistence = "none"
    jwks_path = "/jwks"
    works = frozenset({Work.ES256})

    def install(self) -> None:
        """Nothing is missing: it runs on what Ostiary runs on."""

    def launch(self, directory: Path, *, workers: int = 1) -> Launch:
        """Run bench/peers/bare_app.py."""
        (port,) = free_ports(1)
        command = [sys.executable, "-m", "bench.peers.bare_app", str(port)]
        return Launch(command=command, url=f"http://127.0.0.1:{port}")

    def endpoint(self, work: Work) -> Endpoint:
        """Every path is the same to it."""
        return Endpoint("/token", {})

    def versions(self) -> Mapping[str, str]:
        """Name what it runs on."""
        return python_versions("uvicorn", "uvloop", "httptools", "cryptography")
