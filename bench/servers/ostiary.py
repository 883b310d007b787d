"""Ostiary as it is shipped: audit trail, metrics, limiter and policy on."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import free_ports
from bench.servers.contract import Launch
from bench.servers.versions import python_versions
from bench.work import AUDIENCE, CLIENT_ID, CLIENT_SECRET, SCOPES, Endpoint, Work

_MANAGERS = (Work.ES256, Work.RS256, Work.REFERENCE)


@dataclass(frozen=True, slots=True)
class Ostiary:
    """One environment with PingFederate's face and three token managers.

    Args:
        store: the URL of its store; without one it is SQLite in the data directory.
    """

    key: str
    title: str
    persistence: str
    works: frozenset[Work]
    store: str = ""
    setting: str = "one worker; audit trail, metrics, limiter and policy on"
    jwks_path: str = "/pf/JWKS"

    def install(self) -> None:
        """Nothing is missing: the benchmark runs in Ostiary's own environment."""

    def launch(self, directory: Path, *, workers: int = 1) -> Launch:
        """Write a configuration; the second start in a directory finds keys and store there."""
        tls, http = free_ports(2)
        data = directory / "data"
        path = directory / "ostiary.yaml"
        path.write_text(json.dumps(_configuration(tls, http, self.store)))  # JSON is YAML
        path.chmod(0o600)
        command = [str(Path(sys.executable).with_name("ostiary")), "serve", "--config", str(path)]
        command += ["--data-directory", str(data), "--workers", str(workers)]
        return Launch(
            command=[*command, "--force-workers"] if workers > 1 else command,
            url=f"http://127.0.0.1:{http}",
            tls_url=f"https://localhost:{tls}",
            authority=data / "tls" / "ca.pem",
        )

    def endpoint(self, work: Work) -> Endpoint:
        """Choose the token manager by name, as PingFederate's clients do."""
        if work in _MANAGERS:
            return Endpoint("/as/token.oauth2", {"access_token_manager_id": work.value})
        return Endpoint("/as/introspect.oauth2", {})

    def versions(self) -> Mapping[str, str]:
        """Name the libraries that do the work."""
        return python_versions("ostiary", "uvicorn", "uvloop", "httptools", "cryptography")


ON_SQLITE = Ostiary(
    key="ostiary",
    title="Ostiary",
    persistence="SQLite; every commit is on the disk before it is answered",
    works=frozenset(Work),
)
IN_MEMORY = Ostiary(
    key="ostiary-memory",
    title="Ostiary, in memory",
    persistence="in memory, as the others do",
    works=frozenset({Work.REFERENCE, Work.INTROSPECT}),
    store="memory:",
)


def _configuration(tls: int, http: int, store: str) -> dict[str, Any]:
    client = {
        "secret": CLIENT_SECRET,
        "grant_types": ["client_credentials"],
        "scopes": list(SCOPES),
        "token_managers": [work.value for work in _MANAGERS],
        "may_introspect": True,
    }
    managers: dict[str, dict[str, Any]] = {
        "es256": {"style": "rfc9068", "algorithm": "ES256", "audiences": [AUDIENCE]},
        "rs256": {"style": "rfc9068", "algorithm": "RS256", "audiences": [AUDIENCE]},
        "reference": {"kind": "reference", "audiences": [AUDIENCE]},
    }
    return {
        "server": {
            "mode": "dev",  # plain-text secrets, a certificate of its own; nothing on the way
            "drain_seconds": 0,
            **({"store": store} if store else {}),
            "listeners": {
                "tls": f"127.0.0.1:{tls}",
                "http": f"127.0.0.1:{http}",
                "admin": f"127.0.0.1:{free_ports(1)[0]}",
            },
        },
        "environments": {
            "bench": {
                "face": "pingfederate",
                "scopes": {scope: scope for scope in SCOPES},
                "token_managers": managers,
                "clients": {CLIENT_ID: client},
            }
        },
    }
