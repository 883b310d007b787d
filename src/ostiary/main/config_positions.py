"""Where in a file each configured thing stands, as line numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from ostiary.core.configuration.problems import Path


@dataclass(frozen=True, slots=True)
class Positions:
    """Lines of a file, from 1, by the path of what stands there."""

    lines: Mapping[Path, int]

    def line_of(self, path: Path) -> int:
        """Return the line of `path`, or of the innermost thing around it that the file has."""
        for length in range(len(path), 0, -1):
            line = self.lines.get(path[:length])
            if line is not None:
                return line
        return 1
