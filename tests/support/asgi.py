"""A client that calls an ASGI application in this process, and looks hard at every answer."""

import base64
import http
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

from ostiary.http.application import Application
from ostiary.http.asgi import Message, Scope
from tests.support.html import check_page

ADDRESS = "192.0.2.10"
FORM = ("content-type", "application/x-www-form-urlencoded")
Headers = Sequence[tuple[str, str]]
Form = Mapping[str, str] | Sequence[tuple[str, str]]

_STATUSES = frozenset(int(status) for status in http.HTTPStatus)
_BODILESS = frozenset({204, 304})
_NEEDED_HEADER = {401: "www-authenticate", 405: "allow", 429: "retry-after", 503: "retry-after"}
_SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
}
_POLICY = "default-src 'none'; frame-ancestors 'none'"
_PAGE = "text/html; charset=utf-8"
_FILES = frozenset({"image/svg+xml", "image/png", "image/webp", "text/css"})


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer; header names are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def json(self) -> Any:
        """Read the body as JSON, strictly."""
        return json.loads(self.body, object_pairs_hook=_unique)

    def header(self, name: str) -> str | None:
        """Return the only value of a header, or None."""
        values = [value for key, value in self.headers if key == name]
        assert len(values) <= 1, f"{name} is sent {len(values)} times"
        return values[0] if values else None

    @property
    def unique_headers(self) -> dict[str, str]:
        """Return the headers of a page: only cookies may be several."""
        sent = [header for header in self.headers if header[0] != "set-cookie"]
        assert len(dict(sent)) == len(sent)
        return dict(sent)

    @property
    def error(self) -> tuple[int, str]:
        """Return status and OAuth error code of a refusal."""
        members = self.json()
        assert set(members) == {"error", "error_description"}
        return self.status, members["error"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Sends requests as a server would hand them to the application; checks what comes back.

    Args:
        host: the Host header of requests that do not bring their own.
        certificate: DER of what it shows in every handshake.
        is_secure: it calls over TLS.
    """

    application: Application
    host: str
    certificate: bytes | None = None
    is_secure: bool = True

    async def post_form(
        self,
        target: str,
        form: Form,
        *,
        basic: tuple[str, str] | None = None,
        headers: Headers = (),
        address: str = ADDRESS,
    ) -> Answer:
        """Send a form, with HTTP Basic credentials (raw, not form-encoded) when they are given."""
        body = urlencode(list(form.items()) if isinstance(form, Mapping) else list(form))
        authorization = () if basic is None else (basic_header(*basic),)
        sent = (FORM, *authorization, *headers)
        return await self.request("POST", target, sent, body.encode(), address=address)

    async def get(self, target: str, headers: Headers = ()) -> Answer:
        """Fetch a document."""
        return await self.request("GET", target, headers)

    async def request(
        self,
        method: str,
        target: str,
        headers: Headers = (),
        body: bytes | Sequence[bytes] = b"",
        *,
        address: str = ADDRESS,
    ) -> Answer:
        """Send a request; a body in several pieces arrives in as many messages."""
        pieces = [body] if isinstance(body, bytes) else list(body)
        sent = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]
        if not any(name == b"host" for name, _ in sent):
            sent.insert(0, (b"host", self.host.encode()))
        if any(pieces) and not any(name == b"content-length" for name, _ in sent):
            sent.append((b"content-length", b"%d" % sum(map(len, pieces))))
        exchange = _Exchange(pieces)
        scope = _scope(method, target, sent, address)
        if not self.is_secure:
            scope["scheme"] = "http"
        if self.certificate is not None:
            chain = (ssl.DER_cert_to_PEM_cert(self.certificate),)
            scope["extensions"] = {"tls": {"client_cert_chain": chain}}
        await self.application(scope, exchange.receive, exchange.send)
        answer = exchange.answer()
        _check(method, answer)
        return answer


class _Exchange:
    """The two callables of one ASGI call."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = list(pieces)
        self._sent: list[Message] = []

    async def receive(self) -> Message:
        if not self._pieces:
            return {"type": "http.disconnect"}
        piece = self._pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self._pieces)}

    async def send(self, message: Message) -> None:
        self._sent.append(message)

    def answer(self) -> Answer:
        start, *bodies = self._sent
        assert start["type"] == "http.response.start"
        assert bodies, "the answer was never finished"
        assert all(message["type"] == "http.response.body" for message in bodies)
        assert [message.get("more_body", False) for message in bodies[-1:]] == [False]
        headers = tuple(
            (name.decode("ascii"), value.decode("latin-1")) for name, value in start["headers"]
        )
        return Answer(start["status"], headers, b"".join(message["body"] for message in bodies))


def basic_header(user: str, password: str) -> tuple[str, str]:
    """Return the header of HTTP Basic with user and password as they are."""
    encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
    return "authorization", f"Basic {encoded}"


def form_encoded(text: str) -> str:
    """Encode one half of Basic credentials as RFC 6749 §2.3.1 wants it."""
    return quote_plus(text)


def _scope(method: str, target: str, headers: list[tuple[bytes, bytes]], address: str) -> Scope:
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "headers": headers,
        "client": (address, 40000),
        "server": ("127.0.0.1", 9031),
    }


def _check(method: str, answer: Answer) -> None:
    """Claim what is true of every answer of this server."""
    assert answer.status in _STATUSES
    for name, value in answer.headers:
        assert name == name.lower()
        assert value.isprintable()
    for name, expected in _SECURITY_HEADERS.items():
        assert answer.header(name) == expected
    if answer.header("content-type") != _PAGE:
        assert answer.header("content-security-policy") == _POLICY
    needed = _NEEDED_HEADER.get(answer.status)
    assert needed is None or answer.header(needed)
    if answer.status in _BODILESS:
        assert answer.body == b""
        assert answer.header("content-length") is None
        return
    assert method == "HEAD" or answer.header("content-length") == str(len(answer.body))
    assert method != "HEAD" or answer.body == b""
    _check_content(answer)
    _check_caching(method, answer)


def _check_content(answer: Answer) -> None:
    content_type = answer.header("content-type")
    if not answer.body:
        return
    if content_type == _PAGE:
        check_page(answer.unique_headers, answer.body)
        return
    if content_type == "text/plain; charset=utf-8":
        answer.body.decode()
        return
    if content_type == "application/jwt":
        assert answer.body.count(b".") == 2
        return
    if content_type in _FILES:
        assert answer.header("content-disposition") == "attachment"
        return
    assert content_type == "application/json"
    members = answer.json()
    assert isinstance(members, dict)
    assert answer.status < 400 or {"error", "code"} & members.keys()


def _check_caching(method: str, answer: Answer) -> None:
    """Only a public document may be kept; everything else is for its one reader, once."""
    if method in {"GET", "HEAD"} and answer.status == 200 and b'"OK"' not in answer.body:
        kept = answer.header("cache-control")
        for_good = {"public, max-age=31536000, immutable"}
        is_file = answer.header("content-type") in _FILES
        assert kept in {"no-store", *(for_good if is_file else {"public, max-age=300"})}
        return
    assert answer.header("cache-control") == "no-store"
    assert answer.header("pragma") == "no-cache"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    assert len(members) == len(pairs), "a member stands twice"
    return members
