"""Sites: whether a browser counts a page and a server as belonging together."""

import ipaddress
from urllib.parse import urlsplit

from ostiary.core.base.hosts import host_of, without_brackets

_SHARED_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "gov", "net", "org"})
"""Below a country's domain these belong to nobody: `a.co.uk` and `b.co.uk` are two sites."""


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL, as browsers write them in `Origin`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_same_site(origin: str, other: str) -> bool:
    """Tell whether two URLs are of one site: the scheme counts, ports do not.

    Of public suffixes only the usual ones are known; two sites that are taken for one get fewer
    cookies than they need, never more than they should.
    """
    return _site_of(origin) == _site_of(other)


def _site_of(url: str) -> tuple[str, str]:
    host = host_of(url)
    return url.partition("://")[0], host if _is_address(host) else _registrable(host)


def _registrable(host: str) -> str:
    labels = host.split(".")
    is_shared = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHARED_SECOND_LEVELS
    return ".".join(labels[-3 if is_shared else -2 :])


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(without_brackets(host))
    except ValueError:
        return False
    return True
