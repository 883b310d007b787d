"""The pages of docs/, read as far as the tests need: tables, code blocks, links, paths."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_CODE = re.compile(r"`([^`]+)`")
_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block; `line` is the number of its first line, `before` the line above it."""

    language: str
    text: str
    line: int
    before: str


def pages() -> list[Path]:
    """Return every page that is kept true: those of docs/ and at the root."""
    return sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])


def rows(page: Path, *, below: str = "") -> list[list[str]]:
    """Return the cells of table rows without the heads: of all, or `below` one heading."""
    found: list[list[str]] = []
    heading, is_head = "", True
    for line in prose(page).splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if not line.startswith("|"):
            is_head = True
        elif set(line) <= set("|-: "):
            is_head = False
        elif not is_head and below in ("", heading):
            found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def codes(text: str) -> list[str]:
    """Return what stands between backticks."""
    return _CODE.findall(text)


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return _FENCE.sub("", page.read_text())


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page, in order."""
    text = page.read_text()
    for match in _FENCE.finditer(text):
        above = text[: match.start()].rstrip("\n").rpartition("\n")[2]
        line = text.count("\n", 0, match.start()) + 1
        yield Block(match["language"], match["text"], line, above)
