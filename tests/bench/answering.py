"""A little HTTP server on loopback whose answers a test decides."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its cookie and its body, "" where there is none."""

    method: str
    path: str
    cookie: str
    body: str


@dataclass(frozen=True, slots=True)
class Told:
    """An answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def answering(status: int, body: bytes) -> AbstractContextManager[str]:
    """Give every request the same answer."""
    return conversing(lambda _: Told(status, body))


@contextmanager
def conversing(answer: Callable[[Asked], Told]) -> Iterator[str]:
    """Run it for as long as the block lasts, and give its URL; `answer` is called in threads."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def do_GET(self) -> None:
            self._answer("")

        def _answer(self, body: str) -> None:
            cookie = self.headers.get("Cookie", "")
            told = answer(Asked(self.command, self.path, cookie, body))
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128  # as many as connect at once

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
