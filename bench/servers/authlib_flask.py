"""Authlib's authorization server on Flask, under gunicorn's threads."""

import sys
from collections.abc import Mapping
from pathlib import Path

from bench.processes import free_ports
from bench.servers.contract import Launch
from bench.servers.versions import python_versions
from bench.work import Endpoint, Work

_THREADS = 8


class AuthlibFlask:
    """One gunicorn worker with threads."""

    key = "authlib"
    title = "Authlib + Flask"
    setting = f"gunicorn, one gthread worker with {_THREADS} threads"
    persistence = "in memory (a dict)"
    jwks_path = "/jwks"
    works = frozenset({Work.ES256, Work.RS256, Work.REFERENCE, Work.INTROSPECT})

    def install(self) -> None:
        """Nothing is missing: requirements/bench.txt holds it."""

    def launch(self, directory: Path, *, workers: int = 1) -> Launch:
        """Serve the application of bench/peers/authlib_app.py."""
        (port,) = free_ports(1)
        command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread"]
        command += ["--workers", str(workers), "--threads", str(_THREADS)]
        # Longer than any run is idle: keep-alive connections are the peer's due as well.
        command += ["--keep-alive", "75", "--log-level", "warning", "--no-control-socket"]
        command += ["--bind", f"127.0.0.1:{port}", "bench.peers.authlib_app:application"]
        return Launch(
            command=command,
            url=f"http://127.0.0.1:{port}",
            environ={"AUTHLIB_INSECURE_TRANSPORT": "1"},
        )

    def endpoint(self, work: Work) -> Endpoint:
        """Choose the kind of token by path."""
        if work is Work.INTROSPECT:
            return Endpoint("/introspect", {})
        return Endpoint(f"/{work.value}/token", {})

    def versions(self) -> Mapping[str, str]:
        """Name what it runs on."""
        return python_versions("authlib", "flask", "werkzeug", "gunicorn", "joserfc")
