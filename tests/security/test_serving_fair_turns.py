"""A tenant that floods a running server, and what another one notices of it."""

import statistics
from pathlib import Path
from typing import Any

import pytest

from tests.support import closed_loop
from tests.support.server import SECRET, Server, running_server

FLOOD_CONNECTIONS, CONNECTIONS = 200, 8
SECONDS = 8.0
QUIET, LOUD = "quiet.example.com", "loud.example.com"
_ENVIRONMENT: dict[str, Any] = {
    "face": "pingfederate",
    "algorithms": ["ES256"],
    "token_managers": {"default": {"algorithm": "ES256"}},
    "clients": {"machine": {"secret": SECRET, "grant_types": ["client_credentials"]}},
}
CONFIGURATION: dict[str, Any] = {
    "environments": {
        "quiet": {**_ENVIRONMENT, "base_url": f"https://{QUIET}"},
        "loud": {**_ENVIRONMENT, "base_url": f"https://{LOUD}"},
    }
}


def p99(taken: list[int]) -> float:
    return statistics.quantiles(taken, n=100)[98]


def measure(server: Server, *, is_flooded: bool) -> float:
    port = server.ports["http"]
    flood = None
    if is_flooded:
        flood = closed_loop.start(port, LOUD, FLOOD_CONNECTIONS, SECONDS + 4)
    taken = closed_loop.result_of(closed_loop.start(port, QUIET, CONNECTIONS, SECONDS))
    if flood is not None:
        assert len(closed_loop.result_of(flood)) > len(taken) / 2, "it was a flood"
    return p99(taken)


@pytest.mark.prove
def test_SEC_230_a_tenant_hardly_notices_that_another_floods_the_server(tmp_path: Path) -> None:
    with running_server(tmp_path, CONFIGURATION) as server:
        usual = measure(server, is_flooded=False)
        flooded = measure(server, is_flooded=True)
    assert flooded <= 2 * usual, f"{usual / 1e6:.2f} ms alone, {flooded / 1e6:.2f} ms beside it"
