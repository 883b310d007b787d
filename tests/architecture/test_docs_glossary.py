"""docs/glossary.md defines words that the code uses."""

import ast

from scripts.write_docs import SOURCE
from tests.support import markdown

GLOSSARY = markdown.DOCS / "glossary.md"


def test_every_word_is_a_type_of_the_code() -> None:
    types = {
        name
        for module in SOURCE.rglob("*.py")
        for node in ast.parse(module.read_text()).body
        for name in _defined(node)
    }
    words = {markdown.codes(row[0])[0] for row in markdown.rows(GLOSSARY)}
    assert words - types == set()


def test_every_value_of_the_model_has_a_word() -> None:
    """Enumerations are explained where they are used, events by their own first lines."""
    modules = (SOURCE / "ostiary" / "core" / "model").glob("*.py")
    values = {
        node.name
        for module in modules
        if module.name != "audit.py"
        for node in ast.parse(module.read_text()).body
        if isinstance(node, ast.ClassDef) and not any(map(_is_enumeration, node.bases))
    }
    words = {markdown.codes(row[0])[0] for row in markdown.rows(GLOSSARY)}
    assert values - words == set()


def _defined(node: ast.stmt) -> list[str]:
    """Return the names of a class or of a union of classes."""
    if isinstance(node, ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _is_enumeration(base: ast.expr) -> bool:
    return ast.unparse(base).endswith("Enum")
