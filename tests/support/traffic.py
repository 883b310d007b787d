"""Clients that keep asking a server for tokens, and count what went wrong."""

import base64
import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.server import SECRET, Server

TOKEN = "/as/token.oauth2"
FORM = "grant_type=client_credentials"
HEADERS = {
    "authorization": "Basic " + base64.b64encode(f"app:{SECRET}".encode()).decode(),
    "content-type": "application/x-www-form-urlencoded",
}


@dataclass
class Traffic:
    """What the clients saw so far.

    Args:
        failures: statuses other than 200, and broken connections, in words.
        seconds: how long each successful request took.
    """

    failures: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def successes(self) -> int:
        return len(self.seconds)


def connect(server: Server, listener: str) -> http.client.HTTPConnection:
    """Open a connection to a listener."""
    port = server.ports[listener]
    if listener == "tls":
        context = server.ssl_context()
        return http.client.HTTPSConnection("localhost", port, context=context, timeout=15)
    return http.client.HTTPConnection("localhost", port, timeout=15)


def ask_token(connection: http.client.HTTPConnection) -> http.client.HTTPResponse:
    """Ask for a token and read the answer."""
    connection.request("POST", TOKEN, FORM, HEADERS)
    response = connection.getresponse()
    response.read()
    return response


@contextmanager
def keep_asking(
    server: Server, *, kept: int = 2, fresh: int = 1, pause: float = 0.0
) -> Iterator[Traffic]:
    """Ask from several threads while the block lasts, and until each has its last answer.

    Args:
        kept: threads that keep their connection until the server closes it, over TLS and plain
            HTTP in turns.
        fresh: threads that open a connection for every request.
    """
    traffic, over = Traffic(), threading.Event()

    def run(number: int) -> None:
        listener = "tls" if number % 2 else "http"
        connection = connect(server, listener)
        while not over.is_set():
            started = time.monotonic()
            try:
                response = ask_token(connection)
            except (OSError, http.client.HTTPException) as error:
                traffic.failures.append(repr(error))
                connection.close()
            else:
                if response.status == 200:
                    traffic.seconds.append(time.monotonic() - started)
                else:
                    traffic.failures.append(f"status {response.status}")
            if number >= kept:
                connection.close()
            time.sleep(pause)
        connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(kept + fresh)]
    for thread in threads:
        thread.start()
    try:
        yield traffic
    finally:
        over.set()
        for thread in threads:
            thread.join()
