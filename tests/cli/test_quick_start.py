"""What a command does not import: it would wait for that each time it is run."""

import sys

import pytest

from tests.support.authorization_server import AuthorizationServer
from tests.support.terminal import Terminal

HEAVY = {"rich", "pydantic", "importlib.metadata", "asyncio", "cryptography", "joserfc"}


def _imported(terminal: Terminal, *arguments: str) -> set[str]:
    words = [sys.executable, "-X", "importtime", "-m", "ostiary_cli", *arguments]
    ran = terminal.run_words(words)
    assert ran.code == 0, ran.err
    lines = (line for line in ran.err.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip() for line in lines}


def _packages(modules: set[str]) -> set[str]:
    return modules | {module.partition(".")[0] for module in modules}


@pytest.mark.parametrize("arguments", [("--help",), ("token", "--help")], ids=" ".join)
def test_help_is_shown_without_anything_heavy(
    terminal: Terminal, arguments: tuple[str, ...]
) -> None:
    imported = _packages(_imported(terminal, *arguments))

    assert imported & (HEAVY | {"ostiary", "httpx2", "anyio"}) == set()


def test_token_imports_nothing_of_the_server(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    imported = _packages(_imported(at_odds, "token"))

    assert imported & {"ostiary", "pydantic", "rich", "cryptography", "joserfc"} == set()
    assert "httpx2" in imported


def test_a_kept_token_needs_no_http_client(
    at_odds: Terminal, odd_server: AuthorizationServer
) -> None:
    assert "httpx2" in _packages(_imported(at_odds, "token", "--cache"))

    imported = _packages(_imported(at_odds, "token", "--cache"))

    assert imported & (HEAVY | {"ostiary", "httpx2", "anyio"}) == set()
