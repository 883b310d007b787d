"""The ASGI application: guard, route, body, handler, answer, in one straight line."""

from collections.abc import Callable, Mapping
from time import perf_counter

from ostiary.http import cors
from ostiary.http.asgi import Receive, Scope, Send
from ostiary.http.body import drain, read_body
from ostiary.http.boundary import Boundary, Report
from ostiary.http.connection.tls import leaf_certificate
from ostiary.http.errors import method_not_allowed, not_found
from ostiary.http.fair_turns import FairTurns
from ostiary.http.guard import check_framing, check_host
from ostiary.http.message import NO_VALUES, Request, Response
from ostiary.http.proxies import TrustedProxies
from ostiary.http.route import Route, RouteTable
from ostiary.http.security_headers import CONTENT_POLICY, security_headers

Observe = Callable[[str, int, float], None]
NOT_SERVED = "other"
"""What an observer is told instead of a path that is not in the table."""
_CLOSE = (b"connection", b"close")
_STATUS_WITHOUT_BODY = frozenset({204, 304})


def nobody(request: Request) -> str | None:
    """Return None: nobody shares this worker."""
    return None


def unexplained() -> None:
    """Say of refusals nowhere more than they do themselves."""


def unobserved(route: str, status: int, seconds: float) -> None:
    """Count nothing."""


class Application:
    """Serves a route table over ASGI.

    Args:
        allowed_hosts: the host names of this moment; see `guard.check_host`.
        report: takes the error id and the exception of every failure.
        observe: takes the path in the table, the status and the seconds of every answer.
        find_tenant: returns whose share of the worker a request uses; None where there is one.
        errors_url: where refusals are explained at this moment; None for nowhere.
    """

    def __init__(  # noqa: PLR0913 - all that the edge needs from outside
        self,
        table: RouteTable,
        *,
        allowed_hosts: Callable[[], frozenset[str]],
        report: Report,
        observe: Observe = unobserved,
        errors_url: Callable[[], str | None] = unexplained,
        proxies: TrustedProxies | None = None,
        is_dev: bool = False,
        find_tenant: Callable[[Request], str | None] = nobody,
    ) -> None:
        self._find_route = table.find
        self._missing = table.missing
        self._allowed_hosts = allowed_hosts
        self._proxies = proxies if proxies is not None and proxies.networks else None
        self._boundary = Boundary(report, errors_url)
        self._observe = observe
        self._find_tenant = find_tenant
        self._turns = FairTurns()
        self._security_headers = security_headers(is_dev=is_dev)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Spec: ASGI 3.0, HTTP.
        """
        started = perf_counter()
        path = scope["raw_path"].decode("latin-1")
        route, values = self._find_route(path) or (self._missing(path), NO_VALUES)
        request = _open_request(scope, path, values)
        work = self._handle(route, request, scope, receive)
        response = await self._boundary.answer(work, route.errors, request)
        headers = self._headers(response, request)
        body = b"" if request.method == "HEAD" else response.body
        is_cut_off = request.has_unread_body
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": is_cut_off})
        if is_cut_off:
            await drain(request, scope, receive)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        observed = route.path if route.handlers else NOT_SERVED
        self._observe(observed, response.status, perf_counter() - started)

    async def _handle(
        self, route: Route, request: Request, scope: Scope, receive: Receive
    ) -> Response:
        if self._proxies is not None:
            self._proxies.apply(request)
        check_framing(request)
        check_host(request, self._allowed_hosts())
        request.answer_headers = cors.answer_headers(route, request)
        handler = route.find_handler(request.method)
        if handler is None:
            return _answer_without_handler(route, request)
        await read_body(route, request, scope, receive)
        tenant = self._find_tenant(request)
        if tenant is None:
            return await handler(request)
        await self._turns.take(tenant)
        try:
            return await handler(request)
        finally:
            self._turns.give_back(tenant)

    def _headers(self, response: Response, request: Request) -> list[tuple[bytes, bytes]]:
        headers = [*response.headers, *request.answer_headers, *self._security_headers]
        if response.policy is not None:
            headers[headers.index(CONTENT_POLICY)] = (CONTENT_POLICY[0], response.policy)
        if response.status not in _STATUS_WITHOUT_BODY:
            headers.append((b"content-length", b"%d" % len(response.body)))
        if request.has_unread_body:
            headers.append(_CLOSE)
        return headers


def _open_request(scope: Scope, path: str, values: Mapping[str, str]) -> Request:
    client = scope["client"]
    tls = scope["extensions"].get("tls") if "extensions" in scope else None
    return Request(
        scope["method"],
        path,
        query=scope["query_string"],
        headers=scope["headers"],
        address=client[0] if client else "",
        is_secure=scope["scheme"] == "https",
        path_values=values,
        client_certificate=leaf_certificate(tls) if tls else None,
    )


def _answer_without_handler(route: Route, request: Request) -> Response:
    if not route.handlers:
        raise not_found()
    if request.method == "OPTIONS":
        return cors.answer_options(route, request)
    raise method_not_allowed(route.allow)
