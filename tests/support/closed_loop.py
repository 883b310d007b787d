"""Connections that ask for tokens one after the other, as a process of its own.

`python -m tests.support.closed_loop PORT HOST CONNECTIONS SECONDS` writes to its output how long
each answer took, in nanoseconds, as a list in JSON.
"""

import asyncio
import json
import sys
import time
from base64 import b64encode
from subprocess import PIPE, Popen

from tests.support.server import SECRET


def start(port: int, host: str, connections: int, seconds: float) -> Popen[bytes]:
    """Start such a process; the server answers on the loopback interface."""
    given = [str(each) for each in (port, host, connections, seconds)]
    return Popen([sys.executable, "-m", "tests.support.closed_loop", *given], stdout=PIPE)


def result_of(process: Popen[bytes]) -> list[int]:
    """Wait for a process, and return what it measured, the first third left out."""
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    taken: list[int] = json.loads(output)
    return taken[len(taken) // 3 :]


async def _ask_on(port: int, message: bytes, until: float, taken: list[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < until:
        sent = time.perf_counter_ns()
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        assert head.startswith(b"HTTP/1.1 200 "), head
        taken.append(time.perf_counter_ns() - sent)
    writer.close()


async def _run(port: int, host: str, connections: int, seconds: float) -> list[int]:
    credentials = b64encode(f"machine:{SECRET}".encode()).decode()
    form = b"grant_type=client_credentials"
    head = (
        f"POST /as/token.oauth2 HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {credentials}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
    )
    taken: list[int] = []
    until = time.monotonic() + seconds
    message = head.encode() + form
    await asyncio.gather(*(_ask_on(port, message, until, taken) for _ in range(connections)))
    return taken


if __name__ == "__main__":
    _port, _host, _connections, _seconds = sys.argv[1:]
    measured = asyncio.run(_run(int(_port), _host, int(_connections), float(_seconds)))
    sys.stdout.write(json.dumps(measured))
