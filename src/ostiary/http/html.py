"""Pages for browsers."""

import re
from base64 import b64encode
from collections.abc import Collection, Sequence
from hashlib import sha256

from ostiary.http.errors import Headers
from ostiary.http.message import NO_STORE, Response

_HTML = (b"content-type", b"text/html; charset=utf-8")
_NO_FRAMES = (b"x-frame-options", b"DENY")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9._:\[\]-]+")
_ADDRESS = re.compile(r"(https?://[A-Za-z0-9._:\[\]-]+)(|/[!$-;=@-\[\]_a-z~]*)(?:[?#]|\Z)")
_ENCODED = {ord(character): f"%{ord(character):02X}" for character in ";,[]"}
"""What has a meaning of its own in a policy, or none."""


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
    image: str | None = None,
    frame_origins: Sequence[str] = (),
    own: Collection[str] = (),
) -> bytes:
    """Return a content security policy that lets in nothing but what is named.

    A style and a script are named by their very text, so nothing else can pass for them, and two
    answers that say the same are the same bytes. There is no `form-action`: browsers would hold the
    client's redirect URI against it, when a form ends in a redirect there.

    Spec: W3C Content Security Policy §2.3.1.
    Args:
        image: the address of the one picture from elsewhere.
        own: directives that let in files of this host, such as "img-src".
    Raises: ValueError for an origin that is none.
    """
    if not all(_ORIGIN.fullmatch(origin) for origin in frame_origins):
        raise ValueError("not an origin of frames")
    named = {
        "style-src": [] if style is None else [_digest(style)],
        "script-src": [] if script is None else [_digest(script)],
        "img-src": [] if image is None else [_as_source(image)],
        "frame-src": [*dict.fromkeys(frame_origins)],
    }
    let_in = {name: [*(["'self'"] if name in own else []), *named[name]] for name in named}
    directives = [f"{name} {' '.join(sources)}; " for name, sources in let_in.items() if sources]
    return (
        f"default-src 'none'; {''.join(directives)}base-uri 'none'; frame-ancestors 'none'".encode()
    )


def _as_source(url: str) -> str:
    """Return what lets in this address alone, as far as a policy can tell: it knows no query.

    Raises: ValueError for what is none.
    """
    parts = _ADDRESS.match(url)
    if parts is None:
        raise ValueError("not the address of an image")
    return parts[1] + parts[2].translate(_ENCODED)


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
