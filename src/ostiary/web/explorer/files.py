"""The explorer's page, script and style, as they lie in the package."""

from functools import cache
from importlib import resources

from ostiary.http.html import html_response
from ostiary.http.message import NO_STORE, Response

_ROOM = resources.files("ostiary.web.explorer")
_TYPES = {"js": b"text/javascript", "css": b"text/css"}
_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    b"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""One script and one style, both ours; it asks nobody but the server that it came from."""


def page_response() -> Response:
    """Answer with the page."""
    return html_response(_read("page.html").decode(), policy=_POLICY)


def file_response(ending: str) -> Response:
    """Answer with what the page needs: the script ("js"), or the style ("css")."""
    media_type = _TYPES[ending] + b"; charset=utf-8"
    return Response(200, ((b"content-type", media_type), *NO_STORE), _read(f"page.{ending}"))


@cache
def _read(name: str) -> bytes:
    return (_ROOM / name).read_bytes()
