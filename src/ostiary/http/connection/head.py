"""What a request's head may be: its size, its target and its wishes."""

import re
from collections.abc import Sequence

import httptools

from ostiary.core.base.errors import ProtocolError
from ostiary.http.errors import HTTPError, bad_request, method_not_allowed
from ostiary.http.guard import parse_host

MAX_URL_BYTES = 16 * 1024
MAX_HEADER_BYTES = 32 * 1024
MAX_HEADERS = 100

_SOUND_REQUEST_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} /")
_ALL_METHODS = b"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
_VERSIONS = frozenset({"1.0", "1.1"})
_UPGRADE_HEADERS = frozenset({b"connection", b"upgrade", b"http2-settings"})

HeaderList = Sequence[tuple[bytes, bytes]]


def check_size(url: bytes, headers: HeaderList, hidden_bytes: int = 0) -> None:
    """Refuse a head that is too large.

    Args: hidden_bytes may belong to a header that is not whole yet.
    Raises: HTTPError 414, 431.
    """
    if len(url) > MAX_URL_BYTES:
        raise HTTPError(414, f"The URL is longer than {MAX_URL_BYTES} bytes.")
    if len(headers) > MAX_HEADERS:
        raise HTTPError(431, f"The request has more than {MAX_HEADERS} headers.")
    visible_bytes = sum(len(name) + len(value) for name, value in headers)
    if max(visible_bytes, hidden_bytes) > MAX_HEADER_BYTES:
        raise HTTPError(431, f"The headers are larger than {MAX_HEADER_BYTES} bytes.")


def origin_form(target: bytes, headers: HeaderList) -> bytes:
    """Return path and query of an absolute target, if it names the very host of the Host header.

    Only that header reaches the guard.

    Spec: RFC 9112 §3.2.2.
    Raises: HTTPError 400 for another host and for any other form of target.
    """
    url = httptools.parse_url(target)
    host = parse_host(b",".join(value for name, value in headers if name == b"host"))
    if url.schema not in (b"http", b"https") or url.userinfo or url.fragment:
        raise bad_request("The request target is malformed.")
    if (url.host or b"").strip(b"[]").decode("latin-1").lower() != host:
        raise bad_request("The request target names another host than the header host.")
    return (url.path or b"/") + (b"?" + url.query if url.query else b"")


def check_version(version: str) -> None:
    """Refuse a head of another version than HTTP/1.0 and HTTP/1.1: it cannot mean what it says.

    Raises: HTTPError 400 for a request line without a version, 505.
    """
    if version == "0.9":
        raise bad_request("The request is not well-formed HTTP.")
    if version not in _VERSIONS:
        raise HTTPError(505, "The version of HTTP must be 1.0 or 1.1.")


def check_upgrade(method: bytes, *, is_pipelined: bool) -> None:
    """Refuse to become a tunnel, and to look for one wish for an upgrade behind another.

    Raises: HTTPError 400, 405.
    """
    if method == b"CONNECT":
        raise method_not_allowed(_ALL_METHODS)
    if is_pipelined:
        raise bad_request("Requests for an upgrade cannot be pipelined.")


def write_without_upgrade(method: bytes, target: bytes, version: str, headers: HeaderList) -> bytes:
    """Write a head again, without its wish for another protocol."""
    lines = [b"%b %b HTTP/%b" % (method, target, version.encode())]
    lines += [b"%b: %b" % header for header in headers if header[0] not in _UPGRADE_HEADERS]
    wishes = b",".join(value for name, value in headers if name == b"connection").lower()
    if b"close" in map(bytes.strip, wishes.split(b",")):
        lines.append(b"connection: close")
    return b"\r\n".join([*lines, b"", b""])


def reason_of(error: httptools.HttpParserError, data: bytes) -> ProtocolError:
    """Return the refusal that fits what the parser stumbled over in `data`."""
    if isinstance(error.__context__, ProtocolError):
        return error.__context__
    is_method = isinstance(error, httptools.HttpParserInvalidMethodError)
    if is_method and _SOUND_REQUEST_LINE.match(data):
        return method_not_allowed(_ALL_METHODS)
    return bad_request("The request is not well-formed HTTP.")
