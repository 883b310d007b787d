"""The answer of a command as a table, for people."""

import sys
from collections.abc import Sequence


def show_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows with their columns under one another; raises OSError when nobody takes them."""
    printable = [[_printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*printable, strict=True)]
    for row in printable:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
    sys.stdout.flush()


def _printable(text: str) -> str:
    """Return a text that cannot move the cursor or hide what stands beside it."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
