"""What browsers say they are, in a word for the program and one for the system it runs on.

It is for people, who know their own devices again by it. Anybody may write anything there.
"""

from functools import lru_cache

_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""By what only they say; most of them also say what those below them do."""
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@lru_cache(maxsize=256)
def name_browser(user_agent: str) -> tuple[str, str]:
    """Return the names of a browser and its system; "" for what is not known here, or not said."""
    program = next((name for sign, name in _PROGRAMS if sign in user_agent), "")
    return program, next((name for sign, name in _SYSTEMS if sign in user_agent), "")
