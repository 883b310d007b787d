"""Web sites that are not the server's: an application, and a hostile one, over HTTPS."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from tests.support.certificates import make_authority

APPLICATION, STRANGER = "app.example", "stranger.example"
HOSTS = (APPLICATION, STRANGER)
_KINDS = {"js": "text/javascript", "mjs": "text/javascript", "svg": "image/svg+xml"}
_BLANK = b"<!doctype html><title>%s</title><h1>%s</h1>"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request that came to a site."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]


@dataclass
class WebSites:
    """Started sites, which differ in their host alone.

    A path without a page of its own gets an empty one.
    """

    port: int
    pages: dict[str, bytes] = field(default_factory=dict)
    arrivals: list[Arrival] = field(default_factory=list)

    @property
    def application(self) -> str:
        """The origin of the application, which is another site than the server's."""
        return self.origin(APPLICATION)

    @property
    def stranger(self) -> str:
        """The origin of a site that nobody has registered."""
        return self.origin(STRANGER)

    @property
    def neighbour(self) -> str:
        """An origin of the server's own site: the same host on another port."""
        return self.origin("localhost")

    @property
    def origins(self) -> tuple[str, ...]:
        """All of them."""
        return (self.application, self.stranger, self.neighbour)

    def origin(self, host: str) -> str:
        return f"https://{host}:{self.port}"

    def posted(self, state: str) -> list[Arrival]:
        """Return the forms that came with a state."""
        return [each for each in self.arrivals if each.form.get("state") == state]


@contextmanager
def running_web_sites(directory: Path) -> Iterator[WebSites]:
    """Run such sites for as long as the block lasts."""
    listener = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    listener.daemon_threads = True
    sites = WebSites(listener.server_port)
    listener.RequestHandlerClass = _make_handler(sites)
    # The handshake is each connection's own matter: browsers open some long before they speak.
    listener.socket = _make_context(directory).wrap_socket(
        listener.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield sites
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


def _make_context(directory: Path) -> ssl.SSLContext:
    authority = make_authority(directory / "authority.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue(directory / "sites.pem"))
    return context


def _make_handler(sites: WebSites) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            host = self.headers.get("host", "").partition(":")[0]
            query, form = (
                dict(parse_qsl(each, keep_blank_values=True)) for each in (url.query, body)
            )
            sites.arrivals.append(Arrival(self.command, host, url.path, query, form))
            name = url.path.encode("ascii", "replace")
            self._answer(url.path, sites.pages.get(url.path, _BLANK % (name, name)))

        def do_POST(self) -> None:
            self.do_GET()

        def handle(self) -> None:
            with suppress(OSError):  # a browser that goes elsewhere waits for no answer
                super().handle()

        def _answer(self, path: str, body: bytes) -> None:
            kind = _KINDS.get(path.rpartition(".")[2], "text/html")
            self.send_response(200)
            self.send_header("content-type", f"{kind}; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
