"""Forms on other web sites that send a browser here: they come without its cookies."""

from ostiary.http.message import Request, Response
from ostiary.http.redirects import redirect

MAX_QUERY_BYTES = 4096
"""Of a form that becomes a query: browsers and proxies take that much."""


def all_params(request: Request) -> bytes:
    """Return query and body as one list, in which nothing may stand twice."""
    return b"&".join(part for part in (request.query, request.body) if part)


def is_without_cookies(request: Request) -> bool:
    """Tell whether a page of another site made a browser post here, and no cookies came along."""
    return (
        request.method == "POST"
        and request.find_header(b"sec-fetch-site") == b"cross-site"
        and request.find_header(b"sec-fetch-mode") == b"navigate"
        and request.find_header(b"cookie") is None
    )


def bring_cookies(request: Request, kept: bytes | None = None) -> Response | None:
    """Send a browser that was made to post here to the same by GET; None where it need not be.

    A POST from another site leaves `SameSite=Lax` cookies out, so that whoever has signed on would
    be a stranger, and would get a stranger's cookie; a GET brings them along.

    Args: kept: the query of that GET; by default everything that was sent.
    """
    query = all_params(request) if kept is None else kept
    if not is_without_cookies(request) or len(query) > MAX_QUERY_BYTES:
        return None
    return redirect(request, f"{request.path}?{query.decode('latin-1')}")
