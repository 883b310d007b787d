"""Devices: programs without a browser that begin, ask again and again, and are let in."""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.errors import BenchError
from bench.handover import HOST
from bench.load.pacer import write_request
from bench.load.requests import ChainedRequests
from bench.servers.contract import Launch, MeasuredServer
from bench.signon.collecting import collect
from bench.signon.ostiary_user import sign_on, usernames
from bench.verify import check_user_tokens
from bench.work import DEVICE_GRANT, USER_SCOPES, Work, basic_credentials

BEGIN, REDEEM, PAGE = "/as/device_authz.oauth2", "/as/token.oauth2", "/as/user_authz.oauth2"
_CLIENTS = (
    ("television", "printer", "terminal"),
    ("camera", "console", "loudspeaker"),
)
"""Those of one half begin while codes of the other half run out, and the next time the reverse."""
_WAITING = 1500
"""Of each client: fewer than a server lets wait, also of both halves together."""
_LIFETIME_SECONDS = 1800
_FRESH_SECONDS = 1200.0
"""So long codes are used: in a round after that they might run out."""
_SECONDS = 10.0
_FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class WaitingDevices:
    """Devices that nobody lets in: begun once, since a server lets only so many of them wait.

    Args: of_client: how many each client has.
    """

    of_client: int = _WAITING
    polls: list[str] = field(default_factory=list)
    begun_at: float = 0.0
    times_begun: int = 0

    def make_polls(self, launch: Launch) -> ChainedRequests:
        """Return what all of them ask in turn, in the environment beside that of all other works.

        Raises: BenchError.
        """
        if not self.polls or time.monotonic() - self.begun_at > _FRESH_SECONDS:
            self.begun_at = time.monotonic()
            half = _CLIENTS[self.times_begun % len(_CLIENTS)]
            self.times_begun += 1
            self.polls = [
                poll for client in half for poll in _begin_all(launch, client, self.of_client)
            ]
        form = urlencode({"grant_type": DEVICE_GRANT}) + "&"
        return ChainedRequests("poll.lua", REDEEM, form, '"error":"', self.polls)


def waiting_clients() -> dict[str, Any]:
    """Return the configuration of devices without a secret, as most are."""
    return {
        client: {
            "auth_methods": ["none"],
            "grant_types": [DEVICE_GRANT],
            "scopes": ["references"],
            "device": {"interval_seconds": 1, "lifetime_seconds": _LIFETIME_SECONDS},
        }
        for half in _CLIENTS
        for client in half
    }


def _begin_all(launch: Launch, client: str, count: int) -> list[str]:
    """Let many devices begin, and return what each asks with."""
    asked = {"client_id": client, "scope": "references"}
    request = write_request(BEGIN, _public(), urlencode(asked))
    codes = collect(launch.url, request, count, _code_of)
    return [urlencode({"client_id": client, "device_code": code}) for code in codes]


def make_devices(launch: Launch) -> ChainedRequests:
    """Sign all users on; each lets devices in, one after the other.

    Raises: BenchError.
    """
    cookies = [sign_on(launch.url, name)[0] for name in usernames()]
    form = urlencode({"scope": " ".join(USER_SCOPES)})
    return ChainedRequests("device.lua", BEGIN, form, '"refresh_token"', cookies)


def verify_devices(server: MeasuredServer, launch: Launch, work: Work) -> int:
    """Let a device in, or let it wait; return the size of the last answer's JSON in bytes.

    Raises: BenchError with what is wrong.
    """
    if work is Work.DEVICE_POLL:
        headers, client = _public(), {"client_id": _CLIENTS[-1][0]}
        asked = {"scope": "references", **client}
    else:
        headers, client = _confidential(), {}
        asked = {"scope": " ".join(USER_SCOPES)}
    begun = _ask(launch, "POST", BEGIN, headers, urlencode(asked))
    code = {"device_code": begun["device_code"]}
    poll = urlencode({"grant_type": DEVICE_GRANT, **code, **client})
    first, second = (_ask(launch, "POST", REDEEM, headers, poll, status=400) for _ in range(2))
    if (first.get("error"), second.get("error")) != ("authorization_pending", "slow_down"):
        raise BenchError(f"{server.title} tells a device that waits {first}, and then {second}")
    if work is Work.DEVICE_POLL:
        return len(json.dumps(first, separators=(",", ":")))
    _allow(launch, begun["user_code"])
    tokens = _ask(launch, "POST", REDEEM, headers, poll)
    check_user_tokens(server, launch, work, tokens)
    return len(json.dumps(tokens, separators=(",", ":")))


def _allow(launch: Launch, user_code: str) -> None:
    """Let a device in as a user who is signed on; the requests are those of device.lua."""
    cookie, _ = sign_on(launch.url, usernames()[-1])
    headers = {"Host": "localhost", "Cookie": f"PF={cookie}", "X-XSRF-Header": "bench"}
    path = f"{PAGE}?response_mode=pi.flow&user_code={user_code}"
    asked = _ask(launch, "GET", path, headers)
    headers["Content-Type"] = "application/vnd.pingidentity.confirmUserCode+json"
    answer = json.dumps({"userCode": user_code})
    state = _ask(launch, "POST", f"/pf-ws/authn/flows/{asked['id']}", headers, answer)
    if state["status"] != "OAUTH_DEVICE_COMPLETED":
        raise BenchError(f"a device was not let in: {state}")


def _public() -> dict[str, str]:
    return {"Host": HOST, "Content-Type": _FORM}


def _confidential() -> dict[str, str]:
    return {"Host": "localhost", "Content-Type": _FORM, "Authorization": basic_credentials()}


def _code_of(head: bytes, body: bytes) -> str:
    """Return the device code that an answer gives."""
    if not head.startswith(b"HTTP/1.1 200"):
        raise BenchError(f"no device begins: {head!r} {body[:300]!r}")
    return str(json.loads(body)["device_code"])


def _ask(  # noqa: PLR0913 - a request
    launch: Launch,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: str | None = None,
    *,
    status: int = 200,
) -> dict[str, Any]:
    parts = urlsplit(launch.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    if answer.status != status:
        raise BenchError(f"{path} answered {answer.status}: {text[:300]!r}")
    members: dict[str, Any] = json.loads(text)
    return members
