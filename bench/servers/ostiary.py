"""Ostiary as it is shipped: audit trail, metrics, limiter and policy on."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.assertions import trusted_issuer
from bench.devices import waiting_clients
from bench.handover import HOST, handover_environment
from bench.processes import ROOT, free_ports, install
from bench.servers.contract import Launch
from bench.servers.versions import python_versions
from bench.signon.ostiary_user import PROGRAM_ID, fetch_codes, password_of, usernames
from bench.work import (
    AUDIENCE,
    CLIENT_ID,
    CLIENT_SECRET,
    DEVICE_GRANT,
    EXCHANGE_GRANT,
    HANDOVERS,
    JWT_BEARER_GRANT,
    REDIRECT_URI,
    SIGN_ON,
    USER_SCOPES,
    Endpoint,
    Work,
)

_MANAGERS = (Work.ES256, Work.RS256, Work.REFERENCE)
_BY_ES256 = {"access_token_manager_id": Work.ES256.value}
_STAND_INS = ROOT / "bench" / "stand_ins"
_POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Ostiary:
    """One environment with PingFederate's face and three token managers.

    Args:
        store: the URL of its store, or `postgres` for a server of its own; without one it is
            SQLite in the data directory.
        hashes: passwords are hashed as they are for real users.
    """

    key: str
    title: str
    persistence: str
    works: frozenset[Work]
    store: str = ""
    hashes: bool = False
    setting: str = "one worker; audit trail, metrics, limiter and policy on"
    jwks_path: str = "/pf/JWKS"

    def install(self) -> None:
        """Bring PostgreSQL; the benchmark runs in Ostiary's own environment."""
        if self.store == _POSTGRES:
            install("system_packages.sh", "postgresql")

    def launch(self, directory: Path, *, workers: int = 1) -> Launch:
        """Write a configuration; the second start in a directory finds keys and store there."""
        tls, http, admin = free_ports(3)
        data = directory / "data"
        path = directory / "ostiary.yaml"
        store = {"env": "BENCH_STORE"} if self.store == _POSTGRES else self.store
        path.write_text(json.dumps(_configuration(tls, http, admin, store)))  # JSON is YAML
        path.chmod(0o600)
        command = [str(Path(sys.executable).with_name("ostiary")), "serve", "--config", str(path)]
        command += ["--data-directory", str(data), "--workers", str(workers)]
        command += ["--force-workers"] if workers > 1 else []
        if self.store == _POSTGRES:
            command = [sys.executable, "-m", "bench.with_postgres", str(directory), *command]
        return Launch(
            command=command,
            url=f"http://127.0.0.1:{http}",
            environ={} if self.hashes else {"PYTHONPATH": str(_STAND_INS)},
            tls_url=f"https://localhost:{tls}",
            authority=data / "tls" / "ca.pem",
        )

    def endpoint(self, work: Work) -> Endpoint:
        """Choose the token manager by name, as PingFederate's clients do."""
        if work in _MANAGERS:
            return Endpoint("/as/token.oauth2", {"access_token_manager_id": work.value})
        if work in {Work.EXCHANGE, Work.JWT_BEARER}:
            return Endpoint("/as/token.oauth2", _BY_ES256)
        if work is Work.PASSWORD:
            name = usernames()[0]
            user = {"username": name, "password": password_of(name)}
            return Endpoint("/as/token.oauth2", {**_BY_ES256, **user})
        if work in SIGN_ON:
            return Endpoint("/as/token.oauth2", {})
        return Endpoint("/as/introspect.oauth2", {})

    def fetch_codes(self, launch: Launch, count: int) -> Sequence[str]:
        """Sign a user on, then ask for codes."""
        return fetch_codes(launch.url, count)

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
    works=frozenset({Work.REFERENCE, Work.INTROSPECT}) | SIGN_ON,
    store="memory:",
)
ON_POSTGRES = Ostiary(
    key="ostiary-postgres",
    title="Ostiary, PostgreSQL",
    persistence="PostgreSQL on the same core; every commit is on the disk before it is answered",
    works=SIGN_ON | HANDOVERS,
    store=_POSTGRES,
)
WITH_HASHES = Ostiary(
    key="ostiary-hashes",
    title="Ostiary",
    persistence=ON_SQLITE.persistence,
    works=frozenset({Work.ES256, Work.PASSWORD}),
    hashes=True,
)


def _configuration(tls: int, http: int, admin: int, store: object) -> dict[str, Any]:
    return {
        "server": {
            "mode": "dev",  # plain-text secrets, a certificate of its own; nothing on the way
            "drain_seconds": 0,
            "default_environment": "bench",
            "flows_per_minute": 0,  # all logins come from one address here
            "flow_log": False,  # as in production
            **({"store": store} if store else {}),
            "listeners": {
                "tls": f"127.0.0.1:{tls}",
                "http": f"127.0.0.1:{http}",
                "admin": f"127.0.0.1:{admin}",
            },
        },
        "environments": {
            "beside": _beside(f"http://{HOST}:{http}"),
            "bench": {
                "face": "pingfederate",
                "algorithms": ["ES256"],
                "scopes": {scope: scope for scope in USER_SCOPES},
                "token_managers": {
                    "es256": {"style": "rfc9068", "algorithm": "ES256", "audiences": [AUDIENCE]},
                    "rs256": {"style": "rfc9068", "algorithm": "RS256", "audiences": [AUDIENCE]},
                    "reference": {"kind": "reference", "audiences": [AUDIENCE]},
                },
                "trusted_issuers": {"partner": trusted_issuer()},
                "clients": _clients(),
                "steps": {"form": {"type": "username_password"}},
                "policies": {"default": {"steps": ["form"]}},
                "users": {name: {"password": password_of(name)} for name in usernames()},
            },
        },
    }


def _beside(base_url: str) -> dict[str, Any]:
    """Return an environment for what the others would notice, or what their sign-ons would."""
    environment = handover_environment(base_url)
    return {**environment, "clients": environment["clients"] | waiting_clients()}


def _clients() -> dict[str, Any]:
    return {
        CLIENT_ID: {
            "secret": CLIENT_SECRET,
            "grant_types": [
                *("client_credentials", "authorization_code", "refresh_token"),
                *("password", EXCHANGE_GRANT, JWT_BEARER_GRANT, DEVICE_GRANT),
            ],
            "scopes": list(USER_SCOPES),
            "token_managers": [work.value for work in _MANAGERS],
            "may_introspect": True,
            "redirect_uris": [REDIRECT_URI],
            "bypass_approval": True,
            "id_token_algorithm": "ES256",
        },
        # What signs users on without a browser: see `bench.signon.ostiary_user`.
        PROGRAM_ID: {
            "auth_methods": ["none"],
            "grant_types": ["authorization_code"],
            "response_types": ["token"],
            "allow_redirectless": True,
            "scopes": list(USER_SCOPES),
            "token_managers": ["reference"],
        },
    }
