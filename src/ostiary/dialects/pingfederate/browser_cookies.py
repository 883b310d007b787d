"""What a browser shows to be recognised by, and what it is to keep: cookies, or a state instead."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from ostiary.core.flow.browser import FORGET, NO_CHANGE, Browser, BrowserChange
from ostiary.core.model.environment import Environment
from ostiary.http.cookies import (
    Cookie,
    SameSite,
    delete_cookie,
    find_cookies,
    find_duplicates,
    set_cookie,
)
from ostiary.http.errors import Headers
from ostiary.http.message import Request

API_STATE_HEADER = b"x-pf-authn-api-state"
MAX_USERNAME_CHARACTERS = 256
_YEAR_SECONDS = 365 * 86_400


@dataclass(frozen=True, slots=True)
class _Kept:
    """One cookie of this face.

    Args:
        pattern: what a value looks like; anything else was not set by us, and counts as none.
        max_age: seconds; None: until the browser closes.
    """

    name: str
    pattern: re.Pattern[str]
    max_age: int | None = None


_COOKIES = (
    _Kept("PF", re.compile(r"[0-9A-Za-z]{22}")),
    _Kept("PF.PERSISTENT", re.compile(r"[0-9A-Za-z]{32}"), 94_608_000),
    _Kept("__Host-ostiary-device", re.compile(r"[!-~]{1,512}"), _YEAR_SECONDS),
    _Kept("__Host-ostiary-username", re.compile(r"[!-~]{1,3072}"), _YEAR_SECONDS),
)


_NAMES = tuple(kept.name for kept in _COOKIES)


def read_browser(request: Request) -> Browser:
    """Return what a request shows: cookies, and the state of a flow that goes without them.

    Spec: PingFederate "Configuring the PF cookie".
    Raises: HTTPError 400 when the state stands twice.
    """
    state = request.find_header(API_STATE_HEADER)
    api_state = None if state is None else state.decode("latin-1")
    shown = map(_fit, _COOKIES, find_cookies(request, _NAMES))
    cookie, persistent_cookie, device, username = shown
    if username is not None:
        username = _read_username(username)
    return Browser(request.address, cookie, persistent_cookie, device, username, api_state)


def write_change(env: Environment, request: Request, change: BrowserChange, now: float) -> Headers:
    """Return the headers that make a browser keep what it is to keep.

    A cookie that came twice is forgotten, unless it gets a new value anyway: a neighbouring host
    may have set one of them, and the next request should show none.

    Args: now is seconds since the epoch.
    """
    duplicates = find_duplicates(request)
    if change == NO_CHANGE and not duplicates:
        return ()
    username = None if change.username is None else quote(change.username, safe="")
    values = (change.cookie, change.persistent_cookie, change.device, username)
    policy = env.sessions
    same_site = SameSite.NONE if policy.is_cross_site else SameSite.LAX
    partitioned = policy.is_cross_site and policy.is_partitioned
    headers = []
    for kept, value in zip(_COOKIES, values, strict=True):
        if value == FORGET or (value is None and kept.name in duplicates):
            headers.append(delete_cookie(kept.name, same_site=same_site, partitioned=partitioned))
        elif value is not None:
            cookie = Cookie(
                kept.name,
                value,
                max_age=kept.max_age,
                same_site=same_site,
                partitioned=partitioned,
            )
            headers.append(set_cookie(cookie, now))
    return tuple(headers)


def _fit(kept: _Kept, value: str | None) -> str | None:
    return value if value is not None and kept.pattern.fullmatch(value) else None


def _read_username(value: str) -> str | None:
    """Return the name that a browser remembers; anybody may have written it, so it is but shown."""
    try:
        name = unquote(value, errors="strict")
    except UnicodeDecodeError:
        return None
    return name if name.isprintable() and len(name) <= MAX_USERNAME_CHARACTERS else None
