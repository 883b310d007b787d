"""A browser as the core sees it: what it shows to be recognised by, and what it is to keep."""

import msgspec

FORGET = ""
"""Instead of a value to keep: what the browser has is to be deleted."""


class Browser(msgspec.Struct, frozen=True):
    """What a browser, or a client with a cookie jar, shows.

    Args:
        address: the caller's IP address, after trusted proxies.
        cookie: by which it is recognised until it closes (PingFederate: `PF`).
        persistent_cookie: by which it is recognised after that (`PF.PERSISTENT`).
        device: says on which device a user has signed on before; not verified yet.
        remembered: says that a second factor was given here before; not verified yet.
        username: whose name is to be filled in.
        api_state: instead of cookies, the state that the last answer carried.
        languages: which ones it would like, as `parse_language_ranges` reads them.
        user_agent: what it says it is; anybody may say anything.
    """

    address: str
    cookie: str | None = None
    persistent_cookie: str | None = None
    device: str | None = None
    remembered: str | None = None
    username: str | None = None
    api_state: str | None = None
    languages: str = ""
    user_agent: str = ""

    def __repr__(self) -> str:
        return "Browser(…)"


class BrowserChange(msgspec.Struct, frozen=True):
    """What it is to keep from now on: a value, `FORGET`, or None for what it has.

    Args: api_state stands in the answer itself.
    """

    cookie: str | None = None
    persistent_cookie: str | None = None
    device: str | None = None
    remembered: str | None = None
    username: str | None = None
    api_state: str | None = None

    def __repr__(self) -> str:
        return "BrowserChange(…)"


NO_CHANGE = BrowserChange()
