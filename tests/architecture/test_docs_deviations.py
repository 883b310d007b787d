"""docs/deviations.md claims nothing that no test shows."""

import ast

from tests.support import markdown
from tests.support.markdown import ROOT

PAGE = markdown.DOCS / "deviations.md"


def test_every_deviation_is_shown_by_a_test_that_is_there() -> None:
    shown = [(row[0], markdown.codes(row[-1])) for row in markdown.rows(PAGE)]
    unproven = [here for here, tests in shown if not tests or not all(map(_is_there, tests))]
    assert unproven == []


def test_every_deviation_says_what_where_and_why() -> None:
    assert [row for row in markdown.rows(PAGE) if not all(row)] == []


def _is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    if not (ROOT / path).is_file():
        return False
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = ast.walk(ast.parse((ROOT / path).read_text()))
    return any(isinstance(node, functions) and node.name == name for node in nodes)
