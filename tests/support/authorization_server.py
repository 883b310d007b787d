"""A small authorization server over HTTP, for the answers that a real one never gives."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

METADATA, TOKEN, INTROSPECT, REVOKE = (
    "/.well-known/openid-configuration",
    "/token",
    "/introspect",
    "/revoke",
)


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    form: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """What a path answers; a mapping becomes JSON."""

    body: Mapping[str, Any] | bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class AuthorizationServer:
    """A started server: `replies` says what each path answers, `received` what came.

    Tokens are called `token-1`, `token-2` and so on, unless a reply of the test's own is there.
    """

    base_url: str
    replies: dict[str, Reply | Callable[[Received], Reply]] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    expires_in: int = 3600

    def requests(self, path: str) -> list[Received]:
        """Return what came to one path."""
        return [request for request in self.received if request.path == path]

    def answer(self, request: Received) -> Reply:
        self.received.append(request)
        reply = self.replies.get(request.path)
        if reply is None:
            return self._usual(request.path)
        return reply if isinstance(reply, Reply) else reply(request)

    def _usual(self, path: str) -> Reply:
        base = self.base_url
        match path:
            case "/.well-known/openid-configuration":
                return Reply(
                    {
                        "issuer": base,
                        "token_endpoint": base + TOKEN,
                        "introspection_endpoint": base + INTROSPECT,
                        "revocation_endpoint": base + REVOKE,
                    }
                )
            case "/token":
                number = len(self.requests(TOKEN))
                return Reply(
                    {
                        "access_token": f"token-{number}",
                        "token_type": "Bearer",
                        "expires_in": self.expires_in,
                    }
                )
            case "/revoke":
                return Reply(b"")
            case _:
                return Reply({"error": "not_found"}, 404)


@contextmanager
def running_authorization_server() -> Iterator[AuthorizationServer]:
    """Run such a server for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            form = dict(parse_qsl(body))
            reply = server.answer(Received(self.path, dict(self.headers.items()), form))
            content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body)
            data = content if isinstance(content, bytes) else content.encode()
            self.send_response(reply.status)
            headers = {"content-type": "application/json", **reply.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = True
    server = AuthorizationServer(f"http://127.0.0.1:{listener.server_port}")
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()
