"""What is wrong with a configuration: where, in plain words, and what was perhaps meant."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

Path = tuple[str | int, ...]
"""Where in the configuration: names of fields and objects, numbers of list entries."""

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")


class Severity(StrEnum):
    """Whether the server runs with it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding; `message` and `hint` never show a secret's value.

    Args:
        hint: what the writer should do or perhaps meant; "" when there is no good guess.
        is_of_plain_secrets: says no more than that a secret stands in the file itself, which
            whoever develops chose to do.
    """

    path: Path
    message: str
    severity: Severity = Severity.ERROR
    hint: str = ""
    is_of_plain_secrets: bool = False

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def text(self) -> str:
        """Return message and hint as one line."""
        return f"{self.message}; {self.hint}" if self.hint else self.message


def error(path: Path, message: str, hint: str = "") -> Problem:
    """Make a problem with which no server starts."""
    return Problem(path, message, Severity.ERROR, hint)


def warning(path: Path, message: str, hint: str = "") -> Problem:
    """Make a problem that the operator should know of."""
    return Problem(path, message, Severity.WARNING, hint)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the closest known word, or ""."""
    words = sorted(set(known))
    close = difflib.get_close_matches(word.lower(), [name.lower() for name in words], n=1)
    for name in words:
        if name.lower() in close:
            return f'did you mean "{name}"?'
    return ""


def render_path(path: Path) -> str:
    """Write a path as TOML writes it: `clients."my app".scopes[1]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += "." * bool(text) + (part if _BARE.match(part) else _quoted(part))
    return text


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    printable = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped)
    return f'"{printable}"'
