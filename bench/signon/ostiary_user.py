"""Users before Ostiary: who they are, and how they sign on without a browser."""

import http.client
import json
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.errors import BenchError
from bench.signon.collecting import collect
from bench.work import CLIENT_ID, CODE_CHALLENGE, REDIRECT_URI, USER_SCOPES

PROGRAM_ID = "bench-program"
USERS = 64
"""More than ever sign on at once: logins of one user wait for each other."""
AUTHORIZE = "/as/authorization.oauth2"
_SECONDS = 10.0


def usernames() -> list[str]:
    """Return the names of all users."""
    return [f"user{number}" for number in range(USERS)]


def password_of(username: str) -> str:
    """Return a password that no other user has: one that many try is taken for an attack."""
    return f"the-password-of-{username}"


def flow_path() -> str:
    """Return the path of the first request of a login."""
    asked = {
        "client_id": PROGRAM_ID,
        "response_type": "token",
        "response_mode": "pi.flow",
        "scope": "openid",
    }
    return f"{AUTHORIZE}?{urlencode(asked)}"


def sign_on(url: str, username: str) -> tuple[str, Mapping[str, object]]:
    """Sign a user on by the authentication API; return its cookie and the last state.

    Raises: BenchError.
    """
    cookie, state = _ask(url, "GET", flow_path(), {})
    link = urlsplit(str(state["_links"]["checkUsernamePassword"]["href"])).path
    body = json.dumps({"username": username, "password": password_of(username)})
    return _ask(url, "POST", link, {"Cookie": f"PF={cookie}"}, body)


def fetch_codes(url: str, count: int) -> Sequence[str]:
    """Sign a user on, and ask for so many codes in its session.

    Raises: BenchError.
    """
    cookie, _ = sign_on(url, usernames()[0])
    asked = {
        "client_id": CLIENT_ID,
        "response_type": "code",
        "redirect_uri": REDIRECT_URI,
        "scope": " ".join(USER_SCOPES),
        "code_challenge": CODE_CHALLENGE,
        "code_challenge_method": "S256",
        "prompt": "none",
    }
    request = f"GET {AUTHORIZE}?{urlencode(asked)} HTTP/1.1\r\nHost: localhost\r\n"
    return collect(url, f"{request}Cookie: PF={cookie}\r\n\r\n".encode(), count, _code_of)


def _ask(
    url: str, method: str, path: str, headers: Mapping[str, str], body: str | None = None
) -> tuple[str, dict[str, dict[str, dict[str, object]]]]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
    sent = {"Host": "localhost", "X-XSRF-Header": "bench", **headers}
    if body is not None:
        sent["Content-Type"] = "application/vnd.pingidentity.checkUsernamePassword+json"
    try:
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        text = answer.read()
        set_cookie = answer.getheader("Set-Cookie", "")
    finally:
        connection.close()
    if answer.status != 200 or not set_cookie.startswith("PF="):
        raise BenchError(f"{path} answered {answer.status}: {text[:300]!r}")
    return set_cookie[3:].partition(";")[0], json.loads(text)


def _code_of(head: bytes, body: bytes) -> str:
    """Return the code that a redirect carries."""
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(": ")
        if name.lower() == "location":
            for code in parse_qs(urlsplit(value).query).get("code", ()):
                return code
    raise BenchError(f"no code came: {head!r} {body[:300]!r}")
