"""A person with a browser, whom programs in any language send to the server by HTTP."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import (
    HTTPCookieProcessor,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    build_opener,
)

from tests.support.html import parse_form

_TYPED = {
    "pf.username": "joe",
    "pf.pass": "Password1",
    "username": "joe",
    "password": "Password1",
}
"""By the names of either face's fields."""
_MOST_PAGES = 10


class _Stay(HTTPRedirectHandler):
    """Follows no redirect by itself."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who says yes to whatever a page of the server asks, and keeps its cookies."""

    base_url: str
    opener: OpenerDirector = field(repr=False)

    def visit(self, url: str) -> str:
        """Go on until the browser leaves the server, or a page asks for nothing any more."""
        form: bytes | None = None
        for _ in range(_MOST_PAGES):
            if not url.startswith(f"{self.base_url}/"):
                return url
            location, page = self._open(url, form)
            if location is None and b"<form" not in page:
                return url
            location, form = (location, None) if location else self._fill_in(page)
            url = urljoin(url, location)
        raise AssertionError(f"this does not end: {url}")

    def _open(self, url: str, form: bytes | None) -> tuple[str | None, bytes]:
        try:
            answer: HTTPResponse | HTTPError = self.opener.open(url, form)
        except HTTPError as refusal_or_redirect:
            answer = refusal_or_redirect
        with closing(answer):
            location = answer.headers.get("location")
            assert location is None or answer.status in {302, 303}
            return location, answer.read()

    def _fill_in(self, page: bytes) -> tuple[str, bytes]:
        form = parse_form(page)
        typed = {name: value for name, value in _TYPED.items() if name in form.fields}
        name, value = form.buttons[0]
        return form.action, urlencode({**form.fields, **typed, name: value}).encode()


def make_person(base_url: str, tls: ssl.SSLContext) -> Person:
    """Give somebody a browser without cookies."""
    handlers = (ProxyHandler({}), HTTPSHandler(context=tls), HTTPCookieProcessor(), _Stay)
    return Person(base_url, build_opener(*handlers))


@contextmanager
def waiting_person(base_url: str, tls: ssl.SSLContext) -> Iterator[str]:
    """Have a person wait for URLs: each is posted to the address that this yields.

    The answer is where the browser is in the end.
    """
    person = make_person(base_url, tls)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            url = self.rfile.read(int(self.headers["content-length"])).decode()
            where = person.visit(url).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(where)))
            self.end_headers()
            self.wfile.write(where)

        def log_message(self, *_: object) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://localhost:{listener.server_port}/"
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()
