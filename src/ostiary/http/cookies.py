"""Cookies: read without doubt about which one is meant, written so that scripts never see them."""

import re
import time
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import lru_cache

import msgspec

from ostiary.http.message import Request

MAX_COOKIES = 64
MAX_COOKIE_BYTES = 8 * 1024

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*")
_PATH = re.compile(r"/[\x21-\x3a\x3c-\x7e]*")
_REMEMBERED_PLACES = 256
_NONE: frozenset[str] = frozenset()
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class SameSite(Enum):
    """With which requests of other web sites a browser sends a cookie: some, none, all."""

    LAX = "Lax"
    STRICT = "Strict"
    NONE = "None"


class _Named(msgspec.Struct, frozen=True):
    name: str
    value: str


class Cookie(_Named, frozen=True, kw_only=True):
    """A cookie to be set, for this host alone and over TLS alone.

    Args:
        max_age: seconds; without it the cookie ends with the browser's session.
        same_site: None leaves the attribute out, for browsers that know no `SameSite=None`.
        partitioned: kept apart for each site that embeds us.
    Raises: ValueError for what cannot stand in a cookie.
    """

    max_age: int | None = None
    same_site: SameSite | None = SameSite.LAX
    partitioned: bool = False
    path: str = "/"

    def __post_init__(self) -> None:
        _check_place(self.name, self.path)
        if not _VALUE.fullmatch(self.value):
            raise ValueError(f"{self.name}: not a value of a cookie")
        if self.max_age is not None and self.max_age <= 0:
            raise ValueError(f"{self.name}: no cookie is kept for {self.max_age} seconds")

    def __repr__(self) -> str:
        return f"Cookie({self.name!r}, …)"


def set_cookie(cookie: Cookie, now: float) -> tuple[bytes, bytes]:
    """Return the header that sets a cookie.

    Spec: RFC 6265 §4.1.1.
    """
    if cookie.max_age is None:
        return _header(cookie, "")
    expires = _http_date(int(now) + cookie.max_age)
    return _header(cookie, f"; Expires={expires}; Max-Age={cookie.max_age}")


def delete_cookie(
    name: str,
    *,
    same_site: SameSite | None = SameSite.LAX,
    partitioned: bool = False,
    path: str = "/",
) -> tuple[bytes, bytes]:
    """Return the header that makes a browser forget a cookie.

    The attributes are those that it was set with: another path or partition is another cookie, and
    an embedded page may not touch one that is not `SameSite=None`.

    Spec: RFC 6265 §3.1.
    """
    cookie = Cookie(name, "", same_site=same_site, partitioned=partitioned, path=path)
    return _header(cookie, f"; Expires={_http_date(0)}; Max-Age=0")


def find_cookie(request: Request, name: str) -> str | None:
    """Return the value of the one cookie of this name: see `only_value`."""
    return only_value(values_by_name(request).get(name, ()))


def only_value(values: Sequence[str]) -> str | None:
    """Return the value of a cookie that was sent once.

    A cookie that stands twice is none: a neighbouring host can set one of the same name, and
    nothing tells them apart. Neither is an empty one, nor one with octets that we never write.

    Spec: RFC 6265 §4.2, §8.6.
    """
    return values[0] if len(values) == 1 and values[0] and _VALUE.fullmatch(values[0]) else None


def has_duplicate_cookie(request: Request, name: str) -> bool:
    """Tell whether a cookie stands more than once; the browser should then forget ours."""
    return name in find_duplicates(request)


def find_duplicates(request: Request) -> frozenset[str]:
    """Return the names of the cookies that stand more than once."""
    values = values_by_name(request)
    return frozenset([name for name in values if len(values[name]) > 1]) if values else _NONE


def values_by_name(request: Request) -> Mapping[str, Sequence[str]]:
    """Return the cookies sent by name; they are read once."""
    if request.cookies is None:
        request.cookies = _read(request)
    return request.cookies


def _read(request: Request) -> Mapping[str, Sequence[str]]:
    """Return the cookies sent by name, or none of them if they are too many.

    Reading only the first ones would let a neighbouring host push its own to the front and ours out
    of sight.
    """
    found: dict[str, list[str]] = {}
    sent = b"; ".join(request.find_headers(b"cookie"))
    if not sent:
        return found
    pairs = sent.decode("latin-1").split(";")
    if len(sent) > MAX_COOKIE_BYTES or len(pairs) > MAX_COOKIES:
        return found
    for pair in pairs:
        name, equals, value = pair.removeprefix(" ").partition("=")
        if equals:
            found.setdefault(name, []).append(value)
    return found


@lru_cache(maxsize=_REMEMBERED_PLACES)
def _check_place(name: str, path: str) -> None:
    """Refuse what cannot be a cookie's name or path: there are few of them.

    Raises: ValueError.
    """
    if not _NAME.fullmatch(name):
        raise ValueError("not a name of a cookie")
    if not _PATH.fullmatch(path):
        raise ValueError(f"{name}: not a path of a cookie")


@lru_cache(maxsize=16)
def _http_date(second: int) -> str:
    """Return a date as HTTP writes it, at a fifth of the cost of `email.utils`."""
    at = time.gmtime(second)
    day, month = _DAYS[at.tm_wday], _MONTHS[at.tm_mon - 1]
    clock = f"{at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02}"
    return f"{day}, {at.tm_mday:02} {month} {at.tm_year:04} {clock} GMT"


def _header(cookie: Cookie, lifetime: str) -> tuple[bytes, bytes]:
    partitioned = "; Partitioned" if cookie.partitioned else ""
    same_site = "" if cookie.same_site is None else f"; SameSite={cookie.same_site.value}"
    text = (
        f"{cookie.name}={cookie.value}; Path={cookie.path}{lifetime}"
        f"; Secure; HttpOnly{same_site}{partitioned}"
    )
    return b"set-cookie", text.encode()
