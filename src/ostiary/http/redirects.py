"""Sending a browser elsewhere."""

import re
from typing import Literal
from urllib.parse import quote

from ostiary.http.errors import Headers
from ostiary.http.message import NO_STORE, Request, Response

_KEPT = ":/?#[]@!$&'()*+,;=%"
_PLAIN = re.compile(rf"[A-Za-z0-9_.~{re.escape(_KEPT)}-]*")


def redirect(request: Request, url: str, headers: Headers = ()) -> Response:
    """Send whoever asked on to `url` by GET; what was posted stays here.

    Spec: RFC 9700 §4.12 (never 307 or 308, which would post it again).
    """
    return redirect_response(url, 303 if request.method == "POST" else 302, headers)


def redirect_response(url: str, status: Literal[302, 303], headers: Headers = ()) -> Response:
    """Answer with a redirect.

    What may not stand in a URL is percent-encoded, so that no value in it can end the header.

    Spec: RFC 9110 §10.2.2, §15.4.3, §15.4.4; RFC 3986 §2.
    """
    return Response(status, ((b"location", _encode(url)), *NO_STORE, *headers))


def refresh(url: str, seconds: int) -> tuple[bytes, bytes]:
    """Return the header that sends a browser on from a page after a while.

    Spec: WHATWG HTML §4.2.5.3.
    """
    return b"refresh", b"%d;url=%s" % (seconds, _encode(url))


def _encode(url: str) -> bytes:
    is_plain = _PLAIN.fullmatch(url) is not None
    return (url if is_plain else quote(url, safe=_KEPT, errors="replace")).encode()
