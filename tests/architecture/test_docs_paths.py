"""What the pages point at is there: files, other pages, headings, commands of the Makefile."""

import re
from pathlib import Path

import pytest

from tests.support import markdown
from tests.support.markdown import DOCS, ROOT

PAGES = markdown.pages()
BASES = (ROOT, ROOT / "src", ROOT / "src" / "ostiary")
_PATH = re.compile(r"[\w.-]+/[\w./-]*\.(?:py|md|toml|in|txt|sh)|[\w/-]+/")
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_TARGET = re.compile(r"make (\w+)")
# Made while the server runs, or a path of URLs.
_ELSEWHERE = (".ostiary/", "/")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_named_file_is_there(page: Path) -> None:
    named = [
        code
        for code in markdown.codes(markdown.prose(page))
        if _PATH.fullmatch(code) and not code.startswith(_ELSEWHERE)
    ]
    missing = [code for code in named if not any((base / code).exists() for base in BASES)]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = [
        link
        for link in _LINK.findall(markdown.prose(page))
        if not link.startswith("https://") and not _leads_somewhere(page, link)
    ]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    lines = [line for block in markdown.blocks(page) for line in block.text.splitlines()]
    typed = [_TARGET.match(text) for text in (*markdown.codes(markdown.prose(page)), *lines)]
    assert {target[1] for target in typed if target} <= targets


def test_every_page_is_linked_from_the_readme() -> None:
    linked = {link.partition("#")[0] for link in _LINK.findall((ROOT / "README.md").read_text())}
    assert {f"docs/{page.name}" for page in DOCS.glob("*.md")} <= linked


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings have, formed as Git hosts form them."""
    headings = re.findall(r"^#+ (.*)$", markdown.prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
