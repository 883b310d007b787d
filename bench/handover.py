"""Attributes dropped off and picked up: both requests together are one."""

import base64
import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.errors import BenchError
from bench.load.requests import ChainedRequests
from bench.servers.contract import Launch
from bench.work import CLIENT_ID, CLIENT_SECRET, Work, basic_credentials

HOST = "[::1]"
"""Of an environment of plain HTTP, as the loader asks; the others take no credentials like that."""
DROP_OFF, PICK_UP = "/ext/ref/dropoff", "/ext/ref/pickup"
ATTRIBUTES = {
    "subject": "jsmith",
    "mail": "jsmith@example.com",
    "groups": ["staff", "buyers"],
    "name": {"given": "Joe", "family": "Smith"},
}
_SECONDS = 10.0


def handover_environment(base_url: str) -> dict[str, Any]:
    """Return the configuration of an environment where attributes are handed over."""
    return {
        "face": "pingfederate",
        "algorithms": ["ES256"],
        "base_url": base_url,
        "scopes": {"references": "references"},
        "token_managers": {"default": {"style": "rfc9068", "algorithm": "ES256"}},
        "clients": {
            CLIENT_ID: {
                "secret": CLIENT_SECRET,
                "grant_types": ["client_credentials"],
                "scopes": ["references"],
                "default_scopes": ["references"],
            }
        },
        "reference_adapters": {
            "bench": {
                "username": CLIENT_ID,
                "pass_phrase": CLIENT_SECRET,
                "token_manager": "default",
                "clients": [CLIENT_ID],
                "required_scopes": ["references"],
                "reference_seconds": 30,
            }
        },
    }


def make_handover(launch: Launch, work: Work) -> ChainedRequests:
    """Prepare pairs of requests, with a fresh token where they show one.

    Raises: BenchError.
    """
    credentials = [_credentials(launch, work)]
    marker = '"subject":"jsmith"'
    return ChainedRequests("handover.lua", DROP_OFF, json.dumps(ATTRIBUTES), marker, credentials)


def verify_handover(launch: Launch, work: Work) -> int:
    """Hand attributes over once, and see that they are gone; return their size in bytes.

    Raises: BenchError with what is wrong.
    """
    headers = {"Authorization": _credentials(launch, work), "Content-Type": "application/json"}
    reference = _ask(launch, "POST", DROP_OFF, headers, json.dumps(ATTRIBUTES))["REF"]
    path = f"{PICK_UP}?REF={reference}"
    first, second = (_ask(launch, "GET", path, headers) for _ in range(2))
    if first != ATTRIBUTES or second != {}:
        raise BenchError(f"picked up {first}, and then {second}")
    return len(json.dumps(first, separators=(",", ":")))


def _credentials(launch: Launch, work: Work) -> str:
    """Return what stands in `Authorization`."""
    if work is Work.HANDOVER:
        return basic_credentials()
    pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    form = urlencode({"grant_type": "client_credentials"})
    headers = {
        "Authorization": f"Basic {pair}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    token = _ask(launch, "POST", "/as/token.oauth2", headers, form)["access_token"]
    return f"Bearer {token}"


def _ask(
    launch: Launch, method: str, path: str, headers: Mapping[str, str], body: str | None = None
) -> dict[str, Any]:
    parts = urlsplit(launch.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        connection.request(method, path, body, {"Host": HOST, **headers})
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise BenchError(f"{path} answered {answer.status}: {text[:300]!r}")
    members: dict[str, Any] = json.loads(text)
    return members
