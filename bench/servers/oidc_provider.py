"""npm oidc-provider on Node.js."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.request import urlopen

from bench.errors import BenchError
from bench.peers.settings import RESOURCE_PREFIX, settings_json
from bench.processes import ROOT, free_ports, install
from bench.servers.contract import Launch
from bench.work import SIGN_ON, Endpoint, Work

_PEERS = ROOT / "bench" / "peers"
_PROGRAM = _PEERS / "oidc_provider.mjs"


class OidcProvider:
    """One process; its tokens live in its own in-memory adapter."""

    key = "oidc-provider"
    title = "oidc-provider"
    setting = "one process"
    persistence = "in memory: the last 1,000 tokens of clients, 200,000 records of users"
    jwks_path = "/jwks"
    # It does not introspect JWTs.
    works = frozenset(
        {Work.ES256, Work.RS256, Work.REFERENCE, Work.INTROSPECT, Work.CODE, Work.REFRESH}
    )

    def install(self) -> None:
        """Install the pinned packages, and Node.js where the machine has none."""
        install("node_packages.sh", "bench/peers")

    def launch(self, directory: Path, *, workers: int = 1) -> Launch:
        """Run node itself, without the script that finds it: its time is not the server's."""
        (port,) = free_ports(1)
        return Launch(
            command=[_node("process.execPath"), str(_PROGRAM), str(port)],
            url=f"http://127.0.0.1:{port}",
            environ={"NODE_ENV": "production", "BENCH_SETTINGS": settings_json()},
        )

    def endpoint(self, work: Work) -> Endpoint:
        """Choose the kind of token by resource indicator, as it wants."""
        if work is Work.INTROSPECT:
            return Endpoint("/token/introspection", {})
        token = Work.ES256 if work in SIGN_ON else work
        return Endpoint("/token", {"resource": RESOURCE_PREFIX + token.value})

    def fetch_codes(self, launch: Launch, count: int) -> Sequence[str]:
        """Have it make codes, by a path that only the benchmark's program has."""
        with urlopen(f"{launch.url}/bench/codes?count={count}") as answer:  # noqa: S310 - ours
            codes: list[str] = json.load(answer)
        return codes

    def versions(self) -> Mapping[str, str]:
        """Read the package's own description."""
        package = _PEERS / "node_modules" / "oidc-provider" / "package.json"
        return {
            "oidc-provider": json.loads(package.read_text())["version"],
            "node": _node("process.versions.node"),
        }


def _node(expression: str) -> str:
    """Evaluate an expression in the Node.js that the project uses."""
    command = [str(ROOT / "scripts" / "node.sh"), "-p", expression]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"Node.js does not run:\n{done.stderr}")
    return done.stdout.strip()
