"""Attributes as Java reads them: `java.util.Properties`."""

from collections.abc import Iterable

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"}
_OF_NAMES = {**_ESCAPES, **{character: f"\\{character}" for character in " =:#!"}}


def render_properties(members: Iterable[tuple[str, str]]) -> str:
    """Write names and values, a line each, in ASCII.

    As `java.util.Properties.load` reads them.
    """
    return "".join(f"{_escape(name, _OF_NAMES)}={_value(value)}\n" for name, value in members)


def _value(text: str) -> str:
    # Blanks in front would be taken for part of the separator.
    rest = text.lstrip(" ")
    return "\\ " * (len(text) - len(rest)) + _escape(rest, _ESCAPES)


def _escape(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(character) or _ascii(character) for character in text)


def _ascii(character: str) -> str:
    """Return a printable character of ASCII as it is, others by their UTF-16 units."""
    if " " <= character <= "~":
        return character
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
