"""Signing on by a code that is typed in a browser anywhere: `ostiary login --device`."""

import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ostiary_cli.browser import open_browser
from ostiary_client.errors import DeviceExpiredError
from ostiary_client.printable import printable

if TYPE_CHECKING:
    from ostiary_client.profiles import Profile
    from ostiary_client.signon.device_login import DeviceLogin
    from ostiary_client.signon.token_set import TokenSet

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_MOST_IN_QR_CODE = 300
_ERASE_LINE = "\r\x1b[K"


def sign_on_by_device(
    profile: "Profile", scopes: tuple[str, ...], wait: float, *, browser: bool
) -> "TokenSet":
    """Tell where to type which code, and wait until somebody has said yes or no.

    Args: browser: open it here, too.
    """
    from ostiary_client.client import Client

    with Client(profile.base_url, **profile.client_options()) as client:
        login = client.device(scopes)
        tell_codes(login)
        page = login.verification_uri_complete or login.verification_uri
        if browser and is_safe_page(page):
            open_browser(page)
        try:
            return login.wait(_Progress(wait))
        finally:
            _erase()


def tell_codes(login: "DeviceLogin") -> None:
    """Say where to go and what to type, and draw that as a QR code where it can be seen."""
    uri, complete = login.verification_uri, login.verification_uri_complete
    print(f"Visit: {printable(uri, most_characters=len(uri))}", file=sys.stderr)
    print(f"Enter code: {printable(login.user_code)}", file=sys.stderr, flush=True)
    if complete and sys.stderr.isatty() and is_safe_page(complete):
        draw_qr_code(complete)


def is_safe_page(url: str) -> bool:
    """Tell whether a page may be opened: nobody on the way reads what is typed there."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_own = parts.scheme == "http" and parts.hostname in _LOOPBACK
    is_web = parts.scheme == "https" and bool(parts.hostname)
    return (is_web or is_own) and url.isprintable() and " " not in url


def draw_qr_code(text: str) -> None:
    """Draw a QR code on the error stream; without the package for it, or the letters, nothing."""
    try:
        import segno
    except ImportError:
        return
    if len(text) > _MOST_IN_QR_CODE or not _shows_blocks():
        return
    segno.make(text, error="l", micro=False).terminal(out=sys.stderr, compact=True, border=2)
    sys.stderr.flush()


class _Progress:
    """Says how long there is, where somebody sees it, and gives up after a while."""

    def __init__(self, wait: float) -> None:
        self._until = time.monotonic() + wait
        self._wait = wait

    def __call__(self, seconds_left: float) -> None:
        left = min(seconds_left, self._until - time.monotonic())
        if left <= 0:
            raise DeviceExpiredError(
                f"Nobody let this device in within {self._wait:.0f} seconds",
                remedy="Run the command again; --wait gives more time",
                error="expired_token",
            )
        if sys.stderr.isatty():
            minutes, seconds = divmod(int(left), 60)
            told = f"{_ERASE_LINE}Waiting for you: {minutes}:{seconds:02d} left"
            print(told, end="", file=sys.stderr, flush=True)


def _erase() -> None:
    if sys.stderr.isatty():
        print(_ERASE_LINE, end="", file=sys.stderr, flush=True)


def _shows_blocks() -> bool:
    try:
        "█▀▄".encode(sys.stderr.encoding or "ascii")
    except (LookupError, UnicodeError):
        return False
    return True
