"""Texts of a server, made safe to show on a terminal and in a log."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

_MOST_CHARACTERS = 300
_MOST_READ = 2048
"""Characters in which secrets are looked for by their names and looks; fewer are shown."""
_BEARER_LIKE = re.compile(
    r"\b(?:eyJ[A-Za-z0-9_.-]{8,}|[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)"
)
"""A compact JWT, whole or cut short, which may be a token that the server echoed."""
_NAME = "(?:token|secret|passw|pwd|assertion|credential|code|jwt)"
_SECRET_MEMBER = re.compile(
    rf"""("[^"]{{0,80}}{_NAME}[^"]{{0,80}}"\s{{0,9}}:\s{{0,9}}")(?:[^"\\]|\\.)*""",
    re.IGNORECASE | re.DOTALL,
)
"""A JSON member that may hold a secret, by its name."""
_SECRET_PARAMETER = re.compile(
    rf"""({_NAME}[A-Za-z_]{{0,20}}=)(?!["'\s])[^&"'<>\s]+""", re.IGNORECASE
)
"""A parameter of a form or of a URL that may hold a secret, by its name."""
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
    text = body.decode("utf-8", "replace")
    spellings = {spelling for secret in secrets if secret for spelling in _spellings(secret)}
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, HIDDEN)
    text = _SECRET_MEMBER.sub(rf"\1{HIDDEN}", text[:_MOST_READ])
    text = _SECRET_PARAMETER.sub(rf"\1{HIDDEN}", text)
    return printable(_BEARER_LIKE.sub(HIDDEN, text))


def _spellings(secret: str) -> Iterator[str]:
    """Yield a secret as it may come back: as it is, in JSON, in HTML, in a URL."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield html.escape(secret)
    yield quote(secret, safe="", errors="replace")
    yield quote_plus(secret, errors="replace")
