"""Answers on standard output: rows for people, one JSON document for programs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ostiary_client.printable import printable

_MOST_CHARACTERS = 4000


def show_document(document: Mapping[str, Any]) -> None:
    """Print one JSON document; control characters in it are escaped."""
    print(json.dumps(document, indent=2, allow_nan=False))


def show_rows(rows: Iterable[tuple[str, str]], *, indent: str = "") -> None:
    """Print names and values in two columns; those without a value are left out."""
    filled = [(name, value) for name, value in rows if value]
    width = max((len(name) for name, _ in filled), default=0)
    for name, value in filled:
        print(f"{indent}{clean(name).ljust(width)}  {clean(value)}")


def show_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table with headings."""
    lines = [tuple(headings), *(tuple(map(clean, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())


def clean(text: str) -> str:
    """Return a stranger's text on one line, fit for a terminal."""
    return printable(text, most_characters=_MOST_CHARACTERS)


def in_short(value: object) -> str:
    """Return any JSON value on one line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
