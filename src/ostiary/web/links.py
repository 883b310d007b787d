"""Addresses that may stand on a page."""

import re
from dataclasses import dataclass

_HOST = r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]"
_URL = re.compile(rf"(https?://({_HOST})(?::[0-9]+)?)(?:[/?#][!#-;=?-\[\]_a-z~]*)?")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere else to go. A page shows it only if `is_safe_url`."""

    url: str
    label: str


def is_safe_url(url: str) -> bool:
    """Tell whether a page may lead there: over TLS, or to the reader's own machine.

    What browsers could read differently from us, such as a backslash, a tab or a user before the
    host, is not safe.
    """
    parts = _URL.fullmatch(url)
    return parts is not None and (url.startswith("https:") or parts[2] in _LOOPBACK)


def find_origin(url: str) -> str | None:
    """Return scheme, host and port of an http(s) URL, or None for anything else."""
    parts = _URL.fullmatch(url)
    return None if parts is None else parts[1]
