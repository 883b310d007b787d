"""The end of a sign-on in a browser: a listener on this machine that waits for one way back.

Spec: RFC 8252 §7.3, §8.3, §8.9.
"""

import hmac
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, urlsplit

from ostiary_client.errors import CallbackMismatchError, ConfigurationError

PATH = "/callback"
_HOST = "127.0.0.1"
_PATIENCE_SECONDS = 10.0
"""How long a connection may take to say what it wants; others are served meanwhile."""
_LOOK_SECONDS = 0.05
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<h1>{title}</h1><p>{text}</p></html>
"""
_TAKEN = _PAGE.format(
    title="Back to the terminal", text="The terminal goes on. You can close this window."
).encode()
_NOT_FOUND = _PAGE.format(title="Not found", text="There is nothing here.").encode()


class LoopbackListener:
    """Listens on 127.0.0.1 for as long as the block lasts; takes one GET with the right state.

    Args: port is 0 for any that is free.
    Raises: ConfigurationError when the port is taken.
    """

    def __init__(self, port: int = 0) -> None:
        try:
            self._server = _Server((_HOST, port), _Handler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or "it is no port"
            raise ConfigurationError(
                f"Nothing can listen on port {port} of this machine: {reason}",
                remedy="Give another --port, or none",
            ) from None
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_LOOK_SECONDS,), daemon=True
        )

    @property
    def redirect_uri(self) -> str:
        """Where the browser has to come back to."""
        return f"http://{_HOST}:{self._server.server_address[1]}{PATH}"

    def expect(self, state: str) -> None:
        """Take the way back of the sign-on with that state from now on."""
        self._server.expect(state)

    def wait(self, seconds: float) -> str:
        """Wait for the way back, and return its path and query.

        Raises: CallbackMismatchError when it does not come in time.
        """
        if not self._server.arrived.wait(seconds):
            raise CallbackMismatchError(
                f"Nobody came back from the sign-on within {seconds:.0f} seconds",
                remedy="Run the command again; --wait gives more time",
            )
        return self._server.callback

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    """Knows which way back is waited for, and keeps the first."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.arrived = threading.Event()
        self.callback = ""
        self._state: bytes | None = None
        self._lock = threading.Lock()
        super().__init__(address, handler)

    def expect(self, state: str) -> None:
        """Take the way back with that state from now on."""
        self._state = state.encode()

    def take(self, target: str) -> bool:
        """Tell whether a request is the one that is waited for; only the first is."""
        try:
            parts = urlsplit(target)
            pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=100)
        except ValueError:
            return False
        states = [value.encode("utf-8", "replace") for name, value in pairs if name == "state"]
        with self._lock:
            if self._state is None or parts.path != PATH or parts.netloc or len(states) != 1:
                return False
            if self.callback or not hmac.compare_digest(states[0], self._state):
                return False
            self.callback = target
            return True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a connection that broke: it is no concern of the person's."""


class _Handler(BaseHTTPRequestHandler):
    """Answers with one of two pages, in which nothing of the request stands."""

    timeout: ClassVar[float | None] = _PATIENCE_SECONDS

    def do_GET(self) -> None:
        """Take the way back, or answer that there is nothing here."""
        server: Any = self.server
        if not server.take(self.path):
            self._answer(HTTPStatus.NOT_FOUND, _NOT_FOUND)
            return
        try:
            self._answer(HTTPStatus.OK, _TAKEN)
        finally:
            server.arrived.set()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer every other method, and what is no HTTP, in the same way."""
        self._answer(HTTPStatus.NOT_FOUND, _NOT_FOUND)

    def log_message(self, *_: object) -> None:
        """Write nothing to the terminal: a request could steer it."""

    def _answer(self, status: HTTPStatus, page: bytes) -> None:
        self.close_connection = True
        self.send_response_only(status)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(page))),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)
