"""Addresses that may stand on a page."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_CHARACTERS = re.compile(r"[!#-;=?-\[\]_a-z~]+")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere else to go. A page shows it only if `is_safe_url`."""

    url: str
    label: str


def is_safe_url(url: str) -> bool:
    """Tell whether a page may lead there: over TLS, or to the reader's own machine.

    What browsers read differently from us, such as a backslash or a tab, is not safe.
    """
    origin = find_origin(url)
    if origin is None:
        return False
    return origin.startswith("https:") or urlsplit(origin).hostname in _LOOPBACK


def find_origin(url: str) -> str | None:
    """Return scheme, host and port of an absolute http(s) URL, or None for anything else."""
    if not _CHARACTERS.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    if not is_whole or parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        return None
    return f"{parts.scheme}://{parts.netloc}"
