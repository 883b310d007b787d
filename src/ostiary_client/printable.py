"""Texts of a server, made safe to show on a terminal and in a log."""

import re
from collections.abc import Iterable

_MOST_CHARACTERS = 300
_BEARER_LIKE = re.compile(r"[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")
"""A compact JWT, which may be a token that the server echoed."""
_SECRET_MEMBER = re.compile(
    r"""("[^"]{0,80}(?:token|secret|password|assertion|code)[^"]{0,80}"\s{0,9}:\s{0,9}")[^"]*"""
)
"""A JSON member that may hold a secret, by its name."""
HIDDEN = "[hidden]"


def printable(text: str, *, most_characters: int = _MOST_CHARACTERS) -> str:
    """Return a text on one line, without control characters, and not too long.

    A server, or whoever answers in its place, could otherwise move the cursor, hide lines or set
    the window's title. Directional marks count as control characters.
    """
    shown = "".join(c if c.isprintable() else " " for c in text[: most_characters * 4])
    shown = " ".join(shown.split())
    return shown if len(shown) <= most_characters else shown[:most_characters] + "…"


def excerpt(body: bytes, secrets: Iterable[str]) -> str:
    """Return the beginning of an answer with everything secret hidden in it."""
    text = body[:8192].decode("utf-8", "replace")
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    text = _SECRET_MEMBER.sub(rf"\1{HIDDEN}", text)
    return printable(_BEARER_LIKE.sub(HIDDEN, text))
