"""Redirect URIs: which may be registered, and which of them a request means, byte by byte.

Spec: RFC 9700 §2.1, §4.1.3; RFC 8252 §7, §8.4.
"""

import re
from collections.abc import Iterable, Iterator

MAX_URI_CHARACTERS = 2048
_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
"""Those of RFC 3986 §2: ASCII, and no space, control character, quote or backslash."""
_ESCAPES = re.compile(r"%(?![0-9A-Fa-f]{2})|%(?:[01][0-9A-Fa-f]|7[Ff]|5[Cc])")
"""Broken escapes, and those of control characters and the backslash."""
_ESCAPES_IN_PATH = re.compile(r"%2[EeFf]")
"""Those of dot and slash."""
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,63}):(?=.)")
_WEB = re.compile(
    r"https?://((?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)|\[[0-9A-Fa-f:.]+\])"
    r"(?::([1-9][0-9]{0,4}))?(?=[/?]|\Z)"
)
_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::([1-9][0-9]{0,4}))?(?=[/?]|\Z)")
_LOCAL_HOSTS = frozenset({"127.0.0.1", "[::1]", "localhost"})
_DOTS = frozenset({".", ".."})
_MAX_PORT = 65_535
FOREIGN_SCHEMES = frozenset({
    "about", "android-app", "blob", "chrome", "chrome-extension", "cid", "content", "data", "edge",
    "feed", "file", "filesystem", "ftp", "ftps", "geo", "gopher", "imap", "intent", "jar",
    "javascript", "ldap", "ldaps", "livescript", "mailto", "market", "mhtml", "mid", "mk", "mocha",
    "moz-extension", "ms-its", "ms-msdt", "ms-settings", "news", "nfs", "package", "pop", "res",
    "resource", "search", "search-ms", "sftp", "sip", "sips", "smb", "sms", "smsto", "ssh", "tel",
    "telnet", "urn", "vbscript", "view-source", "ws", "wss", "wyciwyg", "x-javascript",
})  # fmt: skip
"""Schemes that run something, show something, or belong to a program that is no OAuth client."""


def refuse_redirect_uri(text: str) -> str | None:
    """Return why a URI may not be registered, as the end of a sentence about it; None if it may.

    An `https` URI may; `http` only at this machine itself; the private scheme of an application.
    Whatever programs read in two ways, such as `..` or a backslash, is in none of them.
    """
    if len(text) > MAX_URI_CHARACTERS:
        return f"must have at most {MAX_URI_CHARACTERS} characters"
    if not _CHARACTERS.fullmatch(text):
        return "must hold only the characters that URIs are made of (RFC 3986)"
    return next(_problems(text), None)


def is_registered(registered: Iterable[str], presented: str) -> bool:
    """Tell whether a presented URI is one of those registered, to the byte.

    Only the port may differ, and only at the loopback address written as a number: a program
    cannot know beforehand which port it will get.

    Spec: RFC 9700 §2.1; RFC 8252 §7.3, §8.3 (`localhost` is no such address).
    """
    known = tuple(registered)
    if presented in known:
        return True
    without_port = _without_loopback_port(presented)
    return without_port is not None and any(
        _without_loopback_port(uri) == without_port for uri in known
    )


def is_web_uri(uri: str) -> bool:
    """Tell whether a browser itself goes there, instead of handing it to an application."""
    return uri.startswith(("https://", "http://"))


def is_exclusive(uri: str) -> bool:
    """Tell whether nobody but its owner can receive what is sent there.

    Any program on a machine may listen at its loopback address, or claim a private scheme.
    Spec: RFC 8252 §8.6.
    """
    return uri.startswith("https://")


def _problems(text: str) -> Iterator[str]:
    if "#" in text:
        yield "must have no fragment"
    if "*" in text:
        yield "must hold no *: redirect URIs are compared as they stand"
    path = text.partition("?")[0]
    if _ESCAPES.search(text) or _ESCAPES_IN_PATH.search(path):
        yield "must hold no broken escape, and none of a control character, dot, slash or backslash"
    scheme = _SCHEME.match(text)
    if scheme is None:
        yield "must begin with a scheme in lower case"
    elif scheme[1] in FOREIGN_SCHEMES:
        yield f"must not have the scheme {scheme[1]}"
    elif scheme[1] in {"https", "http"}:
        yield from _web_problems(text)
    else:
        yield from _private_problems(text[scheme.end() :])
    if not _DOTS.isdisjoint(path.split("/")):
        yield "must have no . or .. in its path"


def _web_problems(text: str) -> Iterator[str]:
    found = _WEB.match(text)
    if found is None or int(found[2] or 0) > _MAX_PORT:
        yield "must name a host, perhaps with a port, and no user"
    elif text.startswith("http:") and found[1] not in _LOCAL_HOSTS:
        yield "must be https; http is for 127.0.0.1, [::1] and localhost"


def _private_problems(rest: str) -> Iterator[str]:
    """Judge what follows the scheme of an application: `/callback` or `//name/path`."""
    if "@" in rest or "[" in rest or "]" in rest:
        yield "must hold no @ and no brackets"
    if rest.strip("/") == "" and "?" not in rest and rest != "/":
        yield "must have a path or a name behind its scheme"


def _without_loopback_port(uri: str) -> str | None:
    found = _LOOPBACK.match(uri)
    if found is None or int(found[2] or 0) > _MAX_PORT:
        return None
    return found[1] + uri[found.end() :]
