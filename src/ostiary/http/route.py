"""Routes as data: which path is served, by whom, under which rules."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from ostiary.core.base.errors import ProtocolError
from ostiary.http.message import NO_VALUES, Request, Response

Handler = Callable[[Request], Awaitable[Response]]
RenderError = Callable[[ProtocolError, Request | None], Response]
_PATTERN = re.compile(r"/(?:\{\w+\}/[^{}*]+|[^{}*/]+/\*|[^{}*]*)")
MAX_BODY_BYTES = 64 * 1024


class BodyKind(Enum):
    """What a request body may be. GET, HEAD and OPTIONS never have one."""

    NONE = "none"
    FORM = "form"
    JSON = "json"
    ANY = "any"


class CorsPolicy(Enum):
    """Which browser origins may read the answers.

    `ANY_ORIGIN` is for public documents, without credentials; `CONFIGURED` for the exact origins
    that the route's `origins` returns.
    """

    NONE = "none"
    ANY_ORIGIN = "any origin"
    CONFIGURED = "configured"


_MEDIA_TYPE = {
    BodyKind.FORM: b"application/x-www-form-urlencoded",
    BodyKind.JSON: b"application/json",
}


@dataclass(frozen=True)
class Route:
    """One served path.

    Args:
        path: "/as/token.oauth2", "/{environmentId}/as/token" (only the first segment may be
            variable) or "/ext/*" (everything below one segment that no other route serves).
        handlers: by method. HEAD and OPTIONS are answered without one.
        errors: the error shape of this endpoint; it gets every refusal, the edge's own too.
        origins: for CorsPolicy.CONFIGURED: the exact origins that may call, empty where the
            environment is unknown.
        cors_credentials: those origins may send cookies.
        metadata: the member of the discovery document that advertises this endpoint.
        summary: one line for the table of endpoints.
    """

    path: str
    handlers: Mapping[str, Handler]
    errors: RenderError
    body: BodyKind = BodyKind.NONE
    cors: CorsPolicy = CorsPolicy.NONE
    origins: Callable[[Request], frozenset[str]] | None = None
    cors_credentials: bool = False
    metadata: str | None = None
    summary: str = ""
    max_body_bytes: int = MAX_BODY_BYTES

    def __post_init__(self) -> None:
        if (self.origins is None) == (self.cors is CorsPolicy.CONFIGURED):
            raise ValueError(f"{self.path}: origins go with CorsPolicy.CONFIGURED")
        if not _PATTERN.fullmatch(self.path):
            raise ValueError(f"{self.path}: not a path that the table can find")
        if self.handlers.keys() & {"HEAD", "OPTIONS"}:
            raise ValueError(f"{self.path}: HEAD and OPTIONS are answered by the edge")

    @cached_property
    def media_type(self) -> bytes | None:
        """The media type that a body must have; None where the kind leaves it open."""
        return _MEDIA_TYPE.get(self.body)

    @cached_property
    def methods(self) -> tuple[str, ...]:
        """Every method that gets an answer here."""
        implied = {"OPTIONS", "HEAD"} if "GET" in self.handlers else {"OPTIONS"}
        return tuple(sorted(implied.union(self.handlers)))

    @cached_property
    def allow(self) -> bytes:
        """The value of the header `Allow`."""
        return ", ".join(self.methods).encode()

    def find_handler(self, method: str) -> Handler | None:
        """Return who answers `method`; HEAD is GET whose body is not sent."""
        return self.handlers.get("GET" if method == "HEAD" else method)


class RouteTable:
    """Finds the route of a path by dict look-ups: case-sensitive, nothing normalised."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._exact: dict[str, Route] = {}
        self._below_name: dict[str, Route] = {}
        self._below_variable: dict[str, tuple[Route, str]] = {}
        for route in self.routes:
            self._add(route)

    def find(self, path: str) -> tuple[Route, Mapping[str, str]] | None:
        """Return the route of `path` and the value of its variable segment."""
        route = self._exact.get(path)
        if route is not None:
            return route, NO_VALUES
        first, _, rest = path[1:].partition("/")
        if not first or not rest:
            return None
        if first in self._below_name:
            return self._below_name[first], NO_VALUES
        found = self._below_variable.get(rest)
        return None if found is None else (found[0], {found[1]: first})

    def _add(self, route: Route) -> None:
        first, _, rest = route.path[1:].partition("/")
        if first.startswith("{") and first.endswith("}"):
            is_new = self._below_variable.setdefault(rest, (route, first[1:-1]))[0] is route
        elif rest == "*":
            is_new = self._below_name.setdefault(first, route) is route
        else:
            is_new = self._exact.setdefault(route.path, route) is route
        if not is_new:
            raise ValueError(f"{route.path} is served twice")
