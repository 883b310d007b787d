"""Routes as data: which path is served, by whom, under which rules."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from types import MappingProxyType

from ostiary.core.base.errors import ProtocolError
from ostiary.http import oauth_json
from ostiary.http.message import NO_VALUES, Request, Response
from ostiary.http.route_tree import SeveralVariables, Tree

Handler = Callable[[Request], Awaitable[Response]]
RenderError = Callable[[ProtocolError, Request | None], Response]
_VARIABLE = re.compile(r"((?:/[^{}*/]+)*/)\{(\w+)\}((?:(?:/[^{}*/]+)+/?)?)")
_PATTERN = re.compile(r"/[^{}*/]+/\*|/[^{}*]*")
MAX_BODY_BYTES = 64 * 1024


class BodyKind(Enum):
    """What a request body may be. GET, HEAD and OPTIONS never have one."""

    NONE = "none"
    FORM = "form"
    JSON = "json"
    ACTION = "action"
    """JSON or nothing; the media type must be there, and may name what is to be done."""
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
        path: "/as/token.oauth2", "/as/{id}/resume" (segments may be variable, if there is another)
            or "/ext/*" (everything below one segment that no other route serves).
        handlers: by method. HEAD and OPTIONS are answered without one.
        spends: a GET may use something up here, so nobody gets it by HEAD, which only looks.
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
    spends: bool = False
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
        is_variable = self.variable is not None or self.several is not None
        if not is_variable and not _PATTERN.fullmatch(self.path):
            raise ValueError(f"{self.path}: not a path that the table can find")
        if self.handlers.keys() & {"HEAD", "OPTIONS"}:
            raise ValueError(f"{self.path}: HEAD and OPTIONS are answered by the edge")

    @cached_property
    def variable(self) -> tuple[str, str, str] | None:
        """What stands before the variable segment, its name, and what stands behind it."""
        parts = _VARIABLE.fullmatch(self.path)
        if parts is None or parts[1] + parts[3] == "/":
            return None
        return parts[1], parts[2], parts[3]

    @cached_property
    def several(self) -> SeveralVariables | None:
        """The segments of a path of which more than one is variable."""
        return SeveralVariables.read(self.path)

    @cached_property
    def media_type(self) -> bytes | None:
        """The media type that a body must have; None where the kind leaves it open."""
        return _MEDIA_TYPE.get(self.body)

    @cached_property
    def methods(self) -> tuple[str, ...]:
        """Every method that gets an answer here."""
        has_head = "GET" in self.handlers and not self.spends
        implied = {"OPTIONS", "HEAD"} if has_head else {"OPTIONS"}
        return tuple(sorted(implied.union(self.handlers)))

    @cached_property
    def allow(self) -> bytes:
        """The value of the header `Allow`."""
        return ", ".join(self.methods).encode()

    def find_handler(self, method: str) -> Handler | None:
        """Return who answers `method`; HEAD is GET whose body is not sent."""
        if method == "HEAD":
            return None if self.spends else self.handlers.get("GET")
        return self.handlers.get(method)


NOWHERE: Mapping[str, RenderError] = MappingProxyType({})
_MISSING = Route("/", handlers={}, errors=oauth_json.render_error)


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands before a variable segment, and by what stands behind it, the routes."""

    text: str
    tails: dict[str, tuple[Route, str]]

    def find(self, path: str) -> tuple[Route, Mapping[str, str]] | None:
        if not path.startswith(self.text):
            return None
        value, slash, rest = path[len(self.text) :].partition("/")
        found = self.tails.get(slash + rest) if value else None
        return None if found is None else (found[0], {found[1]: value})


class RouteTable:
    """Finds the route of a path by dict look-ups: case-sensitive, nothing normalised.

    The more a path says literally, the earlier it is found: an exact path, then a variable segment
    behind a literal one, then everything below a name, then a variable first segment, and at last
    those of several variables.

    Args:
        errors_below: the error shape of paths that are not there, by their first segment; others
            are refused in OAuth's.
    """

    def __init__(
        self, routes: Iterable[Route], errors_below: Mapping[str, RenderError] = NOWHERE
    ) -> None:
        self.routes = tuple(routes)
        self._missing = {
            first: Route(f"/{first}/*", handlers={}, errors=errors)
            for first, errors in errors_below.items()
        }
        self._exact: dict[str, Route] = {}
        self._below_name: dict[str, Route] = {}
        self._below_first: dict[str, list[_Head]] = {}
        self._below_variable: dict[str, tuple[Route, str]] = {}
        self._several: Tree[Route] = Tree()
        for route in self.routes:
            self._add(route)

    def find(self, path: str) -> tuple[Route, Mapping[str, str]] | None:
        """Return the route of `path` and the values of its variable segments; none is empty."""
        route = self._exact.get(path)
        if route is not None:
            return route, NO_VALUES
        first, _, rest = path[1:].partition("/")
        if not first or not rest or path[0] != "/":
            return None
        if first in self._below_first:
            for head in self._below_first[first]:
                found = head.find(path)
                if found is not None:
                    return found
        if first in self._below_name:
            return self._below_name[first], NO_VALUES
        tail = self._below_variable.get(rest)
        return self._several.find(path) if tail is None else (tail[0], {tail[1]: first})

    def missing(self, path: str) -> Route:
        """Return the rules for a path that is not there: nobody handles anything."""
        return self._missing.get(path[1:].partition("/")[0], _MISSING)

    def _add(self, route: Route) -> None:
        match route.variable:
            case None if route.several is not None:
                is_new = self._several.add(route.several, route)
            case ("/", name, tail):
                is_new = self._below_variable.setdefault(tail[1:], (route, name))[0] is route
            case (head, name, tail):
                is_new = self._head(head).tails.setdefault(tail, (route, name))[0] is route
            case None if route.path.endswith("/*"):
                is_new = self._below_name.setdefault(route.path[1:-2], route) is route
            case _:
                is_new = self._exact.setdefault(route.path, route) is route
        if not is_new:
            raise ValueError(f"{route.path} is served twice")

    def _head(self, text: str) -> _Head:
        """Return the head of that text, new or known; longer ones are asked first."""
        heads = self._below_first.setdefault(text[1:].partition("/")[0], [])
        found = next((head for head in heads if head.text == text), None)
        if found is None:
            found = _Head(text, {})
            heads.append(found)
            heads.sort(key=lambda head: -len(head.text))
        return found
