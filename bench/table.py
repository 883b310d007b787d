"""A table of a report, wherever it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its first column holds words, the others figures unless `is_prose`.

    Args:
        head: names of columns; a line break in one is only for where room is scarce.
    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    is_prose: bool = False
