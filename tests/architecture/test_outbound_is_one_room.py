"""SEC-212 to SEC-220 hold because one room alone fetches what somebody else named."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.markdown import ROOT

SERVER = ROOT / "src" / "ostiary"
FETCHING = frozenset(
    {"aiohttp", "ftplib", "http.client", "httpcore", "httpcore2", "httpx", "httpx2", "requests"}
    | {"telnetlib", "urllib.request", "urllib3", "websockets", "xmlrpc"}
)
"""Ways to fetch a URL."""
OWN_ROOM = "adapters/outbound/"
_FILES = sorted(SERVER.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def fetching(path: Path) -> set[str]:
    return {
        known
        for name in imported(path)
        for known in FETCHING
        if name == known or name.startswith(f"{known}.")
    }


def test_SEC_212_nothing_of_the_server_fetches_but_the_outbound_room() -> None:
    found = {str(path.relative_to(SERVER)): fetching(path) for path in _FILES if fetching(path)}
    assert set(found) == {f"{OWN_ROOM}checked_network.py", f"{OWN_ROOM}exchanging.py"}
    assert set().union(*found.values()) == {"httpcore2"}


@pytest.mark.parametrize(
    "text",
    ["import httpx2", "from urllib import request", "import http.client as h", "import requests"],
)
def test_the_search_finds_every_way_of_importing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "module.py"
    path.write_text(f"def fetch():\n    {text}\n")
    assert fetching(path)
