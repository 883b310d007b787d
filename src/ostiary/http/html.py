"""Pages for browsers."""

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

from ostiary.http.errors import Headers
from ostiary.http.message import NO_STORE, Response

_HTML = (b"content-type", b"text/html; charset=utf-8")
_NO_FRAMES = (b"x-frame-options", b"DENY")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9._:\[\]-]+")


def html_response(
    html: str, status: int = 200, *, policy: bytes, headers: Headers = ()
) -> Response:
    """Answer with a page that no cache keeps and no other page frames.

    Args: policy comes from `page_policy`.
    """
    sent = (_HTML, *NO_STORE, _NO_FRAMES, *headers)
    return Response(status, sent, html.encode(errors="replace"), policy)


def page_policy(
    *,
    style: str | None = None,
    script: str | None = None,
    image_origin: str | None = None,
    frame_origins: Sequence[str] = (),
) -> bytes:
    """Return a content security policy that lets in nothing but what is named.

    A style and a script are named by their very text, so nothing else can pass for them, and two
    answers that say the same are the same bytes. There is no `form-action`: browsers would hold the
    client's redirect URI against it, when a form ends in a redirect there.

    Spec: W3C Content Security Policy §2.3.1.
    Raises: ValueError for an origin that is none.
    """
    origins = (*frame_origins, *([] if image_origin is None else [image_origin]))
    if not all(_ORIGIN.fullmatch(origin) for origin in origins):
        raise ValueError("not an origin of images or frames")
    sources = {
        "style-src": None if style is None else _digest(style),
        "script-src": None if script is None else _digest(script),
        "img-src": image_origin,
        "frame-src": " ".join(dict.fromkeys(frame_origins)),
    }
    named = [f"{directive} {source}; " for directive, source in sources.items() if source]
    return f"default-src 'none'; {''.join(named)}base-uri 'none'; frame-ancestors 'none'".encode()


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
