"""Opening the person's browser, where there is one."""

import os
import sys
import threading
from collections.abc import Mapping

from ostiary_client.printable import printable

_SIGNS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")


def tell_page(what: str, url: str) -> None:
    """Say on the error stream where to go: the whole URL, which may be long, and nothing else."""
    shown = printable(url, most_characters=len(url))
    print(f"{what} in your browser:\n{shown}", file=sys.stderr, flush=True)


def open_browser(url: str, environ: Mapping[str, str] = os.environ) -> None:
    """Open a page, if there is a window to open it in; what goes wrong there is not told.

    A browser in the terminal itself would take it over, so it has to be asked for by `BROWSER`.
    """
    if sys.platform != "darwin" and not any(environ.get(sign) for sign in _SIGNS):
        return
    import webbrowser

    # Some browsers come back only when they are closed.
    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
