"""The admin listener: probes, metrics and the flow log, answered by the parent itself.

It understands just enough HTTP to answer a probe: one GET or HEAD a connection, then it closes.
"""

import asyncio
import ipaddress
import json
import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from ostiary.main.parent.flow_page import CONTENT_POLICY, render_page
from ostiary.main.parent.flow_page import CONTENT_TYPE as PAGE_TYPE
from ostiary.main.parent.supervisor import Supervisor
from ostiary.main.serving.metric_families import CONTENT_TYPE, render

_HEAD_BYTES = 8192
_HEAD_SECONDS = 5.0
_CONNECTIONS = 32
_REQUEST_LINE = re.compile(rb"([A-Z]+) (/[!-~]*) HTTP/1\.[01]\r\n")
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_HOST = re.compile(rb"\r\nhost:[ \t]*([!-~]+)[ \t]*(?=\r\n)", re.IGNORECASE)
_JSON = "application/json"
_PHRASES = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    421: "Misdirected Request",
    503: "Service Unavailable",
}
Answer = tuple[int, str, str]
"""Status, media type, body."""


class AdminListener:
    """Answers probes and scrapes about one server."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._connections = 0
        self._paths: Mapping[str, Callable[[str], Awaitable[Answer]]] = {
            "/live": self._get_live,
            "/ready": self._get_ready,
            "/metrics": self._get_metrics,
            "/flows": self._get_flows,
            "/flows.html": self._get_flow_page,
        }

    async def start(self, bound: socket.socket) -> asyncio.Server:
        """Answer on a bound socket."""
        return await asyncio.start_server(self._answer, sock=bound, limit=_HEAD_BYTES)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        try:
            if self._connections <= _CONNECTIONS:
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _HEAD_SECONDS)
                writer.write(await self._respond(head))
                await asyncio.wait_for(writer.drain(), _HEAD_SECONDS)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass  # nobody to answer, or nothing that could be answered
        finally:
            self._connections -= 1
            writer.close()

    async def _respond(self, head: bytes) -> bytes:
        line = _REQUEST_LINE.match(head)
        hosts = _HOST.findall(head)
        if line is None or len(hosts) != 1:
            return _render((400, _JSON, '{"error":"bad request"}'))
        if not _is_address_or_loopback(hosts[0].decode()):
            # A page whose name was rebound to this address must not read the metrics.
            return _render((421, _JSON, '{"error":"address this listener by its IP address"}'))
        method, (path, _, query) = line[1].decode(), line[2].decode().partition("?")
        if path not in self._paths:
            return _render((404, _JSON, '{"error":"not found"}'))
        if method not in {"GET", "HEAD"}:
            return _render((405, _JSON, '{"error":"only GET is served here"}'))
        return _render(await self._paths[path](query), without_body=method == "HEAD")

    async def _get_live(self, _query: str) -> Answer:
        body = {"status": "live", "instance": self._supervisor.instance}
        return 200, _JSON, json.dumps(body)

    async def _get_ready(self, _query: str) -> Answer:
        is_ready = self._supervisor.is_ready
        body = {
            "status": "ready" if is_ready else "not ready",
            "instance": self._supervisor.instance,
            "draining": self._supervisor.is_draining,
            "waiting_for": self._supervisor.reasons(),
        }
        return 200 if is_ready else 503, _JSON, json.dumps(body)

    async def _get_metrics(self, _query: str) -> Answer:
        return 200, CONTENT_TYPE, render(await self._supervisor.metrics())

    async def _get_flows(self, query: str) -> Answer:
        flows = self._supervisor.flows
        if flows is None:
            return _NO_FLOW_LOG
        flow, after = _member(query, "flow"), _member(query, "after")
        number = int(after) if _NUMBER.fullmatch(after) else 0
        return 200, _JSON, json.dumps(flows.show(flow, number))

    async def _get_flow_page(self, query: str) -> Answer:
        flows = self._supervisor.flows
        if flows is None:
            return _NO_FLOW_LOG
        flow = _member(query, "flow")
        return 200, PAGE_TYPE, render_page(flows.show(flow), flow)


_NO_FLOW_LOG: Answer = (404, _JSON, '{"error":"the flow log is off; see [server] flow_log"}')


def _member(query: str, name: str) -> str:
    """Return what a query says first of that name."""
    return next((value.strip() for key, value in parse_qsl(query) if key == name), "")


def _is_address_or_loopback(authority: str) -> bool:
    host = authority.rpartition(":")[0] if re.search(r":\d+\Z", authority) else authority
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host.lower() == "localhost"
    return True


def _render(answer: Answer, *, without_body: bool = False) -> bytes:
    status, media_type, text = answer
    body = text.encode()
    head = (
        f"HTTP/1.1 {status} {_PHRASES[status]}\r\n"
        f"content-type: {media_type}\r\n"
        f"content-length: {len(body)}\r\n"
        "cache-control: no-store\r\n"
        "x-content-type-options: nosniff\r\n"
        "referrer-policy: no-referrer\r\n"
        f"content-security-policy: {CONTENT_POLICY}\r\n"
        "connection: close\r\n\r\n"
    )
    return head.encode() + (b"" if without_body else body)
