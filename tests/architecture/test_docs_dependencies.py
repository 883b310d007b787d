"""docs/dependencies.md explains every package that the project names, and no other."""

import json
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.support import markdown
from tests.support.markdown import DOCS, ROOT

PAGE = DOCS / "dependencies.md"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SECTIONS = (
    "Everybody",
    "The server",
    "PostgreSQL",
    "LDAP",
    "FastAPI",
    "The keyring",
    "Building",
    "Tests and checks",
    "The benchmark",
    "Node.js",
    "Clients in JavaScript",
    "Servers in JavaScript",
)
CLIENTS = json.loads((ROOT / "tests" / "clients" / "package.json").read_text())
PEERS = json.loads((ROOT / "bench" / "peers" / "package.json").read_text())
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def declared() -> dict[str, set[str]]:
    """Return the packages named by each section's source."""
    project, requirements = PROJECT["project"], ROOT / "requirements"
    building = [*_lines(requirements / "bootstrap.in"), *_lines(requirements / "build.in")]
    return {
        "Everybody": _names(project["dependencies"]),
        "The server": _names(project["optional-dependencies"]["server"]),
        "PostgreSQL": _names(project["optional-dependencies"]["postgres"]),
        "LDAP": _names(project["optional-dependencies"]["ldap"]),
        "FastAPI": _names(project["optional-dependencies"]["fastapi"]),
        "The keyring": _names(project["optional-dependencies"]["keyring"]),
        "Building": _names(building),
        "Tests and checks": _names(_lines(requirements / "dev.in")),
        "The benchmark": _names(_lines(requirements / "bench.in")),
        "Node.js": _names(_lines(requirements / "node.in")),
        "Clients in JavaScript": set(CLIENTS["dependencies"]),
        "Servers in JavaScript": set(PEERS["dependencies"]),
    }


@pytest.mark.parametrize("section", SECTIONS)
def test_section_explains_what_is_declared(section: str) -> None:
    explained = {markdown.codes(row[0])[0] for row in markdown.rows(PAGE, below=section)}
    assert explained == declared()[section]


def test_every_extra_and_every_requirements_file_has_a_section() -> None:
    assert tuple(declared()) == SECTIONS
    assert set(PROJECT["project"]["optional-dependencies"]) == {
        "server",
        "postgres",
        "ldap",
        "fastapi",
        "exchange",
        "keyring",
    }
    files = {path.name for path in (ROOT / "requirements").glob("*.in")}
    assert files == {"bench.in", "bootstrap.in", "build.in", "dev.in", "node.in"}


def test_every_explanation_is_whole() -> None:
    holes = [row for row in markdown.rows(PAGE) if not all(row)]
    assert holes == []


def _lines(path: Path) -> Iterable[str]:
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


def _names(requirements: Iterable[str]) -> set[str]:
    found = (_NAME.match(requirement) for requirement in requirements)
    return {match[0].lower() for match in found if match}
