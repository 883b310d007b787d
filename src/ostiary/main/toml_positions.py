"""Lines of everything in a TOML document.

The standard library's parser tells no positions. This one follows a document that it has already
accepted, so it only has to know where things begin and end, not whether they are right.
Spec: TOML 1.0.
"""

import tomllib
from bisect import bisect_right

from ostiary.core.configuration.problems import Path
from ostiary.main.config_positions import Positions

_BLANK = " \t"
_BLANK_LINES = " \t\r\n"
_AFTER_VALUE = ",]}\r\n#"
_QUOTES = ('"""', "'''", '"', "'")


def find_positions(text: str) -> Positions:
    """Return the lines of a valid TOML document's tables, keys and array entries."""
    return Positions(_Walk(text).walk())


class _Walk:
    """One pass over a document; `at` is the offset that is read next."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line_ends = [offset for offset, character in enumerate(text) if character == "\n"]
        self._lines: dict[Path, int] = {}
        self._array_tables: dict[Path, int] = {}

    def walk(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip(_BLANK_LINES):
            if self._next("["):
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _header(self) -> Path:
        line = self._line()
        is_array = self._next("[[")
        self._at += 2 if is_array else 1
        table: Path = ()
        keys = self._keys()
        for depth, key in enumerate(keys):
            table = (*table, key)
            if is_array and depth == len(keys) - 1:
                self._array_tables[table] = self._array_tables.get(table, 0) + 1
            self._lines.setdefault(table, line)
            if table in self._array_tables:
                table = (*table, self._array_tables[table] - 1)
                self._lines.setdefault(table, line)
        # A table may be named after one inside of it: its own header is the better place.
        self._lines[table] = line
        self._skip(_BLANK)
        self._at += 2 if is_array else 1
        return table

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for key in self._keys():
            path = (*path, key)
            self._lines.setdefault(path, line)
        self._skip(_BLANK)
        self._at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(path)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_BLANK)
            keys.append(self._key())
            self._skip(_BLANK)
            if not self._next("."):
                return keys
            self._at += 1

    def _key(self) -> str:
        start = self._at
        if self._next('"') or self._next("'"):
            self._string()
            quoted = self._text[start : self._at]
            return str(tomllib.loads(f"key = {quoted}")["key"])
        while self._text[self._at] not in " \t.=]":
            self._at += 1
        return self._text[start : self._at]

    def _value(self, path: Path) -> None:
        if self._next("["):
            self._array(path)
        elif self._next("{"):
            self._inline_table(path)
        elif self._next('"') or self._next("'"):
            self._string()
        else:
            while self._at < len(self._text) and self._text[self._at] not in _AFTER_VALUE:
                self._at += 1

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._skip(_BLANK_LINES) and not self._next("]"):
            if self._next(","):
                self._at += 1
                continue
            self._lines[(*path, index)] = self._line()
            self._value((*path, index))
            index += 1
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._skip(_BLANK_LINES) and not self._next("}"):
            if self._next(","):
                self._at += 1
            else:
                self._pair(path)
        self._at += 1

    def _string(self) -> None:
        quote = next(quote for quote in _QUOTES if self._next(quote))
        self._at += len(quote)
        while not self._next(quote):
            # Only basic strings have escapes; in literal ones a backslash is itself.
            self._at += 2 if self._next("\\") and '"' in quote else 1
        self._at += len(quote)
        # Up to two quotes may stand right before the three that close.
        while len(quote) > 1 and self._next(quote[0]):
            self._at += 1

    def _skip(self, blank: str) -> bool:
        """Go over white space, and comments where lines may end; tell whether anything is left."""
        while self._at < len(self._text):
            if self._text[self._at] in blank:
                self._at += 1
            elif self._next("#") and blank is _BLANK_LINES:
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            else:
                return True
        return False

    def _next(self, expected: str) -> bool:
        return self._text.startswith(expected, self._at)

    def _line(self) -> int:
        return bisect_right(self._line_ends, self._at - 1) + 1
