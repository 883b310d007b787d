"""docs/cases.md has one sentence for every case that a test's name or docstring carries."""

import ast
import re
from collections.abc import Iterator

from tests.support import markdown
from tests.support.markdown import ROOT

PAGE = markdown.DOCS / "cases.md"
_IN_NAMES = re.compile(r"(?<![A-Za-z0-9])(SEC|REL|S[0-4]|X)_(\d+)(?![0-9])")
_IN_WORDS = re.compile(r"\b(SEC|REL|S[0-4]|X)-(\d+)\b")


def used() -> set[str]:
    """Return the numbers that tests carry."""
    return {f"{kind}-{number}" for kind, number in _find_used()}


def test_every_case_of_a_test_has_its_sentence() -> None:
    assert used() == {row[0] for row in markdown.rows(PAGE)}


def test_every_sentence_is_one() -> None:
    broken = [case for case, sentence in markdown.rows(PAGE) if not _is_sentence(sentence)]
    assert broken == []


def test_no_case_is_listed_twice() -> None:
    listed = [row[0] for row in markdown.rows(PAGE)]
    assert len(listed) == len(set(listed))


def _is_sentence(text: str) -> bool:
    return text.endswith(".") and ". " not in text


def _find_used() -> Iterator[tuple[str, str]]:
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _IN_NAMES.findall(f"_{node.name}")
                yield from _IN_WORDS.findall(ast.get_docstring(node) or "")
            elif isinstance(node, ast.Module):
                yield from _IN_WORDS.findall(ast.get_docstring(node) or "")
