"""A real server whose clients get codes and refresh tokens, and people who are signed on there."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.support.at_once import render_request
from tests.support.html import parse_form
from tests.support.server import SECRET, Server, running_server, wait_for

AUTHORIZE, TOKEN = "/as/authorization.oauth2", "/as/token.oauth2"
INTROSPECT, REVOKE = "/as/introspect.oauth2", "/as/revoke_token.oauth2"
FLOWS = "/pf-ws/authn/flows/"
CALLBACK = "https://app.example.com/callback"
GRACE_SECONDS = 60
"""Longer than the default, so that a busy machine does not end what a kill delays."""
PASSWORD = "Password1"
PEOPLE = ("joe", "ann")
FORM_HEADERS: Mapping[str, str] = {
    "content-type": "application/x-www-form-urlencoded",
    "authorization": "Basic " + b64encode(f"app:{SECRET}".encode()).decode(),
}
"""Of a form that the client "app" sends."""

_CLIENT: Mapping[str, Any] = {
    "secret": SECRET,
    "grant_types": ["authorization_code", "refresh_token"],
    "redirect_uris": [CALLBACK],
    "pkce": "optional",
    "scopes": ["openid", "api:read"],
    "default_scopes": ["openid"],
    "id_token_algorithm": "ES256",
}
_ENVIRONMENT: Mapping[str, Any] = {
    "face": "pingfederate",
    "subject": "username",
    "algorithms": ["ES256"],
    "scopes": {"openid": "Know who you are", "api:read": "Read"},
    "token_managers": {"default": {"style": "rfc9068", "algorithm": "ES256"}},
    "clients": {
        "app": {
            **_CLIENT,
            "bypass_approval": True,
            "may_introspect": True,
            "refresh": {"grace_seconds": GRACE_SECONDS},
        },
        "asking": _CLIENT,
        "mobile": {
            "auth_methods": ["none"],
            "grant_types": ["authorization_code"],
            "response_types": ["token"],
            "allow_redirectless": True,
            "scopes": ["openid"],
            "default_scopes": ["openid"],
        },
    },
    "users": {name: {"password": PASSWORD} for name in PEOPLE},
}


def one_worker() -> dict[str, Any]:
    """Configure one worker on SQLite, as `ostiary serve` has it by itself."""
    return {"environments": {"default": _ENVIRONMENT}}


def two_workers(url: str) -> dict[str, Any]:
    """Configure two workers on a PostgreSQL database."""
    return {**one_worker(), "server": {"store": url, "workers": 2, "force_workers": True}}


@contextmanager
def running_grant_server(
    directory: Path, store_url: str | None = None, **how: Any
) -> Iterator[Server]:
    """Run two workers on a PostgreSQL database, or one on SQLite, until the block ends."""
    configuration = one_worker() if store_url is None else two_workers(store_url)
    with running_server(directory, configuration, **how) as server:
        wait_until_ready(server, 1 if store_url is None else 2)
        yield server


def wait_until_ready(server: Server, workers: int, seconds: float = 60.0) -> None:
    """Wait until so many workers want requests."""
    wait_for(lambda: server.metric("ostiary_workers_ready") == workers, seconds)


def sign_on(server: Server, username: str) -> str:
    """Sign somebody on through the pages, and return the browser's cookie."""
    with closing(HTTPConnection("localhost", server.ports["http"], timeout=30)) as connection:
        connection.request("GET", authorization_path(client_id="app"))
        cookie, page = _read(connection)
        form = parse_form(page)
        typed = {**form.fields, "pf.username": username, "pf.pass": PASSWORD, "pf.ok": "clicked"}
        headers = {"content-type": FORM_HEADERS["content-type"], "cookie": cookie}
        connection.request("POST", form.action, urlencode(typed), headers)
        cookie, _ = _read(connection)
    return cookie


def sign_on_action(server: Server) -> bytes:
    """Begin a flow without a browser, and return the request that ends it."""
    asked = {"client_id": "mobile", "response_type": "token", "response_mode": "pi.flow"}
    begun = server.ask(f"{AUTHORIZE}?{urlencode(asked)}")
    (cookie,) = [value for name, value in begun.headers.items() if name.lower() == "set-cookie"]
    headers = {
        "content-type": "application/vnd.pingidentity.checkUsernamePassword+json",
        "x-xsrf-header": "PingFederate",
        "cookie": cookie.partition(";")[0],
    }
    inputs = {"username": PEOPLE[0], "password": PASSWORD}
    return render_request("POST", FLOWS + begun.json()["id"], headers, json.dumps(inputs))


def approval(server: Server, cookie: str) -> bytes:
    """Come to the page that asks for approval, and return the request that its button makes."""
    page = server.ask(authorization_path(client_id="asking"), headers={"cookie": cookie})
    form = parse_form(page.body)
    sent = urlencode({**form.fields, "pf.oauth.authz.consent": "allow"})
    headers = {"content-type": FORM_HEADERS["content-type"], "cookie": cookie}
    return render_request("POST", form.action, headers, sent)


def _read(connection: HTTPConnection) -> tuple[str, bytes]:
    """Read an answer, and return the cookie that it sets for the session, and its body."""
    response = connection.getresponse()
    cookies = [value.partition(";")[0] for value in response.headers.get_all("set-cookie", [])]
    (cookie,) = [value for value in cookies if value.startswith("PF=")]
    return cookie, response.read()


def authorization_path(**parameters: str) -> str:
    """Return the path and query of a request for a code."""
    asked = {"response_type": "code", "redirect_uri": CALLBACK, "scope": "openid api:read"}
    return f"{AUTHORIZE}?{urlencode({**asked, **parameters})}"


def returned(location: str) -> dict[str, str]:
    """Return what a redirect brings to the application."""
    assert location.startswith(CALLBACK), location
    return dict(parse_qsl(urlsplit(location).query, strict_parsing=True))
