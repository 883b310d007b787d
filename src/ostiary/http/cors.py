"""Which browser origins may read an answer.

Spec: WHATWG Fetch §3.2 (CORS protocol).
"""

import re

from ostiary.http.errors import Headers
from ostiary.http.message import Request, Response, empty_response
from ostiary.http.route import CorsPolicy, Route

_ANY_ORIGIN: Headers = ((b"access-control-allow-origin", b"*"),)
_VARY: Headers = ((b"vary", b"Origin"),)
_CREDENTIALS = (b"access-control-allow-credentials", b"true")
_MAX_AGE = (b"access-control-max-age", b"600")
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_MAX_REQUESTED_HEADERS = 32


def answer_headers(route: Route, request: Request) -> Headers:
    """Return what any answer of this route carries for the browser, an error answer too.

    Only an exact configured origin is let in; `null` never is, whatever is configured.
    """
    if route.origins is None:
        return _ANY_ORIGIN if route.cors is CorsPolicy.ANY_ORIGIN else ()
    origin = request.find_header(b"origin")
    if origin is None or origin == b"null":
        return _VARY
    if origin.decode("latin-1") not in route.origins(request):
        return _VARY
    allowed: Headers = ((b"access-control-allow-origin", origin), *_VARY)
    return (*allowed, _CREDENTIALS) if route.cors_credentials else allowed


def answer_options(route: Route, request: Request) -> Response:
    """Answer OPTIONS: which methods there are, and whether a browser may send what it asked about.

    `request.answer_headers` already says whether its origin is let in.
    """
    allow: Headers = ((b"allow", route.allow),)
    if not any(name == b"access-control-allow-origin" for name, _ in request.answer_headers):
        return empty_response(204, allow)
    preflight: Headers = ((b"access-control-allow-methods", route.allow), _MAX_AGE)
    names = _requested_headers(request)
    if names:
        preflight += ((b"access-control-allow-headers", names),)
    return empty_response(204, allow + preflight)


def _requested_headers(request: Request) -> bytes:
    asked = request.find_header(b"access-control-request-headers") or b""
    names = [name.strip() for name in asked.split(b",")[:_MAX_REQUESTED_HEADERS]]
    return b", ".join(name for name in names if _TOKEN.fullmatch(name))
