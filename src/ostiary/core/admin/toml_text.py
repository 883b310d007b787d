"""TOML written for people: values before tables, one blank line before each table.

Spec: TOML 1.0.0.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

Table = Mapping[str, object]
LINE_CHARACTERS = 100
_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
_ESCAPES = {
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}
_LAST_OF_FOUR_DIGITS = 0xFFFF


def render_toml(table: Table, *, inline: Collection[str] = ()) -> str:
    """Write a document; tables of the names in `inline` stand on one line.

    Raises: TypeError for a value that TOML does not have.
    """
    return "\n".join(_lines(table, (), frozenset(inline))).lstrip("\n") + "\n"


def _lines(table: Table, path: tuple[str, ...], inline: frozenset[str]) -> Iterator[str]:
    children: dict[str, Table] = {}
    for name, value in table.items():
        if isinstance(value, Mapping) and name not in inline:
            children[name] = value
        else:
            yield f"{_key(name)} = {_value(value, len(name) + 3)}"
    for name, child in children.items():
        here = (*path, name)
        if not child or any(_is_value(key, value, inline) for key, value in child.items()):
            yield f"\n[{'.'.join(_key(part) for part in here)}]"
        yield from _lines(child, here, inline)


def _is_value(name: str, value: object, inline: frozenset[str]) -> bool:
    return name in inline or not isinstance(value, Mapping)


def _key(name: str) -> str:
    return name if _BARE.match(name) else _string(name)


def _value(value: object, indent: int = 0) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value)
        case int() | float():
            return repr(value)
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case Mapping():
            members = ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items())
            return f"{{ {members} }}" if members else "{}"
        case Sequence():
            return _array([_value(item) for item in value], indent)
        case _:
            raise TypeError(f"TOML has no {type(value).__name__}")


def _array(items: list[str], indent: int) -> str:
    line = f"[{', '.join(items)}]"
    if indent + len(line) <= LINE_CHARACTERS or not items:
        return line
    return "[\n" + "".join(f"    {item},\n" for item in items) + "]"


def _string(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(character) or _escape(character) for character in text) + '"'


def _escape(character: str) -> str:
    """Escape what does not print; it could change what the reader sees around it."""
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= _LAST_OF_FOUR_DIGITS else f"\\U{code:08x}"
