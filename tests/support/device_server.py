"""A real server at which a device waits, and people who let it in or refuse it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ostiary.core.model.device_request import DEVICE_GRANT
from tests.support.at_once import render_request
from tests.support.devices import DEVICE_AUTHORIZATION, DEVICE_PAGE
from tests.support.grant_server import (
    FORM_HEADERS,
    TOKEN,
    one_worker,
    two_workers,
    wait_until_ready,
)
from tests.support.html import parse_form
from tests.support.server import Answer, Server, running_server

INTERVAL_SECONDS = 60
"""So long that a busy machine is no slow device."""
YES, NO = ("pf.ok", "clicked"), ("pf.action", "denyUserCode")
_FORM = {"content-type": FORM_HEADERS["content-type"]}
_TV: Mapping[str, Any] = {
    "auth_methods": ["none"],
    "grant_types": [DEVICE_GRANT, "refresh_token"],
    "scopes": ["openid", "api:read"],
    "default_scopes": ["openid"],
    "id_token_algorithm": "ES256",
    "device": {"interval_seconds": INTERVAL_SECONDS},
}


@contextmanager
def running_device_server(directory: Path, store_url: str | None) -> Iterator[Server]:
    """Run two workers on a PostgreSQL database, or one on SQLite, until the block ends."""
    usual = one_worker() if store_url is None else two_workers(store_url)
    env = usual["environments"]["default"]
    clients = {**env["clients"], "tv": _TV}
    configuration = {
        "environments": {"default": {**env, "clients": clients}},
        "server": {**usual.get("server", {}), "flows_per_minute": 0},
    }
    with running_server(directory, configuration) as server:
        wait_until_ready(server, 1 if store_url is None else 2)
        yield server


def begin_device(server: Server) -> dict[str, Any]:
    """Get codes for a device."""
    body = urlencode({"client_id": "tv"})
    answer = server.ask(DEVICE_AUTHORIZATION, method="POST", body=body, headers=_FORM)
    assert answer.status == 200, answer.body
    codes: dict[str, Any] = answer.json()
    return codes


def polling(codes: Mapping[str, Any]) -> bytes:
    """Return the request by which a device asks for tokens."""
    form = {"grant_type": DEVICE_GRANT, "client_id": "tv", "device_code": codes["device_code"]}
    return render_request("POST", TOKEN, _FORM, urlencode(form))


def answering(
    server: Server, cookie: str, codes: Mapping[str, Any], button: tuple[str, str]
) -> bytes:
    """Come to the question about a device, and return the request that a button makes.

    Args: cookie: of the browser of somebody who is signed on.
    """
    target = f"{DEVICE_PAGE}?{urlencode({'user_code': codes['user_code']})}"
    page = server.ask(target, headers={"cookie": cookie})
    assert page.status == 200, page.body
    form = parse_form(page.body)
    sent = urlencode([*form.fields.items(), button])
    return render_request("POST", form.action, {**_FORM, "cookie": cookie}, sent)


def is_connected(answer: Answer) -> bool:
    """Tell whether an answer is where a device was let in."""
    location = answer.headers.get("location", "")
    return "state=connected" in location and "error=" not in location
