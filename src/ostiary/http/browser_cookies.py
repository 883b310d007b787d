"""What a browser shows to be recognised by, and what it is to keep: cookies, or a state instead."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from ostiary.core.flow.browser import FORGET, Browser, BrowserChange
from ostiary.core.model.environment import Environment
from ostiary.http.cookies import (
    Cookie,
    SameSite,
    delete_cookie,
    find_duplicates,
    only_value,
    set_cookie,
    values_by_name,
)
from ostiary.http.errors import Headers
from ostiary.http.languages import find_languages
from ostiary.http.message import Request

MAX_USERNAME_CHARACTERS = 256
MAX_USER_AGENT_CHARACTERS = 256
YEAR_SECONDS = 365 * 86_400
_VALUES: Mapping[str, re.Pattern[str]] = {
    "cookie": re.compile(r"[0-9A-Za-z]{22}"),
    "persistent_cookie": re.compile(r"[0-9A-Za-z]{32}"),
    "device": re.compile(r"[!-~]{1,512}"),
    "remembered": re.compile(r"[0-9A-Za-z_.~-]{1,512}"),
    "username": re.compile(r"[!-~]{1,3072}"),
}
"""What the value of each member looks like; anything else was not set by us, and counts as none."""


@dataclass(frozen=True, slots=True)
class KeptCookie:
    """One cookie of a face.

    Args:
        member: of `Browser` and `BrowserChange`.
        max_age: seconds; None: until the browser closes.
        outlives_browser: it is kept as long as an unused session holds, where the environment
            has sessions that outlive the browser.
        twin: another name, under which browsers get it that know no `SameSite=None`.
    """

    member: str
    name: str
    max_age: int | None = None
    outlives_browser: bool = False
    twin: str | None = None
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        names = (self.name,) if self.twin is None else (self.name, self.twin)
        object.__setattr__(self, "names", names)

    def find_max_age(self, env: Environment) -> int | None:
        """Return for how many seconds a browser keeps it."""
        if self.outlives_browser and env.sessions.is_persistent:
            return int(env.sessions.idle_seconds)
        return self.max_age


def everywhere(_env: Environment) -> str:
    """Send cookies to every path of this host."""
    return "/"


@dataclass(frozen=True, slots=True)
class BrowserCookies:
    """The cookies of a face.

    Args:
        kept: each for one member, and no other cookie is read.
        state_header: carries the state of a flow that goes without cookies, where there is such.
        path: below which an environment's cookies are sent.
    """

    kept: tuple[KeptCookie, ...]
    state_header: bytes | None = None
    path: Callable[[Environment], str] = everywhere

    def read(self, request: Request) -> Browser:
        """Return what a request shows: cookies, and the state of a flow that goes without them.

        Raises: HTTPError 400 when the state stands twice.
        """
        values = values_by_name(request)
        shown = {
            kept.member: _find(values, kept)
            for kept in self.kept
            if kept.name in values or kept.twin in values
        }
        username = shown.pop("username", None)
        header = self.state_header
        state = None if header is None else request.find_header(header)
        return Browser(
            request.address,
            username=None if username is None else _read_username(username),
            api_state=None if state is None else state.decode("latin-1"),
            languages=find_languages(request),
            user_agent=_read_user_agent(request),
            **shown,
        )

    def write_change(
        self, env: Environment, request: Request, change: BrowserChange, now: float
    ) -> Headers:
        """Return the headers that make a browser keep what it is to keep.

        A cookie that came twice is forgotten, unless it gets a new value anyway: a neighbouring
        host may have set one of them, and the next request should show none.

        Args: now is seconds since the epoch.
        """
        headers: list[tuple[bytes, bytes]] = []
        duplicates = find_duplicates(request)
        for kept in self.kept:
            value = getattr(change, kept.member)
            if value is None and duplicates and not duplicates.isdisjoint(kept.names):
                value = FORGET
            if value is not None:
                headers += self._written(env, kept, value, now)
        return tuple(headers)

    def _written(self, env: Environment, kept: KeptCookie, value: str, now: float) -> Headers:
        policy, path = env.sessions, self.path(env)
        usual = SameSite.NONE if policy.is_cross_site else SameSite.LAX
        partitioned = policy.is_cross_site and policy.is_partitioned
        headers: Headers = ()
        for name in kept.names if policy.is_cross_site else (kept.name,):
            same_site = None if name == kept.twin else usual
            if value == FORGET:
                header = delete_cookie(
                    name, same_site=same_site, partitioned=partitioned, path=path
                )
            else:
                cookie = Cookie(
                    name,
                    quote(value, safe="") if kept.member == "username" else value,
                    max_age=kept.find_max_age(env),
                    same_site=same_site,
                    partitioned=partitioned,
                    path=path,
                )
                header = set_cookie(cookie, now)
            headers = (*headers, header)
        return headers


def _find(values: Mapping[str, Sequence[str]], kept: KeptCookie) -> str | None:
    for name in kept.names:
        sent = values.get(name, ())
        value = only_value(sent)
        if value is not None:
            return value if _VALUES[kept.member].fullmatch(value) else None
        if len(sent) > 1:
            return None  # and its twin does not stand in for it
    return None


def _read_user_agent(request: Request) -> str:
    for name, value in request.headers:
        if name == b"user-agent":
            return value[:MAX_USER_AGENT_CHARACTERS].decode("latin-1")
    return ""


def _read_username(value: str) -> str | None:
    """Return the name that a browser remembers; anybody may have written it, so it is but shown."""
    try:
        name = unquote(value, errors="strict")
    except UnicodeDecodeError:
        return None
    return name if name.isprintable() and len(name) <= MAX_USERNAME_CHARACTERS else None
