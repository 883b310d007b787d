"""Files of a theme: read from where they are, and fit to be sent to every browser."""

import re
from collections.abc import Mapping
from xml.parsers import expat

from ostiary.core.base.data_urls import SCHEME, read_data_url
from ostiary.core.configuration.secret_sources import Surroundings, UnreadableFileError

MAX_IMAGE_BYTES = 256 * 1024
MAX_STYLESHEET_BYTES = 64 * 1024
SVG, CSS = "image/svg+xml", "text/css"
_SVG_ROOT = "http://www.w3.org/2000/svg svg"
_ACTIVE = frozenset({"script", "foreignobject", "iframe", "embed", "object"})
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_LOADING: Mapping[str, re.Pattern[str]] = {
    "@import": re.compile(r"@import\b", re.IGNORECASE),
    "url()": re.compile(r"\burl\((?!\s*[\"']?#)", re.IGNORECASE),
    "src()": re.compile(r"(?<![\w-])src\(", re.IGNORECASE),
    "image-set()": re.compile(r"\bimage-set\(", re.IGNORECASE),
}


class ThemeFileRefusedError(Exception):
    """A file of a theme is not there, or not fit for pages; the message says why."""


def read_image(source: str, surroundings: Surroundings) -> tuple[str, bytes]:
    """Return type and content of a picture.

    Args: source: a path, or the picture itself as a `data:` URL.
    Raises: ThemeFileRefusedError for what is no SVG, PNG or WebP, and for an SVG that does more
        than show something.
    """
    content = _read(source, surroundings, MAX_IMAGE_BYTES)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", content
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp", content
    _check_drawing(content)
    return SVG, content


def read_stylesheet(source: str, surroundings: Surroundings) -> tuple[str, bytes]:
    """Return type and content of a stylesheet.

    Raises: ThemeFileRefusedError for what is no text, and for one that loads something else.
    """
    content = _read(source, surroundings, MAX_STYLESHEET_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ThemeFileRefusedError("is not UTF-8 text") from None
    rules = _COMMENT.sub(" ", text)
    for word, pattern in _LOADING.items():
        if pattern.search(rules):
            raise ThemeFileRefusedError(f"loads something by {word}, which pages do not let in")
    return CSS, text.encode()


def _read(source: str, surroundings: Surroundings, max_bytes: int) -> bytes:
    try:
        if source.startswith(SCHEME):
            content = read_data_url(source)[1]
        else:
            content = surroundings.read_bytes(source, max_bytes)
    except UnreadableFileError as error:
        raise ThemeFileRefusedError(f"the file {source} cannot be read: {error}") from error
    except ValueError as error:
        raise ThemeFileRefusedError(str(error)) from error
    if len(content) > max_bytes:
        raise ThemeFileRefusedError(f"has more than {max_bytes} bytes")
    return content


def _check_drawing(content: bytes) -> None:
    """Refuse what is no SVG, or one that runs something or grows when it is read."""
    parser = expat.ParserCreate(namespace_separator=" ")
    is_first = True

    def check_element(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_first
        if is_first and name != _SVG_ROOT:
            raise ThemeFileRefusedError("is no SVG, PNG or WebP")
        is_first = False
        local = name.rpartition(" ")[2]
        if local.lower() in _ACTIVE:
            raise ThemeFileRefusedError(f"holds <{local}>: a logo only shows something")
        for attribute in attributes:
            if attribute.lower().startswith("on"):
                raise ThemeFileRefusedError(f"holds {attribute}=: a logo only shows something")

    def refuse_entity(*_: object) -> None:
        raise ThemeFileRefusedError("declares entities, which a logo needs not")

    parser.StartElementHandler = check_element
    parser.EntityDeclHandler = refuse_entity
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise ThemeFileRefusedError("is no SVG, PNG or WebP") from None
