"""Which specification sections the code says that it implements: the `Spec:` of its docstrings."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SPEC = re.compile(r"Spec:(.*?)(?=\n\s*(?:Args|Raises|Stores|Returns):|\n\s*\n|\Z)", re.DOTALL)
_PART = re.compile(
    r"(?P<name>RFC \d+|OpenID Connect (?:Core|Discovery)|WHATWG \w+"
    r"|OpenID Connect (?:Back-Channel|Front-Channel|RP-Initiated) Logout"
    r"|OAuth 2\.0 (?:Form Post Response Mode|Multiple Response Type Encoding Practices)"
    r"|OWASP [\w ]+|ASGI(?: TLS)?"
    r"|W3C [A-Z]\w+(?: [A-Z]\w+)*|NIST SP [\w-]+|Unicode(?: Technical Standard \d+)?)"
    r"|(?P<vendor>PingFederate|PingOne)"
    r'|"(?P<title>[^"]+)"'
    r"|§(?P<first>[\d.]*\d)(?:-(?P<last>[\d.]*\d))?"
    r"|appendix (?P<appendix>[A-Z])"
)
VENDORS = frozenset({"PingFederate", "PingOne"})


@dataclass(frozen=True, slots=True, order=True)
class Citation:
    """One section of one document; `section` is "" for a document as a whole."""

    document: str
    section: str
    module: str


def find_all(source: Path) -> set[Citation]:
    """Return the citations of every module below `source`, named by their paths from there."""
    return {
        Citation(document, section, str(path.relative_to(source)))
        for path in source.rglob("*.py")
        for document, section in _cited(ast.parse(path.read_text()))
    }


def _cited(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node) or ""
            for spec in _SPEC.findall(docstring):
                yield from read(" ".join(spec.split()))


def read(spec: str) -> Iterator[tuple[str, str]]:
    """Yield document and section of each part of a `Spec:`.

    Sections follow their document; a document that no section follows is meant as a whole.
    """
    document, has_section = "", True
    for part in _PART.finditer(spec):
        if name := part["name"] or part["vendor"]:
            if not has_section:
                yield document, ""
            document, has_section = name, False
        elif title := part["title"]:
            if document in VENDORS:
                yield document, title
                has_section = True
        elif document:
            yield document, _section(part)
            has_section = True
    if not has_section:
        yield document, ""


def _section(part: re.Match[str]) -> str:
    if part["appendix"]:
        return f"appendix {part['appendix']}"
    return f"§{part['first']}" + (f"-{part['last']}" if part["last"] else "")
