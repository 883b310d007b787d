"""Sends requests when they are due and measures each from that moment: an open loop.

wrk and its like wait for an answer before they ask again, so that a server that stalls is asked
less just then, and its stall hardly shows. Here arrivals are drawn beforehand (a Poisson process)
and a request that finds no free connection waits with its clock running. The loop never sleeps: it
has a core to itself.
"""

import gc
import random
import select
import socket
import ssl
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

_CONNECTIONS = 64
_LATE_SECONDS = 10.0


class PacerOrder(msgspec.Struct, frozen=True):
    """What to send, and how often."""

    url: str
    path: str
    headers: dict[str, str]
    body: str
    marker: str
    rate: float
    seconds: float
    seed: int


class PacerReport(msgspec.Struct, frozen=True):
    """What came back: the latency of every right answer, and how many were not right."""

    latencies_ms: list[float]
    errors: int
    seconds: float


class Caller:
    """One keep-alive connection with at most one request on its way."""

    __slots__ = ("due", "received", "sock")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.due = 0.0
        self.received = b""

    def is_answered(self) -> bool:
        """Read what there is, and tell whether the answer is whole."""
        while True:
            try:
                data = self.sock.recv(65536)
            except (BlockingIOError, ssl.SSLWantReadError):
                return False
            if not data:
                raise ConnectionError("the server closed a connection")
            self.received += data
            if is_whole(self.received):
                return True


def is_whole(received: bytes) -> bool:
    """Tell whether an HTTP/1.1 answer with a Content-Length has arrived in full."""
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return False
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    if not found:
        raise ValueError("an answer without Content-Length")
    return len(body) >= int(rest.partition(b"\r\n")[0])


def arrivals(rate: float, seconds: float, seed: int) -> list[float]:
    """Draw when requests are due, in seconds from the start: a Poisson process."""
    source = random.Random(seed)  # noqa: S311 - no secret
    due: list[float] = []
    at = source.expovariate(rate)
    while at < seconds:
        due.append(at)
        at += source.expovariate(rate)
    return due


def write_request(path: str, headers: Mapping[str, str], body: str) -> bytes:
    """Return the bytes of one request."""
    fields = {"Host": "localhost", **headers, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n{body}".encode()


def send_all(
    callers: Sequence[Caller], request: bytes, marker: bytes, due: Sequence[float]
) -> PacerReport:
    """Send a request at each due time and wait for the answers.

    Requests still unanswered ten seconds after the last was due count as errors.
    """
    idle, poll = deque(callers), select.epoll()
    by_descriptor = {caller.sock.fileno(): caller for caller in callers}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.EPOLLIN)
    latencies: list[float] = []
    sent = wrong = 0
    started = time.perf_counter()
    last = due[-1] + _LATE_SECONDS
    while len(latencies) + wrong < len(due) and (now := time.perf_counter() - started) < last:
        while idle and sent < len(due) and due[sent] <= now:
            caller = idle.popleft()
            caller.due, caller.received = due[sent], b""
            caller.sock.sendall(request)
            sent += 1
        for descriptor, _ in poll.poll(0):
            caller = by_descriptor[descriptor]
            if not caller.is_answered():
                continue
            if caller.received.startswith(b"HTTP/1.1 200") and marker in caller.received:
                latencies.append((time.perf_counter() - started - caller.due) * 1000)
            else:
                wrong += 1
            idle.append(caller)
    seconds = max(time.perf_counter() - started, due[-1])
    return PacerReport(latencies, len(due) - len(latencies), seconds)


def connect(url: str) -> socket.socket:
    """Open a connection of the kind that the URL names, ready for non-blocking use."""
    parts = urlsplit(url)
    sock = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if parts.scheme == "https":
        context = ssl.create_default_context()
        # The certificate was checked when the answers were: here only the work counts.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        sock = context.wrap_socket(sock, server_hostname="localhost")
    sock.setblocking(False)
    return sock


def main() -> None:
    """Read an order from standard input, and print the report."""
    order = msgspec.json.decode(sys.stdin.read(), type=PacerOrder)
    callers = [Caller(connect(order.url)) for _ in range(_CONNECTIONS)]
    request = write_request(order.path, order.headers, order.body)
    due = arrivals(order.rate, order.seconds, order.seed)
    gc.disable()  # a pause of ours would look like one of the server's
    report = send_all(callers, request, order.marker.encode(), due)
    sys.stdout.write(msgspec.json.encode(report).decode())


if __name__ == "__main__":
    main()
